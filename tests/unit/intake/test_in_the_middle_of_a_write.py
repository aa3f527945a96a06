"""What is read while a write of ours is under way: its answer alone says what the figure means."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    SHOPIFY,
    Bench,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.doubts import chain, check_of

from peg.catalog import mirror
from peg.domain.offer import ANYWHERE


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def reads_and_hears(bench: Bench, shown: int, *, is_left: int) -> bool:
    """Five become three: so many are read meanwhile, and so many are left after the answer.

    Whether the reading counted as a proof; then two more readings come with the orders between.
    """
    offer = (await chain(bench, shopify_ref())).id
    await mirror.note_sending(bench.session, offer, ANYWHERE, 3, now=minute(0))
    taken = await bench.look(shopify_ref(), shown)
    await mirror.note_compared_and_set(bench.session, offer, ANYWHERE, delta=-2, now=minute(0))
    for at in (0.1, 1.2):
        await bench.read(shopify_ref(), is_left, at=at)
        await bench.orders_read(SHOPIFY, at=at + 1)
    return taken.explained


@pytest.mark.parametrize(
    ("shown", "is_left"),
    [(3, 3), (2, 2), (4, 2)],
    ids=["applied", "applied, and one was sold", "one was sold, and then it was applied"],
)
async def test_it_is_read_again_and_nothing_is_concluded_before(
    bench: Bench, shown: int, is_left: int
) -> None:
    explained = await reads_and_hears(bench, shown, is_left=is_left)

    assert not explained
    assert (await bench.expects(shopify_ref())).quantity == is_left
    assert await bench.available(NECKLACE) == 5 - (3 - is_left)
    assert (await bench.level(NECKLACE)).on_hand == 5


async def test_a_figure_that_it_has_not_changed_yet_is_as_expected(bench: Bench) -> None:
    explained = await reads_and_hears(bench, 5, is_left=3)

    assert explained
    assert (await bench.expects(shopify_ref())).quantity == 3


async def test_it_is_read_again_at_once(bench: Bench) -> None:
    ring = await chain(bench, shopify_ref())
    await mirror.note_sending(bench.session, ring.id, ANYWHERE, 3, now=minute(0))

    taken = await bench.look(shopify_ref(), 3)

    again = await check_of(bench, ring)
    assert taken.outdated
    assert again is not None
    assert again.due_at <= minute(2 / 60)


async def test_without_that_two_chains_are_found_that_nobody_has(bench: Bench) -> None:
    """As if no answer were to come any more: then the reading would have to say it."""
    ring = await chain(bench, shopify_ref())
    await mirror.note_sending(bench.session, ring.id, ANYWHERE, 3, now=minute(0))
    await mirror.note_unanswered(bench.session, ring.id, ANYWHERE)

    assert await bench.read(shopify_ref(), 3) == "written"
    await mirror.note_compared_and_set(bench.session, ring.id, ANYWHERE, delta=-2, now=minute(0))
    await bench.read(shopify_ref(), 3, at=0.1)
    await bench.orders_read(SHOPIFY, at=1.1)
    await bench.read(shopify_ref(), 3, at=1.2)

    assert await bench.available(NECKLACE) == 7  # there are five
