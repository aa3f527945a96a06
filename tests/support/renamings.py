"""Variations of one listing under other names, and a reading that shows them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.support.bench import (
    NECKLACE,
    NOON,
    PATIENCE,
    RING,
    Bench,
    etsy_ref,
    open_bench,
    reading_of,
)

from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferRef, Sku
from peg.domain.offer import ANYWHERE, Reading
from peg.intake import renamed

SIZE_6, SIZE_7 = etsy_ref(variant="Size=6"), etsy_ref(variant="Size=7")
SIZE_8, SIZE_9 = etsy_ref(variant="Size=8"), etsy_ref(variant="Size=9")
US_6, US_7 = etsy_ref(variant="Size=US 6"), etsy_ref(variant="Size=US 7")
BANGLE = Sku("BANGLE-3")


@asynccontextmanager
async def open_one_size(home: Path) -> AsyncIterator[Bench]:
    """A ring in size 6 is matched to its piece; there is a necklace, too."""
    async with open_bench(home) as bench:
        for sku in (RING, NECKLACE):
            await bench.stock(sku, 1)
        await bench.offer(SIZE_6, RING, options={"Size": "6"})
        yield bench


@asynccontextmanager
async def open_three_sizes(home: Path) -> AsyncIterator[Bench]:
    """Beside the ring in size 6 there are others in 7 and 8."""
    async with open_one_size(home) as bench:
        await bench.offer(SIZE_7, NECKLACE, options={"Size": "7"})
        await bench.stock(BANGLE, 1)
        await bench.offer(SIZE_8, BANGLE, options={"Size": "8"})
        yield bench


async def stand(bench: Bench) -> dict[str, str]:
    """Which piece each variation of the listing is taken for."""
    there = await offers.of_listing(bench.session, SIZE_6.shop, SIZE_6.listing)
    return {offer.ref.variant: "+".join(part.sku for part in offer.components) for offer in there}


AS_THEY_WERE = {"Size=6": RING, "Size=7": NECKLACE, "Size=8": BANGLE}


def shows(ref: OfferRef, sku: str = RING) -> Reading:
    name = ref.variant.partition("=")[2]
    return replace(reading_of(ref, {ANYWHERE: 1}), sku=sku, options={"Size": name})


async def known(bench: Bench, ref: OfferRef) -> Offer | None:
    return (await offers.by_refs(bench.session, [ref])).get(ref)


async def is_read(bench: Bench, *shown: Reading) -> None:
    """All that stands in the listing is read."""
    basis = await mirror.versions_of_shop(bench.session, SIZE_6.shop)
    await renamed.follow(bench.session, shown, basis, patience=PATIENCE, now=NOON)
