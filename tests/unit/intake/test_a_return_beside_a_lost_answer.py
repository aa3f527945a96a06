"""Of four chains one is sold elsewhere: Shopify is told to show three, and does not answer.

A fifth, cancelled there a moment before, is about to be put back by Shopify: four may be all of
them without our write, or our three and the one that is back.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    SHOPIFY,
    Bench,
    OrderTold,
    line,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.doubts import drifted

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.intake import checks

CANCELLED = OrderTold(order="1001", shop=SHOPIFY)
PLACE = "71"
BACK_BY = 2.0
SOON, LATER = 0.5, BACK_BY + 0.1


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(NECKLACE, 5, at=await bench.place(PLACE, "Atelier"))
        yield bench


@pytest.fixture
async def chain(bench: Bench) -> Offer:
    """One was cancelled at noon; then the write of three was sent."""
    offer = await bench.offer(shopify_ref(), NECKLACE, shows={PLACE: 5})
    await bench.take_in(CANCELLED.told(-1, line(shopify_ref(), 1, at=PLACE)), at=-1)
    await bench.take_in(CANCELLED.told(0, line(shopify_ref(), restocked=1, at=PLACE)))
    await mirror.note_sending(bench.session, offer.id, PLACE, 3, now=minute(0))
    await mirror.note_unanswered(bench.session, offer.id, PLACE)
    return offer


async def believed(bench: Bench) -> tuple[int, int | None, int]:
    """The figure, the write that is still open, and what may come back."""
    row = await bench.expects(shopify_ref(), PLACE)
    return row.quantity, row.pending, row.may_rise


async def test_what_may_be_either_says_nothing_before_the_chain_must_be_back(
    bench: Bench, chain: Offer
) -> None:
    taken = await bench.look(shopify_ref(), {PLACE: 4}, at=SOON)

    assert (taken.outdated, taken.tells_from) == (True, minute(BACK_BY))
    assert await believed(bench) == (4, 3, 1)
    check = await checks.check_of(bench.session, chain.id)
    assert check is not None
    assert NOON < check.due_at <= minute(BACK_BY)


@pytest.mark.usefixtures("chain")
async def test_by_then_it_is_our_three_and_the_one_that_is_back(bench: Bench) -> None:
    await bench.look(shopify_ref(), {PLACE: 4}, at=SOON)

    seen = await bench.read(shopify_ref(), {PLACE: 4}, at=LATER)

    assert seen == "written"
    assert await believed(bench) == (4, None, 0)
    assert await bench.available(NECKLACE) == 5  # nothing is missing


async def test_or_all_five_if_the_write_never_arrived(bench: Bench, chain: Offer) -> None:
    seen = await bench.read(shopify_ref(), {PLACE: 5}, at=LATER)

    assert seen == "echo"
    assert await believed(bench) == (5, None, 0)
    assert await drifted(bench) == [chain.id]  # it is written once more


@pytest.mark.usefixtures("chain")
async def test_of_what_is_not_back_by_then_one_was_taken(bench: Bench) -> None:
    seen = await bench.read(shopify_ref(), {PLACE: 3}, at=LATER)

    assert seen == "missing"
    assert await bench.available(NECKLACE) == 4


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("shows", "means", "then"),
    [(5, "came_back", (5, None, 0)), (3, "written", (3, None, 1))],
    ids=["back, and not written", "written, and not back"],
)
async def test_what_can_only_be_one_of_them_is_believed_at_once(
    bench: Bench, shows: int, means: str, then: tuple[int, int | None, int]
) -> None:
    seen = await bench.read(shopify_ref(), {PLACE: shows}, at=SOON)

    assert seen == means
    assert await believed(bench) == then


@pytest.mark.usefixtures("chain")
async def test_a_chain_sold_after_the_write_was_sent_may_be_in_it_or_not(bench: Bench) -> None:
    sold = OrderTold(order="1002", shop=SHOPIFY)
    await bench.take_in(sold.told(0.1, line(shopify_ref(), 1, at=PLACE)))

    soon = await bench.look(shopify_ref(), {PLACE: 3}, at=SOON)
    seen = await bench.read(shopify_ref(), {PLACE: 3}, at=LATER)

    assert soon.outdated
    assert seen == "written"
    assert await believed(bench) == (3, None, 0)
    assert await bench.available(NECKLACE) == 4
    assert await drifted(bench) == []
