"""Rings that were sold on one shop and withdrawn on the other, and pieces that may be next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    ETSY,
    NOON,
    PRICE,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    shopify_ref,
)
from tests.support.shops import APP, key_ring, shop

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import LocationId, OfferId, OfferRef, ShopId, Sku
from peg.domain.money import Money
from peg.propagation import board
from peg.propagation.retarget import retarget
from peg.shops import directory

LAST, CHAINS, BROOCH = Sku("RING-LAST"), Sku("CHAINS-3"), Sku("BROOCH-1")
"""One ring and three chains on both shops; a brooch on Shopify alone."""

WITHDRAWN_AFTER_S: Mapping[ShopId, float] = MappingProxyType({SHOPIFY: 2.0, ETSY: 4.0})
"""Seconds after a sale on the other shop."""


@dataclass(slots=True)
class Exposed:
    """A jeweller's last hour; `sold` counts her sales."""

    session: AsyncSession
    atelier: LocationId
    sold: int = 0
    offers: dict[tuple[Sku, ShopId], Offer] = field(default_factory=dict)

    @property
    def bench(self) -> Bench:
        return Bench(self.session)

    async def lists(
        self, sku: Sku, pieces: int, *, price: Money = PRICE, etsy_price: Money | None = None
    ) -> None:
        """Both shops sell pieces of it."""
        await self.bench.stock(sku, pieces, at=self.atelier)
        await self.also_on(_shopify(sku), pieces, sku, price=price)
        await self.also_on(_etsy(sku), pieces, sku, price=etsy_price or price)
        await self.settle()

    async def also_on(self, ref: OfferRef, shows: int, *parts: Sku, price: Money = PRICE) -> Offer:
        """One shop sells these items in one offer."""
        shown = {"71": shows} if ref.shop == SHOPIFY else shows
        offer = await self.bench.offer(ref, *parts, shows=shown, price=price)
        if len(parts) == 1:
            self.offers[parts[0], ref.shop] = offer
        return offer

    async def sells(self, sku: Sku, on: ShopId, *, after_s: Mapping[ShopId, float]) -> None:
        """The ring is sold on one shop, and withdrawn on the other after so many seconds."""
        self.sold += 1
        placed = minute(self.sold)
        known = placed + timedelta(seconds=1)
        order = OrderTold(order=str(5_000 + self.sold), shop=on, created=self.sold)
        ref, at = (_shopify(sku), "71") if on == SHOPIFY else (_etsy(sku), None)
        await self.bench.take_in(
            order.told(self.sold, line(ref, committed=1, at=at)), at=self.sold + 1 / 60
        )
        await retarget(self.session, [sku], now=known)
        other = ETSY if on == SHOPIFY else SHOPIFY
        await self._shown(self.offers[sku, other].id, after_s=after_s[other])
        await self._shown(self.offers[sku, on].id, after_s=1.0)

    async def settle(self) -> None:
        """Every offer shows its target."""
        await retarget(self.session, {sku for sku, _ in self.offers}, now=NOON)
        for offer in await offers.everything(self.session):
            await self._shown(offer.id, after_s=0)

    async def _shown(self, offer: OfferId, *, after_s: float) -> None:
        standing = (await board.standings(self.session, [offer]))[offer]
        now = minute(self.sold) + timedelta(seconds=after_s)
        version = standing.target.version
        await board.shown(self.session, offer, version, outcome="sent", now=now)


async def exposed(
    session: AsyncSession,
    *,
    each: int = 5,
    after_s: Mapping[ShopId, float] = WITHDRAWN_AFTER_S,
) -> Exposed:
    """So many rings sold on each shop, and what is left to sell."""
    for key in (SHOPIFY, ETSY):
        await directory.store(session, key_ring(), shop(key), APP)
    story = Exposed(session, await Bench(session).place("71", "Atelier"))
    rings = [Sku(f"RING-{number}") for number in range(2 * each)]
    for sku in rings:
        await story.lists(sku, 1)
    await story.lists(LAST, 1, price=Money(40_000, "USD"))
    await story.lists(CHAINS, 3)
    await story.bench.stock(BROOCH, 1, at=story.atelier)
    await story.also_on(_shopify(BROOCH), 1, BROOCH)
    await story.settle()
    for number, sku in enumerate(rings):
        await story.sells(sku, (SHOPIFY, ETSY)[number % 2], after_s=after_s)
    return story


def _shopify(sku: Sku) -> OfferRef:
    return shopify_ref(listing=sku, variant=f"{sku}-v", stock_unit=f"{sku}-u")


def _etsy(sku: Sku) -> OfferRef:
    return etsy_ref(listing=sku)
