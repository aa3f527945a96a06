"""Webhooks: who is told of what, and how the letters are signed.

Source of the signature: Standard Webhooks (id, timestamp and body joined by dots, HMAC-SHA256).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from marketsim.clock import MarketClock
from marketsim.etsy.credentials import SHOP_ID
from marketsim.etsy.receipts import Receipt
from marketsim.etsy.records import Listing
from marketsim.faults import Faults
from marketsim.webhooks import Courier, Notice, Terms

TERMS = Terms(
    attempt_delays_s=(0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000),
    connect_timeout_s=5,
    total_timeout_s=15,
)
EVENTS = (
    "order.paid",
    "order.canceled",
    "order.shipped",
    "order.delivered",
    "listing.created",
    "listing.updated",
    "listing.deleted",
    "inventory.created",
    "inventory.updated",
    "inventory.deleted",
    "inventory.out_of_stock",
)
OLD_SECRET_LASTS = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """One address registered in the portal.

    Attributes:
        secret: signs from now on.
        former: the secret before, and until when it still signs as well.
    """

    id: str
    url: str
    events: frozenset[str]
    secret: str
    former: tuple[str, datetime] | None = None


@dataclass(slots=True)
class Notices:
    """Writes the letters and gives them to the courier; `issued` are all keys that ever signed."""

    clock: MarketClock
    faults: Faults
    courier: Courier
    public_url: str
    rng: Random
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    issued: set[str] = field(default_factory=set)

    def register(self, url: str, events: frozenset[str]) -> Endpoint:
        """A new address with a new secret; no events mean all."""
        number = f"ep_{self._random(9)}"
        endpoint = Endpoint(id=number, url=url, events=events or frozenset(EVENTS), secret="")
        endpoint.secret = self._new_secret()
        self.endpoints[number] = endpoint
        return endpoint

    def rotate(self, endpoint: Endpoint) -> None:
        """A new secret; for a day, letters carry both signatures."""
        endpoint.former = (endpoint.secret, self.clock.now() + OLD_SECRET_LASTS)
        endpoint.secret = self._new_secret()

    def remove(self, endpoint: Endpoint) -> None:
        """Nothing more is sent there."""
        del self.endpoints[endpoint.id]
        self.courier.forget(endpoint.id)

    def of_order(self, what: str, receipt: Receipt) -> None:
        """Tell of an order: paid, canceled, shipped or delivered."""
        self._tell(f"order.{what}", f"shops/{SHOP_ID}/receipts/{receipt.id}")

    def of_listing(self, what: str, listing: Listing) -> None:
        """Tell of a listing: created, updated or deleted."""
        self._tell(f"listing.{what}", f"listings/{listing.id}")

    def of_inventory(self, what: str, listing: Listing) -> None:
        """Tell of an inventory: created, updated, deleted or out_of_stock."""
        self._tell(f"inventory.{what}", f"listings/{listing.id}/inventory")

    def _tell(self, event: str, path: str) -> None:
        for endpoint in self.endpoints.values():
            if event in endpoint.events:
                self.courier.send(self._letter(endpoint, event, path))

    def _letter(self, endpoint: Endpoint, event: str, path: str) -> Notice:
        number = f"msg_{self._random(20)}"
        url = f"{self.public_url}/v3/application/{path}"
        payload: dict[str, Any] = {
            "event_type": event,
            "resource_url": url,
            "shop_id": SHOP_ID,
        }
        if self.faults.strikes("etsy.webhook_odd_payload"):
            payload = {"type": event, "data": {"resource_url": url, "shop_id": str(SHOP_ID)}}

        def sign(body: bytes, attempt: int) -> Mapping[str, str]:
            del attempt
            return self._headers(endpoint, number, body)

        return Notice(
            id=number,
            subscription=endpoint.id,
            topic=event,
            url=endpoint.url,
            body=json.dumps(payload, separators=(",", ":")).encode(),
            sign=sign,
        )

    def _headers(self, endpoint: Endpoint, number: str, body: bytes) -> Mapping[str, str]:
        now = self.clock.now()
        secrets = [endpoint.secret]
        if endpoint.former is not None and now < endpoint.former[1]:
            secrets.insert(0, endpoint.former[0])
        timestamp = str(int(now.timestamp()))
        prefix = "" if self.faults.strikes("etsy.webhook_bare_signature") else "v1,"
        entries = [prefix + signature(secret, number, timestamp, body) for secret in secrets]
        return {
            "content-type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(entries),
        }

    def _new_secret(self) -> str:
        secret = "whsec_" + base64.b64encode(self.rng.randbytes(24)).decode()
        self.issued.add(secret)
        return secret

    def _random(self, size: int) -> str:
        return base64.urlsafe_b64encode(self.rng.randbytes(size)).decode().rstrip("=")


def signature(secret: str, number: str, timestamp: str, body: bytes) -> str:
    """Base64 of the HMAC over `id.timestamp.body`, keyed by the secret behind `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{number}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
