import asyncio
from random import Random

import pytest
from tests.support.clocks import RealClock, StandingClock

from peg.marketplaces.limiter import Bucket, DayBudget, Lane, Window, lane_of_listings
from peg.marketplaces.port import BudgetSpent


async def test_calls_wait_before_they_are_sent_and_never_exceed_the_rate() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=10, per_s=10)
    begun = clock.monotonic()

    for _ in range(40):
        await bucket.take(1, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun == pytest.approx(3.0)


async def test_a_sold_piece_comes_off_sale_before_an_import_goes_on() -> None:
    bucket = Bucket(RealClock(), capacity=1, per_s=20)
    await bucket.take(1, Lane.BULK)
    served: list[str] = []

    async def caller(name: str, lane: Lane) -> None:
        await bucket.take(1, lane)
        served.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name, lane in (("import", Lane.BULK), ("raise", Lane.RAISE_STOCK)):
            tasks.create_task(caller(name, lane))
        tasks.create_task(caller("withdraw", Lane.LOWER_STOCK))

    assert served[0] == "withdraw"
    assert served[-1] == "import"


async def test_a_caller_that_gives_up_lets_the_next_one_through() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=1, per_s=1)
    await bucket.take(1, Lane.ORDERS)

    impatient = asyncio.create_task(bucket.take(1, Lane.LOWER_STOCK))
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await asyncio.wait_for(bucket.take(1, Lane.BULK), timeout=1)


async def test_the_marketplaces_own_figure_counts_where_it_is_lower() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=10)
    bucket.learn(0)
    begun = clock.monotonic()

    await bucket.take(20, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun == pytest.approx(2.0)


async def test_an_import_leaves_room_for_a_sold_piece() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=10)
    window = Window(clock, calls=10)
    for _ in range(6):
        await bucket.take(10, Lane.BULK)
        await window.take(1, Lane.BULK)
    begun = clock.monotonic()

    await bucket.take(40, Lane.LOWER_STOCK)
    for _ in range(4):
        await window.take(1, Lane.LOWER_STOCK)

    assert clock.monotonic() == begun


async def test_a_first_import_uses_the_whole_of_the_quota() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=10)
    window = Window(clock, calls=10)
    begun = clock.monotonic()

    for _ in range(10):
        await bucket.take(10, lane_of_listings(first=True))
        await window.take(1, lane_of_listings(first=True))

    assert clock.monotonic() == begun


async def test_a_costly_page_is_not_kept_waiting_by_the_polls_for_ever() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=2000, per_s=100)
    await bucket.take(30, Lane.ORDERS)

    await bucket.take(1500, Lane.BULK)

    assert clock.monotonic() == 0


async def busiest(window: Window, *, places_kept: bool, seed: int) -> int:
    """Calls that arrive late and are answered late: the most that one span of 0.1 s counted."""
    rng, counted = Random(seed), list[float]()

    async def call() -> None:
        await window.take(1, Lane.LOWER_STOCK)
        if not places_kept:
            window.ended()
        await asyncio.sleep(rng.uniform(0, 0.05))
        counted.append(asyncio.get_running_loop().time())
        await asyncio.sleep(rng.uniform(0, 0.02))
        if places_kept:
            window.ended()

    await asyncio.gather(*(call() for _ in range(40)))
    return max(sum(one <= other < one + 0.1 for other in counted) for one in counted)


@pytest.mark.parametrize("seed", range(3))
async def test_no_second_sees_too_many_calls_however_late_they_arrive(seed: int) -> None:
    window = Window(RealClock(), calls=5, span_s=0.1)

    assert await busiest(window, places_kept=True, seed=seed) <= 5


async def test_counting_when_calls_are_sent_would_let_too_many_arrive_together() -> None:
    windows = [Window(RealClock(), calls=5, span_s=0.1) for _ in range(5)]

    worst = [await busiest(one, places_kept=False, seed=seed) for seed, one in enumerate(windows)]

    assert max(worst) > 5


