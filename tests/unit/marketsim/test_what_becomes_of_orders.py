"""What buyers do between the basket and the parcel, and when."""

from datetime import datetime, timedelta

import pytest
from tests.support.opening_day import OpeningDay
from tests.support.stall import Deed, Stall

from marketsim.buyers import Habits
from marketsim.market import OrderId, Sold
from marketsim.truth import report

SECOND = timedelta(seconds=1)
STEP = SECOND  # the clock moves so far at once


def ordered(day: OpeningDay) -> dict[OrderId, list[Sold]]:
    """Each order's lines."""
    orders: dict[OrderId, list[Sold]] = {}
    for happening in day.of(Sold):
        assert isinstance(happening, Sold)
        orders.setdefault(happening.order, []).append(happening)
    return orders


def when(stalls: list[Stall], deed: Deed) -> dict[OrderId, datetime]:
    return {order: at for stall in stalls for done, order, at in stall.deeds if done == deed}


async def test_a_payment_comes_a_while_after_its_order() -> None:
    day = OpeningDay(Habits(orders=80, pace=60, payment_s=30))

    await day.run()

    orders, paid = ordered(day), when(day.stalls, "paid")
    waits = [at - orders[order][0].at for order, at in paid.items()]
    assert len(waits) > 60
    assert all(15 * SECOND <= wait <= 150 * SECOND + STEP for wait in waits)
    assert len({wait.total_seconds() for wait in waits}) > 10


async def test_who_never_pays_is_cancelled_after_the_time_that_was_given() -> None:
    day = OpeningDay(Habits(orders=60, pace=60, unpaid_share=0.5, unpaid_s=45))

    await day.run()

    orders, cancelled = ordered(day), when(day.stalls, "cancelled")
    never_paid = cancelled.keys() - when(day.stalls, "paid").keys()
    assert len(never_paid) == day.crowd.tally["never_paid"] > 15
    for order in never_paid:
        assert 45 * SECOND <= cancelled[order] - orders[order][0].at <= 46 * SECOND + STEP


async def test_a_cancellation_comes_after_the_payment_and_instead_of_the_parcel() -> None:
    day = OpeningDay(Habits(orders=60, pace=60, unpaid_share=0, cancelled_share=0.4))

    await day.run()

    paid, cancelled = when(day.stalls, "paid"), when(day.stalls, "cancelled")
    assert len(cancelled) == day.crowd.tally["cancelled"] > 10
    assert all(paid[order] < at for order, at in cancelled.items())
    assert not cancelled.keys() & when(day.stalls, "shipped").keys()


async def test_refunds_come_before_the_parcel_or_after_it() -> None:
    day = OpeningDay(Habits(orders=80, pace=60, cancelled_share=0, refunded_share=0.5))

    await day.run()

    refunded, shipped = when(day.stalls, "refunded"), when(day.stalls, "shipped")
    after = {order for order, at in refunded.items() if order in shipped and shipped[order] < at}
    assert len(refunded) == day.crowd.tally["refunded"] > 20
    assert len(after) > 5
    assert len(refunded) - len(after) > 5


async def test_some_take_a_second_piece_which_is_no_part_of_the_first() -> None:
    day = OpeningDay(Habits(orders=60, pace=60, basket_share=0.5))

    await day.run()

    baskets = [lines for lines in ordered(day).values() if len(lines) > 1]
    assert len(ordered(day)) == 60
    assert len(baskets) == day.crowd.tally["baskets"] > 15
    for first, second in baskets:
        assert not {piece for piece, _ in first.parts} & {piece for piece, _ in second.parts}
        assert (first.market, second.quantity) == (second.market, 1)


async def test_who_thinks_too_long_over_the_cart_comes_too_late() -> None:
    hasty, slow = (
        OpeningDay(Habits(orders=30, pace=600, cart_s=cart_s, rivals_share=0), pieces=20)
        for cart_s in (0, 120)
    )

    await hasty.run()
    await slow.run()

    assert hasty.crowd.tally["came_too_late"] == 0
    assert slow.crowd.tally["came_too_late"] > 0
    assert slow.crowd.tally["carts"] > slow.crowd.tally["orders"]


@pytest.mark.parametrize(("share", "least", "most"), [(1.0, 5, 40), (0.0, 0, 1)], ids=["1", "0"])
async def test_two_who_want_the_same_piece_come_within_seconds(
    share: float, least: int, most: int
) -> None:
    day = OpeningDay(Habits(orders=40, pace=6, rivals_share=share, rivals_gap_s=3, cart_s=0))

    await day.run()

    cases = report(day.truth, at=day.clock.now(), ceiling_s=60)["double_sales"]["inside"]
    both = [case for case in cases if case["first"]["market"] != case["second"]["market"]]
    close = [case for case in both if case["seconds_between"] <= 3 + STEP.total_seconds()]
    assert least <= len(close) <= most


async def test_many_look_where_few_order() -> None:
    few, many = (
        OpeningDay(Habits(orders=20, pace=60)),
        OpeningDay(Habits(orders=20, pace=60, conversion=0.005)),
    )

    await few.run()
    await many.run()

    assert many.crowd.tally["visits"] > 2 * few.crowd.tally["visits"]
    assert many.crowd.tally["orders"] == few.crowd.tally["orders"] == 20
