"""A piece that was gone before a sale was made is not explained by that sale."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
)
from tests.support.doubts import chain, check_of

from peg.catalog.offers import Offer
from peg.domain.identity import POOL
from peg.domain.offer import ANYWHERE
from peg.intake.orders import MISSED_BEFORE
from peg.ledger import suspense
from peg.ledger.explaining import BOOKED_AFTER, CLOCKS_APART_MAX
from peg.ledger.suspense import Missed

SECOND = 1 / 60
APART = CLOCKS_APART_MAX.total_seconds() / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def misses_one(bench: Bench, offer: Offer, *, reservation: bool = False) -> None:
    """Etsy shows one too few at noon by its own clock; ours is four minutes behind."""
    missed = Missed(
        offer=offer.id,
        place=ANYWHERE,
        location=POOL,
        components=offer.components,
        pieces=1,
        reservation=reservation,
        shown_at=minute(0),
    )
    due_at = minute(26)
    await suspense.open_suspense(bench.session, missed, due_at=due_at, now=minute(-4))


async def sells_one(bench: Bench, *, placed: float) -> None:
    order = OrderTold(shop=ETSY, created=placed)
    await bench.take_in(order.told(placed, line(etsy_ref(), 1)), at=placed)


async def test_a_sale_made_later_comes_on_top_of_the_missing_piece(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await misses_one(bench, offer)

    await sells_one(bench, placed=BOOKED_AFTER.total_seconds() / 60 + SECOND)

    assert await suspense.pieces_open(bench.session, offer.id) == 1
    assert await bench.available(NECKLACE) == 5 - 1 - 1
    assert (await bench.expects(etsy_ref())).quantity == 5 - 1


@pytest.mark.parametrize("placed", [-60.0, -SECOND, BOOKED_AFTER.total_seconds() / 60])
async def test_one_made_before_or_at_the_same_moment_explains_it(
    bench: Bench, placed: float
) -> None:
    offer = await chain(bench, etsy_ref())
    await bench.offer(etsy_ref(), NECKLACE, shows=5, read_minute=-120)
    await misses_one(bench, offer)

    await sells_one(bench, placed=placed)

    assert await suspense.pieces_open(bench.session, offer.id) == 0
    assert await bench.available(NECKLACE) == 5 - 1
    assert (await bench.expects(etsy_ref())).quantity == 5


@pytest.mark.parametrize(
    ("placed", "again"), [(-SECOND, False), (0.0, True), (BOOKED_AFTER.total_seconds() / 60, True)]
)
async def test_one_that_is_placed_later_may_be_another_so_the_listing_is_read_again(
    bench: Bench, placed: float, *, again: bool
) -> None:
    """Somebody took one off by hand, and another was sold seconds later: Etsy shows one less."""
    offer = await chain(bench, etsy_ref())
    await misses_one(bench, offer)

    await sells_one(bench, placed=placed)

    check = await check_of(bench, offer)
    assert (check is not None and check.why == MISSED_BEFORE) is again
    await bench.read(etsy_ref(), 5 - 1 if again else 5, at=placed + 1)
    assert await bench.available(NECKLACE) == (5 - 2 if again else 5 - 1)


async def test_what_a_checkout_keeps_is_explained_by_the_order_it_becomes(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await misses_one(bench, offer, reservation=True)

    await sells_one(bench, placed=20)

    assert await suspense.pieces_open(bench.session, offer.id) == 0


@pytest.mark.parametrize(("placed", "left"), [(APART, 0), (APART + SECOND, 1)])
async def test_where_the_marketplace_told_no_time_the_clocks_may_differ(
    bench: Bench, placed: float, left: int
) -> None:
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 4)

    await sells_one(bench, placed=placed)

    assert await suspense.pieces_open(bench.session, offer.id) == left
