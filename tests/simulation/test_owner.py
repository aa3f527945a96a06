"""The owner does what a jeweller does on PEG's side, and the judge knows of it."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from tests.simulation.obeyed import holds_amiss, never_ended
from tests.simulation.owner.chores import KINDS, draw_chores
from tests.simulation.owner.drawer import QUIET, Drawer
from tests.simulation.plan import draw
from tests.simulation.run import simulate
from tests.simulation.wishes import Wishes
from tests.support.open_world import open_practice_world

from marketsim.market import Market, UnitId
from marketsim.pieces import PieceId
from marketsim.world import World

DAY_S = 86_400.0


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_practice_world() as opened:
        yield opened


def some_piece(world: World) -> tuple[Market, UnitId, PieceId]:
    """A piece of which there are several, and where it is sold by itself."""
    market = world.market("shopify")
    unit, ((piece, _),) = next(
        (unit, parts)
        for unit, parts in sorted(market.units().items())
        if len(parts) == 1 and parts[0][1] == 1 and market.buyable(unit) in range(3, 99)
    )
    return market, unit, piece


def test_whatever_the_owner_does_no_promise_is_broken() -> None:
    seen: list[str] = []
    plan = draw(2, days=0.125, pieces=40, orders_per_day=160)
    chores = draw_chores(Random("x/2"), plan.trade_s, per_hour=20.0)

    busy = replace(plan, episodes=(), chores=chores, early_orders=4, undecided_share=1.0)
    outcome = simulate(busy, echo=seen.append)

    assert not outcome.violations, "\n".join(map(str, outcome.violations))
    for done in ("sells", "receives", "counts", "holds", "pauses"):
        assert any(f"the owner {done}" in line for line in seen), done


def test_a_seed_draws_owners_who_do_much_little_or_nothing() -> None:
    days = [draw_chores(Random(seed), DAY_S) for seed in range(40)]

    assert {chore.kind for day in days for chore in day} == KINDS.keys()
    assert any(not day for day in days)
    assert all(list(day) == sorted(day, key=lambda one: one.at_s) for day in days)


async def test_what_is_sold_and_unshipped_lies_in_the_drawer_still(world: World) -> None:
    market, unit, piece = some_piece(world)
    drawer, before = Drawer(world), world.truth.remaining[piece]

    order = market.buy(unit)
    market.pay(order)
    waiting = drawer.unsold(piece), drawer.lie_there(piece), drawer.waits_for_its_parcel(piece)
    market.fulfil(order)

    assert waiting == (before - 1, before, True)
    assert drawer.lie_there(piece) == before - 1


async def test_she_knows_what_left_since_a_moment_and_is_not_back(world: World) -> None:
    market, unit, piece = some_piece(world)
    drawer, before = Drawer(world), market.buy(unit)
    world.clock.advance(60)
    moment = world.clock.now()

    market.buy(unit)
    cancelled = market.buy(unit)
    market.cancel(cancelled, restock=True)
    market.cancel(before, restock=True)  # bought before: it is one more in the drawer
    world.in_person(piece, -1)

    assert drawer.taken_since(piece, moment) == 2
    market.edit_stock(unit, delta=1)
    assert drawer.taken_since(piece, moment) is None  # she cannot tell, and counts


async def test_a_piece_is_quiet_a_while_after_anything_happened_to_it(world: World) -> None:
    _, _, piece = some_piece(world)
    drawer = Drawer(world)

    world.in_person(piece, 1)
    at_once = drawer.is_quiet(piece)
    world.clock.advance(QUIET.total_seconds() + 1)

    assert not at_once
    assert drawer.is_quiet(piece)


def test_what_is_kept_is_kept_until_it_is_let_go_or_its_time_is_over() -> None:
    now = [0.0]
    wishes, ring = Wishes(lambda: now[0]), PieceId("ring")
    wishes.keeps(1, ring, for_s=None)
    wishes.keeps(2, ring, for_s=100.0)

    both = wishes.kept(ring)
    now[0] = 100.0
    one = wishes.kept(ring)
    wishes.lets_go(1)

    assert (both, one, wishes.kept(ring)) == (2, 1, 0)


def test_a_pause_counts_for_its_shop_and_a_pause_of_all_for_each() -> None:
    now = [0.0]
    wishes = Wishes(lambda: now[0])
    wishes.pauses("etsy")
    now[0] = 50.0
    wishes.pauses("all")
    now[0] = 60.0

    assert (wishes.paused_for_s("etsy"), wishes.paused_for_s("shopify")) == (60.0, 10.0)
    wishes.resumes("all")
    assert (wishes.paused_for_s("etsy"), wishes.paused_for_s("shopify")) == (60.0, 0.0)


@pytest.mark.parametrize(("hours_ago", "told"), [(2, True), (0.5, False)])
def test_a_hold_whose_time_was_over_long_ago_is_told(hours_ago: float, *, told: bool) -> None:
    now, book = datetime(2026, 11, 2, 12, tzinfo=UTC), sqlite3.connect(":memory:")
    book.execute("CREATE TABLE holds (id, sku, until, ended_at)")
    until = f"{now - timedelta(hours=hours_ago):%Y-%m-%d %H:%M:%S.%f}"
    book.execute("INSERT INTO holds VALUES (7, 'RING', ?, NULL)", (until,))
    book.execute("INSERT INTO holds VALUES (8, 'RING', NULL, NULL)")

    found = list(never_ended(book, lambda moment: now - moment > timedelta(hours=1)))

    assert found == (["hold 7 of RING never ended"] if told else [])


@pytest.mark.parametrize(
    ("reserved", "told"), [(2, []), (3, ["3 of RING are kept, and its holds keep 2"])]
)
def test_a_piece_that_is_kept_and_by_no_hold_is_told(reserved: int, told: list[str]) -> None:
    """Neither who let go of it nor who sold what was kept gave it back."""
    book = sqlite3.connect(":memory:")
    book.executescript(
        """
        CREATE TABLE positions (sku, reserved);
        CREATE TABLE holds (id, sku, until, ended_at);
        CREATE TABLE held (hold, pieces);
        INSERT INTO holds VALUES (7, 'RING', NULL, NULL), (8, 'RING', NULL, '2026-11-02');
        INSERT INTO held VALUES (7, 1), (7, 1), (8, 1);
        INSERT INTO positions VALUES ('CHAIN', 0);
        """
    )
    book.execute("INSERT INTO positions VALUES ('RING', ?)", (reserved,))

    assert list(holds_amiss(book, lambda _: False)) == told
