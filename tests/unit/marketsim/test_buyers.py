import asyncio
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

import pytest
from tests.support.opening_day import NOON, OpeningDay

from marketsim.buyers import Habits
from marketsim.buyers.season import arrivals, busyness, opening_hour
from marketsim.market import EditedByHand, Returned, Sold
from marketsim.truth import report


async def test_exactly_so_many_orders_are_placed_and_everything_pending_settles() -> None:
    fair = OpeningDay(Habits(orders=60, pace=30))

    await fair.run()

    people = fair.crowd.status()["people"]
    assert len({h.order for h in fair.of(Sold) if isinstance(h, Sold)}) == 60
    assert people["shipped"] + people.get("cancelled", 0) + people.get("never_paid", 0) <= 60
    assert people["paid"] + people.get("never_paid", 0) == 60
    assert people["visits"] > 60 * 20


async def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first, again, other = (
        OpeningDay(Habits(orders=40, pace=60), seed=seed, pieces=60) for seed in (1, 1, 2)
    )

    for fair in (first, again, other):
        await fair.run()

    assert first.story == again.story
    assert first.story != other.story


async def test_those_who_only_look_are_told_and_move_nothing() -> None:
    few, many = (
        OpeningDay(Habits(orders=20, pace=60, conversion=conversion, cart_share=cart_share))
        for conversion, cart_share in ((0.5, 0.0), (0.001, 1.0))
    )

    for fair in (few, many):
        await fair.run()

    looked = [fair.crowd.status()["people"] for fair in (few, many)]
    assert looked[0]["visits"] < 200 < looked[1]["visits"]
    assert looked[0]["carts"] < 200 < looked[1]["carts"]
    assert few.story == many.story


async def test_some_are_never_paid_some_cancelled_some_refunded() -> None:
    fair = OpeningDay(Habits(orders=80, pace=120, unpaid_share=0.2, cancelled_share=0.2))

    await fair.run()

    people = fair.crowd.status()["people"]
    returned = [h for h in fair.of(Returned) if isinstance(h, Returned)]
    assert people["never_paid"] > 5
    assert people["cancelled"] > 5
    assert {h.restocked for h in returned} == {True, False}


async def test_rivals_for_one_piece_sell_it_twice_where_nobody_keeps_the_stock() -> None:
    habits = Habits(orders=40, pace=60, rivals_share=1.0, edits_per_order=0, cancelled_share=0)
    fair = OpeningDay(habits)

    await fair.run()

    told = report(fair.truth, at=fair.clock.now(), ceiling_s=5)
    assert fair.crowd.tally["rivals"] > 10
    assert len(told["double_sales"]["inside"]) > 5


async def test_the_shopkeeper_edits_stock_by_hand_in_both_admins() -> None:
    fair = OpeningDay(Habits(orders=60, pace=30, edits_per_order=1.0, quiet_s=1))

    await fair.run()

    edits = [h for h in fair.of(EditedByHand) if isinstance(h, EditedByHand)]
    assert {edit.market for edit in edits} == {"shopify", "etsy"}
    assert {edit.delta > 0 for edit in edits} == {True, False}


async def test_the_shopkeeper_leaves_alone_what_was_touched_a_moment_ago() -> None:
    fair = OpeningDay(Habits(orders=60, pace=60, edits_per_order=1.0, quiet_s=30), pieces=40)

    await fair.run()

    last: dict[object, datetime] = {}
    edits = 0
    for happening in fair.story:
        if isinstance(happening, EditedByHand):
            edits += 1
            quiet = happening.at - last.get(happening.parts, NOON - timedelta(days=1))
            assert quiet > timedelta(seconds=30)
        if isinstance(happening, Sold):
            last[happening.parts] = happening.at
    assert edits > 5


async def test_a_withdrawn_listing_comes_back_by_hand_only_when_asked_for() -> None:
    calm = OpeningDay(Habits(orders=40, pace=60))
    ghostly = OpeningDay(Habits(orders=40, pace=60, reactivations_per_order=0.5))

    await calm.run()
    await ghostly.run()

    assert calm.crowd.tally["reactivated"] == 0
    assert ghostly.crowd.tally["reactivated"] > 5


async def test_a_closed_shop_takes_no_more_orders_but_finishes_those_it_has() -> None:
    fair = OpeningDay(Habits(pace=60, cart_s=0))
    fair.crowd.start()
    for _ in range(30):
        await asyncio.sleep(0)
        fair.clock.advance(2)
    await asyncio.sleep(0)
    placed = fair.crowd.tally["orders"]

    fair.crowd.close_shop()
    await fair.run()

    assert placed > 5
    assert fair.crowd.tally["orders"] == placed
    assert fair.crowd.state == "done"


