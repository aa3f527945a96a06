"""Nobody knows whether Etsy took our write, and what it shows may be from before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    PATIENCE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
)
from tests.support.doubts import chain, check_of, drifted

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.domain.offer import ANYWHERE

OLD = PATIENCE.old_state_s / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def three_are_written(bench: Bench) -> Offer:
    """Over the five that Etsy showed; what became of that, no check could tell."""
    offer = await chain(bench, etsy_ref())
    await mirror.note_sending_all(bench.session, {offer.id: 3}, now=minute(0))
    await mirror.note_unanswered(bench.session, offer.id, ANYWHERE)
    return offer


async def open_write(bench: Bench) -> int | None:
    return (await bench.expects(etsy_ref())).pending


async def test_five_that_are_seen_at_once_do_not_tell_that_it_was_not_taken(bench: Bench) -> None:
    offer = await three_are_written(bench)

    await bench.read(etsy_ref(), 5, at=OLD / 2)

    check = await check_of(bench, offer)
    assert check is not None
    assert check.due_at == minute(OLD)
    assert await open_write(bench) == 3
    await bench.read(etsy_ref(), 3, at=OLD)
    assert await bench.available(NECKLACE) == 5  # they are our three: nobody missed two
    assert (await bench.expects(etsy_ref())).quantity == 3
    assert await open_write(bench) is None


async def test_five_that_can_be_no_old_state_do_and_it_is_written_again(bench: Bench) -> None:
    offer = await three_are_written(bench)

    await bench.read(etsy_ref(), 5, at=OLD)

    assert (await bench.expects(etsy_ref())).quantity == 5
    assert await open_write(bench) is None
    assert await drifted(bench) == [offer.id]


async def test_what_stood_there_before_a_sale_is_not_our_figure_less_the_sale(bench: Bench) -> None:
    """A raise to six was never taken, one of the five was sold, and a reading shows the five."""
    offer, order = await chain(bench, etsy_ref()), OrderTold(created=OLD)
    await mirror.note_sending_all(bench.session, {offer.id: 6}, now=minute(0))
    await mirror.note_unanswered(bench.session, offer.id, ANYWHERE)
    await bench.take_in(order.told(OLD, line(etsy_ref(), 1)), at=1.1 * OLD)

    await bench.read(etsy_ref(), 5, at=1.5 * OLD)
    for at in (2, 3):
        await bench.read(etsy_ref(), 4, at=at)

    level = await bench.level(NECKLACE)
    assert (level.available, level.suspended) == (4, 0)
    assert (await bench.expects(etsy_ref())).quantity == 4
