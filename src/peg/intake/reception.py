"""The front desk: a webhook's signature is checked on its raw bytes, then the delivery is kept."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import structlog

from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, ShopId
from peg.intake.inbox import Receipt, record_once
from peg.marketplaces.port import BadSignature, HintReader

log = structlog.get_logger()

UNKNOWN_TOPIC = "unknown"
AT_ONCE = ("orders/create", "orders/cancelled", "refunds/create", "order.", UNKNOWN_TOPIC)
"""Topics that begin so tell first of a piece sold, or of one that comes back; or may do so."""

ORDERS_FIRST = timedelta(seconds=0.25)
"""A sale is told of five times over, and its figure before its order: the rest waits for that."""

KEPT_HEADERS = ("content-type", "webhook-id", "webhook-timestamp")
KEPT_PREFIX = "x-shopify-"
_NEVER_KEPT = "x-shopify-hmac-sha256"


class Unsigned(PegError):
    """A delivery that no known shop's secret has signed."""

    kind: ClassVar[ErrorKind] = "refused"


class Reception:
    """Takes deliveries in: verify, keep, commit. The work on them comes later.

    A sale brings five at once, and a commit waits for the disk: they share one.
    """

    def __init__(
        self, database: Database, clock: Clock, readers: Mapping[ShopId, HintReader]
    ) -> None:
        self._commits = SharedCommits(database)
        self._clock = clock
        self._readers = readers

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one delivery; committed when this returns. `headers` have names in small letters.

        Raises:
            Unsigned: no known shop's secret signed these bytes.
            DatabaseUnavailable: it could not be kept, so that the marketplace must send again.
        """
        shop = self._signer(channel, headers, body)
        topic, delivery = _names(channel, headers, body)
        keeping = partial(
            record_once,
            shop=shop,
            topic=topic,
            delivery=delivery,
            headers=_kept(headers),
            body=body,
            now=self._clock.now(),
            wait=timedelta(0) if topic.startswith(AT_ONCE) else ORDERS_FIRST,
        )
        receipt = await self._commits.run(keeping)
        log.info("webhook.kept", shop=shop, topic=topic, delivery=delivery, receipt=receipt.value)
        return receipt

    def _signer(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> ShopId:
        """The shop whose secret signed these bytes; nothing in them is believed before."""
        signers = [
            shop for shop in self._candidates(channel, headers) if self._signed(shop, headers, body)
        ]
        if len(signers) > 1:  # one app, several shops: now that it is signed, its word counts
            signers = [shop for shop in signers if shop == _etsy_shop(body)] or signers
        if not signers:
            raise Unsigned(
                "no connected shop has signed this: see that the webhook's secret is the one PEG"
                " knows (`peg connect`), and that no proxy changes the body"
            )
        return signers[0]

    def _candidates(self, channel: Channel, headers: Mapping[str, str]) -> Sequence[ShopId]:
        if channel is Channel.SHOPIFY:
            shop = ShopId(f"{channel.value}:{headers.get('x-shopify-shop-domain', '').lower()}")
            return [shop] if shop in self._readers else []
        return sorted(shop for shop in self._readers if shop.startswith(f"{channel.value}:"))

    def _signed(self, shop: ShopId, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            self._readers[shop].verify(headers, body, now=self._clock.now())
        except BadSignature as error:
            log.warning("webhook.refused", shop=shop, sentence=str(error))
            return False
        return True


def _names(channel: Channel, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The topic and the delivery's own id; a body's fingerprint stands in for a missing id."""
    fingerprint = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if channel is Channel.SHOPIFY:
        topic = headers.get("x-shopify-topic") or UNKNOWN_TOPIC
        return topic, headers.get("x-shopify-webhook-id") or fingerprint
    event = _json(body).get("event_type")
    return str(event or UNKNOWN_TOPIC), headers.get("webhook-id") or fingerprint


def _etsy_shop(body: bytes) -> ShopId:
    return ShopId(f"{Channel.ETSY.value}:{_json(body).get('shop_id')}")


def _json(body: bytes) -> Mapping[str, Any]:
    """The body as an object; an empty one where it is none: it is kept all the same."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name in KEPT_HEADERS or (name.startswith(KEPT_PREFIX) and name != _NEVER_KEPT)
    }
