"""Variations of one listing under other names, and a reading that shows them all."""

from dataclasses import replace

from tests.support.bench import (
    NOON,
    RING,
    Bench,
    etsy_ref,
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


def shows(ref: OfferRef, sku: str = RING) -> Reading:
    name = ref.variant.partition("=")[2]
    return replace(reading_of(ref, {ANYWHERE: 1}), sku=sku, options={"Size": name})


async def known(bench: Bench, ref: OfferRef) -> Offer | None:
    return (await offers.by_refs(bench.session, [ref])).get(ref)


async def is_read(bench: Bench, *shown: Reading) -> None:
    """All that stands in the listing is read."""
    basis = await mirror.versions_of_shop(bench.session, SIZE_6.shop)
    await renamed.follow(bench.session, shown, basis, now=NOON)
