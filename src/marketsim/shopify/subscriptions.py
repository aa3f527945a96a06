"""Webhook subscriptions, and the notices sent to them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from marketsim.shopify.credentials import CLIENT_SECRET, SHOP_DOMAIN
from marketsim.shopify.identity import Identified
from marketsim.shopify.payloads.forms import plainly
from marketsim.shopify.store import Store
from marketsim.webhooks import Courier, Notice, Terms

API_VERSION = "2026-10"
TERMS = Terms(
    attempt_delays_s=(0.0, 60, 300, 600, 1_200, 1_800, 3_000, 3_600, 3_840),
    connect_timeout_s=1.0,
    total_timeout_s=5.0,
    gives_up_after=8,
)
"""The first attempt and 8 retries within 4 hours, whose spacing is not published. A subscription is
deleted at its eighth failure in a row, of any of its notices: eight sales at once are enough."""

MakeBody = Callable[[], Mapping[str, Any]]


@dataclass(slots=True, kw_only=True, eq=False)
class Subscription(Identified):
    """One wish to be told of a topic."""

    kind: ClassVar[str] = "WebhookSubscription"
    number: int
    topic: str
    uri: str
    name: str | None
    include_fields: list[str]
    filter: str | None
    format: str
    created_at: datetime
    updated_at: datetime
    api_version: str = API_VERSION

    @property
    def path(self) -> str:
        """The topic as headers write it: `orders/create`."""
        return path_of(self.topic)


_RESOURCES = ("INVENTORY_LEVELS", "INVENTORY_ITEMS", "BULK_OPERATIONS", "FULFILLMENT_ORDERS")


def path_of(topic: str) -> str:
    """`INVENTORY_LEVELS_UPDATE` as `inventory_levels/update`."""
    resource = next((it for it in _RESOURCES if topic.startswith(it)), topic.partition("_")[0])
    return f"{resource}/{topic[len(resource) + 1 :]}".lower()


class Subscriptions:
    """Keeps subscriptions and sends each event to those that want it."""

    def __init__(
        self, store: Store, courier: Courier, rng: Random, strikes: Callable[[str], bool]
    ) -> None:
        self._store = store
        self._courier = courier
        self._rng = rng
        self._strikes = strikes
        self.records: dict[int, Subscription] = {}
        self.deleted_for_failing: list[Subscription] = []
        self._event = self._uuid()
        store.shelve("WebhookSubscription", self.records)

    def add(self, subscription: Subscription) -> None:
        """Begin to send to it."""
        self.records[subscription.number] = subscription

    def remove(self, number: int) -> Subscription | None:
        """Stop sending to it, retries included."""
        gone = self.records.pop(number, None)
        if gone is not None:
            self._courier.forget(gone.gid)
        return gone

    def give_up(self, gid: str) -> None:
        """The courier failed too often."""
        gone = self.remove(int(gid.rpartition("/")[2]))
        if gone is not None:
            self.deleted_for_failing.append(gone)

    def new_action(self) -> None:
        """Somebody begins to do something: all notices until the next action share its event id."""
        self._event = self._uuid()

    def emit(self, topic: str, make_body: MakeBody) -> None:
        """Send `topic` (`orders/create`) to its subscribers; made only if there are any."""
        wanting = [it for it in self.records.values() if it.path == topic]
        if not wanting:
            return
        body = make_body()
        for subscription in wanting:
            self._courier.send(self._notice(subscription, body, make_body))

    def _notice(
        self, subscription: Subscription, body: Mapping[str, Any], make_body: MakeBody
    ) -> Notice:
        raw = self._raw(subscription, body)

        def again() -> bytes:
            stale = self._strikes("retry_payload_stale")
            return raw if stale else self._raw(subscription, make_body())

        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": subscription.path,
            "X-Shopify-Shop-Domain": SHOP_DOMAIN,
            "X-Shopify-API-Version": subscription.api_version,
            "X-Shopify-Webhook-Id": self._uuid(),
            "X-Shopify-Event-Id": self._event,
            "X-Shopify-Triggered-At": self._triggered_at(),
        }
        if subscription.name:
            headers["X-Shopify-Name"] = subscription.name
        return Notice(
            id=headers["X-Shopify-Webhook-Id"],
            subscription=subscription.gid,
            topic=subscription.path,
            url=subscription.uri,
            body=raw,
            sign=lambda body, _attempt: headers | {"X-Shopify-Hmac-Sha256": signature(body)},
            again=again,
        )

    def _raw(self, subscription: Subscription, body: Mapping[str, Any]) -> bytes:
        wanted = subscription.include_fields
        told = {name: body[name] for name in wanted if name in body} if wanted else body
        plain = plainly(told, self._strikes)
        return json.dumps(plain, separators=(",", ":")).encode()

    def _triggered_at(self) -> str:
        return self._store.exact_now().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")

    def _uuid(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))


def signature(body: bytes, secret: str = CLIENT_SECRET) -> str:
    """Base64 of the HMAC-SHA256 of the raw body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