async def test_buyers_who_find_an_empty_shop_go_home() -> None:
    fair = OpeningDay(Habits(pace=600), pieces=10)
    for stall in fair.stalls:
        for unit in stall.units():
            stall.edit_stock(unit, delta=-1000)

    await fair.run()

    assert fair.crowd.tally["sold_out"] == 1
    assert fair.crowd.tally["orders"] == 0


def test_december_evenings_are_busier_than_february_mornings() -> None:
    december = busyness(datetime(2026, 12, 16, 21, tzinfo=UTC))
    february = busyness(datetime(2026, 2, 18, 8, tzinfo=UTC))

    assert december > 100 * february


def test_a_year_of_arrivals_keeps_the_measured_season() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)

    by_week = Counter(
        at.isocalendar().week for at in islice(arrivals(start, Habits(), Random(1)), 7000)
    )

    assert by_week[51] > 3 * by_week[40]
    assert by_week[6] > 1.5 * by_week[4]


def test_a_pace_compresses_the_calendar_so_that_the_mean_rate_is_met() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    habits = Habits(pace=30)

    times = list(islice(arrivals(start, habits, Random(1)), 3000))

    minutes = (times[-1] - start).total_seconds() / 60
    assert 20 < 3000 / minutes < 40


def test_a_run_of_so_many_orders_is_one_week_with_its_days_and_nights() -> None:
    start, run = datetime(2026, 11, 23, 9, tzinfo=UTC), timedelta(minutes=16_800 / 120)
    habits = Habits(orders=16_800, pace=120)  # 100 in a mean hour of the week

    times = list(islice(arrivals(start, habits, Random(1)), 16_800))

    first = opening_hour(Random(1)).hour
    hours = Counter((first + int((at - start) / run * 168)) % 24 for at in times)
    assert run * 0.98 < times[-1] - start < run * 1.02
    assert sum(hours[hour] for hour in (7, 8, 9)) < 0.35 * 2_100
    assert 1.7 * 700 < max(hours.values()) < 2.1 * 700
    assert max(hours, key=lambda hour: hours[hour]) in {21, 22}


@pytest.mark.parametrize("habits", [Habits(orders=300, pace=120), Habits(pace=120)])
def test_the_same_seed_brings_the_same_buyers_at_whatever_hour_it_is_played(habits: Habits) -> None:
    def gaps(start: datetime) -> list[timedelta]:
        return [at - start for at in islice(arrivals(start, habits, Random(7)), 300)]

    night, evening = (datetime(2026, 11, day, day, tzinfo=UTC) for day in (3, 21))

    assert gaps(night) == gaps(evening)


def seed_of(month: int) -> int:
    """A seed whose calendar begins in this month."""
    return next(seed for seed in range(500) if opening_hour(Random(seed)).month == month)


@pytest.mark.parametrize("month", [2, 11, 12])
def test_a_run_in_a_busy_season_is_no_denser_than_another(month: int) -> None:
    start, rng = NOON, Random(seed_of(month))
    run = timedelta(minutes=10)

    times = list(islice(arrivals(start, Habits(orders=24_000, pace=2_400), rng), 24_000))

    by_hour = Counter(int((at - start) / run * 168) % 24 for at in times)
    assert max(by_hour.values()) < 2.0 * 1_000 + 4 * 2_000**0.5  # chance, beside the rate
    assert times[-1] - start < run * 1.03


def test_an_even_rhythm_comes_every_two_seconds() -> None:
    times = list(islice(arrivals(NOON, Habits(pace=30, rhythm="even"), Random(1)), 3))

    assert times == [NOON + timedelta(seconds=s) for s in (2, 4, 6)]


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: Habits(pace=0),
        lambda: Habits(orders=0),
        lambda: Habits(rivals_share=1.1),
        lambda: Habits(pace=math.inf),
        lambda: Habits(pace=math.nan),
        lambda: Habits(cart_s=-1),
        lambda: Habits(payment_s=math.inf),
        lambda: Habits(conversion=0),
        lambda: Habits(unpaid_share=0.6, refunded_share=0.6),
    ],
)
def test_habits_that_make_no_sense_are_refused(nonsense: Callable[[], Habits]) -> None:
    with pytest.raises(ValueError, match=r"got|shares|nothing"):
        nonsense()
