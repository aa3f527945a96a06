"""Etsy takes whole listings, unconditionally: what a buyer takes meanwhile is put back on sale."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    PATIENCE,
    Bench,
    etsy_ref,
    minute,
    open_bench,
)
from tests.support.covered import is_shown, is_sold, writes
from tests.support.doubts import asked, chain, check_of, drifted

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.domain.offer import ANYWHERE
from peg.intake.checks import PUT_BACK, SOLD_MEANWHILE

OLD = PATIENCE.old_state_s / 60
LAG = PATIENCE.receipt_lag_s / 60
HOURS = 60.0


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_a_sale_in_the_middle_of_our_write_has_the_listing_read_at_once(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)

    await is_sold(bench, placed=0.05, told=0.2)

    check = await check_of(bench, offer)
    assert check is not None
    assert (check.why, check.due_at) == (SOLD_MEANWHILE, minute(0.2))


@pytest.mark.parametrize("placed", [0.2, -0.2 - LAG])
async def test_a_sale_before_or_after_it_can_not_be_covered(bench: Bench, placed: float) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)

    await is_sold(bench, placed=placed, told=0.5)

    assert await check_of(bench, offer) is None


async def test_a_piece_that_our_write_put_back_is_lowered_as_soon_as_it_is_no_old_reading(
    bench: Bench,
) -> None:
    """Its sale is told already: nobody waits for other orders while it can be bought again."""
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)
    await bench.read(etsy_ref(), 5, at=0.2)
    check = await check_of(bench, offer)

    await bench.read(etsy_ref(), 5, at=0.2 + OLD)

    assert check is not None
    assert check.why == PUT_BACK
    assert await bench.available(NECKLACE) == 4
    assert (await bench.expects(etsy_ref())).quantity == 5
    assert await drifted(bench) == [offer.id]


async def test_however_late_the_listing_can_be_read_it_is_not_taken_for_a_new_piece(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)

    await is_shown(bench, 5, at=(HOURS, 2 * HOURS))

    assert await bench.available(NECKLACE) == 4
    assert await drifted(bench) == [offer.id]


async def test_what_a_hand_typed_soon_after_our_write_is_believed_where_nothing_was_sold(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)

    await is_shown(bench, 6, at=(0.5, 0.5 + LAG))

    assert await bench.available(NECKLACE) == 6
    assert await asked(bench) == []


async def test_what_a_hand_typed_after_a_reading_showed_all_is_well_is_explained_by_no_old_sale(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)
    await bench.read(etsy_ref(), 4, at=0.2 + LAG)

    await is_shown(bench, 5, at=(10.0, 10 + LAG))

    assert await bench.available(NECKLACE) == 4 + 1


async def test_a_reading_that_may_be_from_before_our_write_settles_nothing(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)
    await bench.read(etsy_ref(), 4, at=0.2)

    await is_shown(bench, 5, at=(10.0, 10 + LAG))

    assert await bench.available(NECKLACE) == 4
    assert offer.id in await drifted(bench)


async def test_a_sale_that_is_told_very_late_is_covered_all_the_same(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await bench.read(etsy_ref(), 5, at=0.2 + LAG)
    await is_sold(bench, placed=0.05, told=10.0)

    for at in (10.1, 10.1 + OLD):
        await bench.read(etsy_ref(), 5, at=at)

    assert await bench.available(NECKLACE) == 4
    assert offer.id in await drifted(bench)


async def test_a_sale_that_was_known_when_our_write_was_decided_explains_nothing(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref(), 6)
    await is_sold(bench, placed=0, told=0.1)
    await writes(bench, offer, 5, sent=0.2, ended=0.3)

    await is_shown(bench, 6, at=(0.5, 0.5 + LAG))

    assert await bench.available(NECKLACE) == 5 + 1


async def test_a_covered_sale_is_explained_also_behind_a_later_write_that_was_never_sent(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)
    await mirror.note_sending_all(bench.session, {offer.id: 4}, now=minute(0.5))
    await mirror.note_not_sent(bench.session, offer.id, ANYWHERE)

    await is_shown(bench, 5, at=(0.6, 0.6 + LAG))

    assert await bench.available(NECKLACE) == 4
    assert offer.id in await drifted(bench)


async def test_a_write_that_was_never_sent_covers_no_sale(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await mirror.note_sending_all(bench.session, {offer.id: 4}, now=minute(0))
    await mirror.note_not_sent(bench.session, offer.id, ANYWHERE)
    await is_sold(bench, placed=0.05, told=0.2)
    await bench.read(etsy_ref(), 4, at=0.2 + LAG)

    await is_shown(bench, 5, at=(10.0, 10 + LAG))

    assert await bench.available(NECKLACE) == 4 + 1


async def test_what_is_more_than_the_covered_sale_was_typed_by_a_hand(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)

    await is_shown(bench, 7, at=(0.5, 0.5 + LAG))

    assert await bench.available(NECKLACE) == 4 + 2
    assert offer.id in await drifted(bench)


async def test_a_sale_while_our_write_is_still_under_way_may_be_covered_too(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=-10, ended=-9.9)
    await mirror.note_sending_all(bench.session, {offer.id: 5}, now=minute(0))

    await is_sold(bench, placed=0.05, told=0.1)

    check = await check_of(bench, offer)
    assert check is not None
    assert check.why == SOLD_MEANWHILE


async def sold_right_behind_our_write(bench: Bench) -> Offer:
    """A sale elsewhere has five written for six; one is sold here, and our write moved on."""
    offer = await chain(bench, etsy_ref(), 6)
    await bench.stock(NECKLACE, -1)
    await mirror.note_sending_all(bench.session, {offer.id: 5}, now=minute(0))
    await is_sold(bench, placed=0.05, told=0.1)
    await mirror.note_unanswered(bench.session, offer.id, ANYWHERE)
    return offer


async def test_an_old_reading_does_not_decide_whether_our_write_covered_a_sale(
    bench: Bench,
) -> None:
    """It shows five, as before the sale: the four of the next reading are no piece missed."""
    offer = await sold_right_behind_our_write(bench)

    await bench.read(etsy_ref(), 5, at=0.15)
    check = await check_of(bench, offer)
    await bench.read(etsy_ref(), 4, at=0.15 + OLD)

    assert check is not None
    assert check.why == PUT_BACK
    assert await bench.available(NECKLACE) == 4
    assert (await bench.expects(etsy_ref())).quantity == 4


async def test_five_that_are_shown_again_were_put_back_by_our_write(bench: Bench) -> None:
    offer = await sold_right_behind_our_write(bench)

    for at in (0.15, 0.15 + OLD):
        await bench.read(etsy_ref(), 5, at=at)

    assert await bench.available(NECKLACE) == 4
    assert (await bench.expects(etsy_ref())).quantity == 5
    assert await drifted(bench) == [offer.id]
    assert await check_of(bench, offer) is None


async def test_a_sale_that_nobody_had_heard_of_does_not_hide_the_piece_that_was_put_back(
    bench: Bench,
) -> None:
    """A reading shows four, as it should after the sale that was covered: of another one sold."""
    offer = await chain(bench, etsy_ref())
    await writes(bench, offer, 5, sent=0, ended=0.1)
    await is_sold(bench, placed=0.05, told=0.2)
    await bench.read(etsy_ref(), 4, at=0.1 + LAG)
    await is_sold(bench, placed=LAG, told=0.2 + LAG, number="5002")

    await is_shown(bench, 4, at=(0.3 + LAG, 3 + LAG, 6 + LAG))

    assert await bench.available(NECKLACE) == 3
    assert offer.id in await drifted(bench)
    assert await asked(bench) == []
