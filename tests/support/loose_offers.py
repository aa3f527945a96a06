"""Offers that are not kept in step, one for each reason there is, and a pair that waits."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NOON, RING, Bench, etsy_ref, reading_of, shopify_ref
from tests.support.shops import APP, key_ring, shop

from peg.catalog import findings, proposals
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import RemoteOffer
from peg.domain.proposal import Proposal
from peg.shops import directory

GEMS, STONEFIELD = ShopId("shopify:gems.myshopify.com"), ShopId("etsy:1001")
KNOWN, TWIN = shopify_ref("11", "111", "1111"), etsy_ref("22")


def remote(ref: OfferRef, title: str, sku: str = "", *, tracked: bool = True) -> RemoteOffer:
    return RemoteOffer(
        ref=ref,
        reading=replace(reading_of(ref, {"": 1}), tracked=tracked),
        title=title,
        sku=sku,
        options={},
        price=Money(18_000, "USD"),
    )


FOUND = (
    remote(TWIN, "Ruby Ring, 14K, July Birthstone", "ring-1"),
    remote(etsy_ref("23"), "Opal Studs, One of a Kind", "STUD-3"),
    remote(etsy_ref("24"), "Opal Drops", "Stud-3"),
    remote(etsy_ref("25"), "Onyx Cuff"),
    remote(etsy_ref("26"), "Jade Bangle", "BANG-4"),
    remote(shopify_ref("17", "171", "1711"), "Gift card", tracked=False),
)


async def loose_offers(session: AsyncSession) -> None:
    """One ring is known on Shopify; everything else waits for somebody, on both shops."""
    for of in (GEMS, STONEFIELD):
        await directory.store(session, key_ring(), shop(of), APP)
    bench = Bench(session)
    await bench.stock(RING, 1)
    await bench.offer(KNOWN, RING)
    await findings.keep(session, FOUND, now=NOON)
    await propose(session, KNOWN, TWIN)


async def propose(session: AsyncSession, shopify: OfferRef, etsy: OfferRef) -> None:
    """They may be one piece."""
    one = Proposal(shopify=shopify, etsy=etsy, confidence=95, reasons=("alike",))
    await proposals.propose(session, [one], now=NOON)


async def many_without_a_sku(session: AsyncSession, many: int) -> None:
    """So many more that nobody can name."""
    more = [remote(etsy_ref(str(100 + n)), f"Charm {n}, Silver") for n in range(many)]
    await findings.keep(session, more, now=NOON)
