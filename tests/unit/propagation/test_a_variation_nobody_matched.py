"""A band in gold and in silver is one Etsy listing; nobody has said yet what the silver one is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import ETSY, Bench, etsy_ref, minute, open_bench

from peg.catalog import mirror
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE
from peg.propagation.listing_view import view_listing
from peg.propagation.planning import ListingMove
from peg.propagation.retarget import retarget

GOLD = Sku("BAND-GOLD")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(GOLD, 1)
        await bench.offer(etsy_ref("22", "gold"), GOLD)
        await retarget(bench.session, [GOLD], now=minute(0))
        yield bench


async def when_gold_is_sold(bench: Bench) -> ListingMove:
    await bench.post(GOLD, on_hand=-1)
    await retarget(bench.session, [GOLD], now=minute(0))
    return (await view_listing(bench.session, ETSY, "22")).move


async def test_when_the_gold_one_is_sold_the_listing_is_not_taken_off_with_the_silver_one(
    bench: Bench,
) -> None:
    """It is read first; what nobody matched keeps its figure, and goes on being sold."""
    silver = await bench.offer(etsy_ref("22", "silver"), shows=2)
    await mirror.close_place(bench.session, silver.id, ANYWHERE)  # as import leaves it

    assert await when_gold_is_sold(bench) is ListingMove.LOWER


async def test_the_last_of_a_listing_of_which_all_is_known_takes_it_off(bench: Bench) -> None:
    assert await when_gold_is_sold(bench) is ListingMove.WITHDRAW
