"""One effect per event: however an order's story is shuffled, doubled or cut, it ends the same."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.bench import NECKLACE, RING, Bench, OrderTold, etsy_ref, line, open_bench

from peg.domain.order import OrderSnapshot
from peg.domain.stock import StockLevel
from peg.ledger import orders, queries
from peg.ledger.line_meaning import Component, Resolved

SHELF = 9


@dataclass(frozen=True, slots=True)
class End:
    """Where a story ends."""

    ring: StockLevel
    necklace: StockLevel


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, SHELF)
        await bench.stock(NECKLACE, SHELF)
        yield bench


def six_events() -> Sequence[OrderSnapshot]:
    """A set of a ring and two necklaces, and a single ring: ordered, added to, partly cancelled,
    shipped in two parts, and one unit sent back."""
    a_set, ring = etsy_ref("24"), etsy_ref("22")
    order = OrderTold()
    return (
        order.told(1, line(a_set, 2)),
        order.told(2, line(a_set, 2), line(ring, 3, line="2")),
        order.told(3, line(a_set, 1, restocked=1), line(ring, 3, line="2")),
        order.told(4, line(a_set, 1, restocked=1), line(ring, 2, shipped=1, line="2")),
        order.told(5, line(a_set, shipped=1, restocked=1), line(ring, shipped=3, line="2")),
        order.told(
            6,
            line(a_set, shipped=1, restocked=1),
            line(ring, shipped=1, restocked=1, written_off=1, line="2"),
        ),
    )


MEANINGS: Mapping[str, Resolved] = {
    "1": Resolved(
        offer=None, components=(Component(sku=RING), Component(sku=NECKLACE, quantity=2))
    ),
    "2": Resolved(offer=None, components=(Component(sku=RING),)),
}


async def apply(bench: Bench, snapshot: OrderSnapshot) -> None:
    await orders.apply(bench.session, snapshot, MEANINGS, places={}, now=snapshot.fetched_at)


async def end_of(bench: Bench) -> End:
    found = {one.sku: one.level for one in await queries.positions(bench.session)}
    return End(found[RING], found[NECKLACE])


async def test_all_720_orders_of_a_six_event_story_end_the_same(bench: Bench) -> None:
    """Walks the tree of all orders; each branch is taken back to where it began."""
    ends: list[End] = []

    async def walk(left: Sequence[OrderSnapshot]) -> None:
        if not left:
            ends.append(await end_of(bench))
        for event in left:
            branch = await bench.session.begin_nested()
            await apply(bench, event)
            await walk([other for other in left if other is not event])
            await branch.rollback()

    await walk(six_events())

    assert len(ends) == 720
    assert set(ends) == {
        End(ring=StockLevel(on_hand=SHELF - 3), necklace=StockLevel(on_hand=SHELF - 2))
    }


async def test_without_the_newest_of_them_a_story_ends_elsewhere(bench: Bench) -> None:
    for event in six_events()[:-1]:
        await apply(bench, event)

    assert (await end_of(bench)).ring != StockLevel(on_hand=SHELF - 3)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Sequence[OrderSnapshot], Sequence[OrderSnapshot]]:
    """An order's history, and the deliveries of it: doubled, shuffled, some lost but the newest."""
    count = draw(st.integers(1, 6))
    history = [draw(snapshots(at)) for at in range(1, count + 1)]
    others = draw(st.lists(st.sampled_from(history), max_size=8))
    return history, draw(st.permutations([*others, history[-1]]))


@st.composite
def snapshots(draw: st.DrawFn, at: int) -> OrderSnapshot:
    units = st.integers(0, 2)
    lines = [
        line(
            etsy_ref("22"),
            draw(units),
            shipped=draw(units),
            restocked=draw(units),
            written_off=draw(units),
            line=number,
        )
        for number in ("1", "2")
    ]
    return OrderTold().told(at, *lines)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=stories())
async def test_shuffled_doubled_and_lost_deliveries_end_where_the_newest_stands(
    bench: Bench, story: tuple[Sequence[OrderSnapshot], Sequence[OrderSnapshot]]
) -> None:
    history, deliveries = story
    again = await bench.session.begin_nested()
    for snapshot in deliveries:
        await apply(bench, snapshot)

    a_set, ring = history[-1].lines
    rings_gone = a_set.shipped + a_set.written_off + ring.shipped + ring.written_off
    end = await end_of(bench)
    assert await queries.wrong_sums(bench.session) == []
    assert end.ring.committed == a_set.committed + ring.committed
    assert end.ring.on_hand == SHELF - rings_gone
    assert end.necklace.committed == 2 * a_set.committed
    assert end.necklace.on_hand == SHELF - 2 * (a_set.shipped + a_set.written_off)
    await again.rollback()