@pytest.mark.parametrize("lane", [Lane.CHECKS, Lane.RAISE_STOCK, Lane.BULK])
async def test_an_order_of_two_listings_finds_its_calls_free_whatever_else_goes_on(
    lane: Lane,
) -> None:
    clock = StandingClock()
    window = Window(clock, calls=10)
    others = [asyncio.create_task(window.take(1, lane)) for _ in range(10)]
    await asyncio.sleep(0)
    begun = clock.monotonic()

    for _ in range(4):  # both listings in one, the receipts, and two writes
        await window.take(1, Lane.LOWER_STOCK)

    assert clock.monotonic() == begun
    for other in others:
        other.cancel()


async def test_a_told_order_is_read_though_another_sale_is_just_being_followed() -> None:
    clock = StandingClock()
    window = Window(clock, calls=10)
    for _ in range(9):
        await window.take(1, Lane.LOWER_STOCK)
    begun = clock.monotonic()

    await window.take(1, Lane.TOLD_ORDER)

    assert clock.monotonic() == begun


async def test_calls_of_other_programs_take_their_places_too() -> None:
    clock = StandingClock()
    window = Window(clock, calls=10)
    window.learn(2, calls=10)
    begun = clock.monotonic()

    for _ in range(3):
        await window.take(1, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("left", "goes_on"),
    [
        (5_000, {"lower", "told", "in", "orders", "checks", "raise", "bulk", "first"}),
        (900, {"lower", "told", "in", "orders", "checks"}),
        (100, {"lower", "in"}),
        (0, {"lower", "in"}),
    ],
)
def test_the_days_last_calls_are_kept_for_lowering_stock(left: int, goes_on: set[str]) -> None:
    budget = DayBudget()
    budget.learn(limit=10_000, remaining=left)

    assert {lane.name.partition("_")[0].lower() for lane in Lane if admits(budget, lane)} == goes_on


def test_orders_are_read_less_often_when_the_day_runs_short() -> None:
    budget = DayBudget()
    assert budget.slowed == 1
    budget.learn(limit=10_000, remaining=5_000)
    assert budget.slowed == 1

    budget.learn(limit=10_000, remaining=900)

    assert budget.slowed == 4


def admits(budget: DayBudget, lane: Lane) -> bool:
    try:
        budget.admit(lane)
    except BudgetSpent:
        return False
    return True


async def test_who_only_waits_for_room_leaves_it_free() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=1, per_s=1)
    await bucket.take(1, Lane.LOWER_STOCK)
    begun = clock.monotonic()

    await bucket.room(1, Lane.LOWER_STOCK)
    await bucket.take(1, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun == pytest.approx(1.0)


async def test_what_a_failed_call_took_is_there_again_once_an_answer_says_so() -> None:
    """Else a costly poll that got no answer keeps the small questions of webhooks waiting."""
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=1)
    await bucket.take(90, Lane.CHECKS)
    bucket.ended(90)
    begun = clock.monotonic()

    bucket.learn(100)
    await bucket.take(90, Lane.LOWER_STOCK)

    assert clock.monotonic() == begun


async def test_calls_that_an_answer_may_not_have_counted_yet_are_still_taken() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=10)
    await bucket.take(60, Lane.LOWER_STOCK)
    begun = clock.monotonic()

    bucket.learn(100)
    await bucket.take(60, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun == pytest.approx(2.0)


async def test_who_waits_hears_of_an_answer_that_tells_of_more() -> None:
    bucket = Bucket(RealClock(), capacity=100, per_s=1)
    await bucket.take(100, Lane.LOWER_STOCK)
    waiting = asyncio.create_task(bucket.take(50, Lane.LOWER_STOCK))
    await asyncio.sleep(0)

    bucket.ended(100)
    bucket.learn(100)

    async with asyncio.timeout(5):
        await waiting
