"""The front desk: a webhook's signature is checked on its raw bytes, then the delivery is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

import structlog

from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, ShopId
from peg.intake.envelopes import (
    UNKNOWN_TOPIC,
    etsy_shop,
    first_of_each,
    kept,
    names,
    shopify_shop,
)
from peg.intake.inbox import Receipt, record_once
from peg.marketplaces.hints import BadSignature, SignatureCheck, SignedLongAgo
from peg.shops.addresses import BadShopDomain

log = structlog.get_logger()

AT_ONCE = ("orders/create", "orders/cancelled", "refunds/create", "order.", UNKNOWN_TOPIC)
"""Topics that begin so tell first of a piece sold, or of one that comes back; or may do so."""

ORDERS_FIRST = timedelta(seconds=0.25)
"""A sale is told of five times over, and its figure before its order: the rest waits for that."""

SHOP_UNSURE = "peg-shop-unsure"
"""Kept beside the headers of a delivery that another shop of the same app may have sent."""

_UNSIGNED = (
    "no connected shop has signed this: see that the webhook's secret is the one PEG knows (`peg"
    " connect`), and that no proxy changes the body"
)

_LONG_AGO = (
    "the right secret has signed this, and not within 5 minutes of now: somebody sent again what"
    " was sent before, and nothing is to be done; or, if each one is refused, this machine's clock"
    " is wrong: turn on its time synchronisation"
)

_NOBODY = {
    Channel.SHOPIFY: "no shop on shopify is connected",
    Channel.ETSY: (
        "PEG knows no secret of Etsy's webhooks: take it from Etsy's portal (`whsec_…`) and enter"
        " it with `peg connect webhook-secret etsy`"
    ),
}
"""Why no secret is there to try: Shopify's comes with the connection, Etsy's by itself."""


class Unsigned(PegError):
    """A delivery that no known shop's secret has signed."""

    kind: ClassVar[ErrorKind] = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """Which shop sent a delivery; `sure` if no other can have."""

    shop: ShopId
    sure: bool


class Reception:
    """Takes deliveries in: verify, keep, commit. The work on them comes later.

    A sale brings five at once, and a commit waits for the disk: they share one.
    """

    def __init__(
        self, database: Database, clock: Clock, signatures: Mapping[ShopId, SignatureCheck]
    ) -> None:
        """Believe what the secrets of these shops have signed; they may come and go."""
        self._commits = SharedCommits(database)
        self._clock = clock
        self._signatures = signatures

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one delivery; committed when this returns.

        Raises:
            Unsigned: it names no shop, or no known shop's secret signed these bytes.
            DatabaseUnavailable: it could not be kept, so that the marketplace must send again.
        """
        told = first_of_each(headers)
        try:
            sender = self._sender(channel, told, body)
        except (BadSignature, BadShopDomain) as error:
            log.warning(
                "webhook.refused",
                channel=channel.value,
                error=type(error).__name__,
                sentence=str(error),
            )
            raise Unsigned(_told(error)) from error
        topic, delivery = names(channel, told, body)
        keeping = partial(
            record_once,
            shop=sender.shop,
            topic=topic,
            delivery=delivery,
            headers=kept(told) if sender.sure else {**kept(told), SHOP_UNSURE: "yes"},
            body=body,
            now=self._clock.now(),
            wait=timedelta(0) if topic.startswith(AT_ONCE) else ORDERS_FIRST,
        )
        receipt = await self._commits.run(keeping)
        log.info(
            "webhook.kept",
            shop=sender.shop,
            topic=topic,
            delivery=delivery,
            receipt=receipt.value,
        )
        return receipt

    def _sender(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> _Sender:
        """The shop whose secret signed these bytes; nothing in them is believed before.

        Etsy's body names the shop. Shopify signs no shop's name: where shops share one app's
        secret, the one that is named may not be the one that sent it.

        Raises:
            BadShopDomain: Shopify's header names no shop.
            BadSignature: nobody known has signed it.
        """
        if channel is Channel.SHOPIFY:
            named = shopify_shop(headers)
            signers = self._signers(channel, headers, body)
            if named not in signers:
                raise BadSignature(f"{named} is not connected, or has not signed this")
            return _Sender(shop=named, sure=len(signers) == 1)
        signers = self._signers(channel, headers, body)
        named = etsy_shop(body)
        return _Sender(shop=named if named in signers else signers[0], sure=True)

    def _signers(
        self, channel: Channel, headers: Mapping[str, str], body: bytes
    ) -> Sequence[ShopId]:
        """The shops whose secret signed these bytes: several, where they share one.

        Raises:
            SignedLongAgo: one did, and not now.
            BadSignature: none.
        """
        shops = sorted(shop for shop in self._signatures if shop.startswith(f"{channel.value}:"))
        signers, refusals = [], []
        for shop in shops:
            try:
                self._signatures[shop].verify(headers, body, now=self._clock.now())
            except SignedLongAgo:
                raise
            except BadSignature as error:
                refusals.append(f"{shop}: {error}")
            else:
                signers.append(shop)
        if not signers:
            raise BadSignature("; ".join(refusals) or _NOBODY[channel])
        return signers


def _told(error: BadSignature | BadShopDomain) -> str:
    """What the sender may know of why it is not believed, and what its reader can do."""
    if isinstance(error, SignedLongAgo):
        return _LONG_AGO
    return _UNSIGNED if isinstance(error, BadSignature) else str(error)
