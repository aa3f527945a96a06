"""A band in gold and in silver is one Etsy listing; gold was switched off there by its owner."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import ETSY, Bench, etsy_ref, minute, open_bench
from tests.support.clocks import StandingClock

from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import Sku
from peg.domain.offer import Shelf
from peg.propagation import board
from peg.propagation.listing_shown import settle_listing
from peg.propagation.listing_view import view_listing
from peg.propagation.planning import ListingMove
from peg.propagation.retarget import retarget

GOLD, SILVER = Sku("BAND-GOLD"), Sku("BAND-SILVER")
BAND = {GOLD: etsy_ref("22", "gold"), SILVER: etsy_ref("22", "silver")}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        for sku, ref in BAND.items():
            await bench.stock(sku, 5)
            await bench.offer(ref, sku, shows=5)
        await retarget(bench.session, list(BAND), now=minute(0))
        await bench.read(BAND[GOLD], 5, shelf=Shelf.SWITCHED_OFF)
        yield bench


async def move(bench: Bench) -> ListingMove:
    return (await view_listing(bench.session, ETSY, "22")).move


async def sold(bench: Bench, sku: Sku, pieces: int) -> None:
    await bench.post(sku, on_hand=-pieces)
    await retarget(bench.session, [sku], now=minute(0))


async def the(bench: Bench, sku: Sku) -> Offer:
    return (await offers.by_refs(bench.session, [BAND[sku]]))[BAND[sku]]


async def test_a_gold_one_sold_elsewhere_has_nothing_to_be_written(bench: Bench) -> None:
    await sold(bench, GOLD, 2)

    await settle_listing(bench.session, ETSY, "22", StandingClock())

    view = await view_listing(bench.session, ETSY, "22")
    assert (view.move, view.changes()) == (ListingMove.NONE, [])
    assert await board.behind(bench.session, ETSY) == []


async def test_a_silver_one_sold_elsewhere_is_lowered_as_ever(bench: Bench) -> None:
    await sold(bench, SILVER, 2)

    assert await move(bench) is ListingMove.LOWER


async def test_the_last_silver_one_takes_the_listing_off_sale_and_a_new_one_brings_it_back(
    bench: Bench,
) -> None:
    await sold(bench, SILVER, 5)
    last = await move(bench)
    await mirror.note_shelf(bench.session, (await the(bench, SILVER)).id, Shelf.WITHDRAWN)
    await sold(bench, SILVER, -1)

    assert last is ListingMove.WITHDRAW
    assert await move(bench) is ListingMove.RESTORE  # gold alone is left off


async def test_switched_on_again_gold_comes_down_by_what_was_sold_elsewhere(bench: Bench) -> None:
    await sold(bench, GOLD, 2)

    await bench.read(BAND[GOLD], 5, at=1)

    assert await move(bench) is ListingMove.LOWER
