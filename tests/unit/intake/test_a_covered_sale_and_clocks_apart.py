"""A sale bears the time of Etsy's clock, our write that of ours: a reading tells them apart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NECKLACE, PATIENCE, Bench, etsy_ref, minute, open_bench
from tests.support.covered import is_shown, is_sold, writes
from tests.support.doubts import chain, check_of, drifted

from peg.intake.checks import SOLD_MEANWHILE

LAG = PATIENCE.receipt_lag_s / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_a_sale_that_is_told_before_it_is_placed_has_the_listing_read_at_once(
    bench: Bench,
) -> None:
    """Our clock is behind Etsy's: whether it was sold before our write nobody can say."""
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)

    await is_sold(bench, placed=0.9, told=0.2)

    check = await check_of(bench, offer)
    assert check is not None
    assert (check.why, check.due_at) == (SOLD_MEANWHILE, minute(0.2))


@pytest.mark.parametrize("ahead", [-1.5, 1.5])
async def test_a_piece_that_our_write_put_back_is_no_new_one_however_wrong_our_clock_is(
    bench: Bench, ahead: float
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05 + ahead, told=0.2)

    await is_shown(bench, 5, at=(0.5, 0.5 + LAG), ahead=ahead)

    assert await bench.available(NECKLACE) == 4
    assert offer.id in await drifted(bench)


@pytest.mark.parametrize("ahead", [-0.5, 1.5])
async def test_what_a_hand_typed_stands_beside_a_later_sale_however_wrong_our_clock_is(
    bench: Bench, ahead: float
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.3 + ahead, told=0.4)

    await is_shown(bench, 5, at=(0.5, 0.5 + LAG), ahead=ahead)

    assert await bench.available(NECKLACE) == 4 + 1


async def test_an_answer_that_is_long_on_its_way_does_not_pass_for_a_wrong_clock(
    bench: Bench,
) -> None:
    """Etsy stamps it when it begins to answer: four seconds before it is here."""
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.1, told=0.2)

    await is_shown(bench, 5, at=(0.5, 0.5 + LAG), ahead=0, took=4 / 60)

    assert await bench.available(NECKLACE) == 4
