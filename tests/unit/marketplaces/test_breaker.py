"""When a marketplace fails again and again, PEG stops asking for half a minute."""

import random

import pytest
from tests.support.clocks import StandingClock

from peg.marketplaces.breaker import Admission, Breaker
from peg.marketplaces.port import BreakerOpen


def failing(breaker: Breaker, clock: StandingClock, times: int, *, apart_s: float = 0.0) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit())
        clock.pass_(apart_s)


def call(breaker: Breaker, *, failed: bool) -> None:
    admission = breaker.admit()
    (breaker.failed if failed else breaker.succeeded)(admission)


def opened(clock: StandingClock) -> Breaker:
    breaker = Breaker(clock, name="etsy:1")
    failing(breaker, clock, 5)
    return breaker


def test_four_failures_are_no_reason_to_stop_and_the_fifth_is() -> None:
    clock = StandingClock()
    breaker = Breaker(clock, name="etsy:1")

    failing(breaker, clock, 4)
    assert not breaker.open
    failing(breaker, clock, 1)

    assert breaker.open


def test_failures_that_lie_far_apart_are_no_reason_to_stop() -> None:
    clock = StandingClock()
    breaker = Breaker(clock, name="etsy:1")

    failing(breaker, clock, 20, apart_s=15.1)

    assert not breaker.open


@pytest.mark.parametrize("ends", ["FFFFSF", "FSFFFSF", "FSFSFSFSF"])
def test_successes_in_between_do_not_hide_that_the_shop_is_failing(ends: str) -> None:
    clock = StandingClock()
    breaker = Breaker(clock, name="etsy:1")

    for end in ends[:-1]:
        call(breaker, failed=end == "F")
        clock.pass_(5)
        assert not breaker.open
    call(breaker, failed=True)

    assert breaker.open


def test_after_a_busy_hour_without_a_failure_five_failures_are_still_enough() -> None:
    clock = StandingClock()
    breaker = Breaker(clock, name="etsy:1")
    for _ in range(1_000):
        call(breaker, failed=False)

    failing(breaker, clock, 5)

    assert breaker.open


@pytest.mark.parametrize("calls_per_s", [0.2, 1, 10])
def test_a_shop_that_fails_now_and_then_is_asked_on_however_often(calls_per_s: float) -> None:
    """One call in twenty, as in the rehearsals: at ten a second that is five within ten seconds."""
    clock, chance = StandingClock(), random.Random(7)
    breaker = Breaker(clock, name="etsy:1")

    for _ in range(10_000):
        call(breaker, failed=chance.random() < 0.05)
        clock.pass_(1 / calls_per_s)
        assert not breaker.open


def test_for_half_a_minute_nobody_asks() -> None:
    clock = StandingClock()
    breaker = opened(clock)

    clock.pass_(29.9)
    with pytest.raises(BreakerOpen, match="etsy:1 failed 5 times"):
        breaker.admit()
    clock.pass_(0.1)

    assert breaker.admit() == Admission(on_trial=True)


def test_then_one_call_alone_is_let_through() -> None:
    clock = StandingClock()
    breaker = opened(clock)
    clock.pass_(30)

    breaker.admit()

    with pytest.raises(BreakerOpen):
        breaker.admit()


def test_if_that_one_fails_the_half_minute_begins_again() -> None:
    clock = StandingClock()
    breaker = opened(clock)
    clock.pass_(30)

    breaker.failed(breaker.admit())

    clock.pass_(29.9)
    with pytest.raises(BreakerOpen):
        breaker.admit()


def test_if_that_one_is_given_up_another_may_try() -> None:
    clock = StandingClock()
    breaker = opened(clock)
    clock.pass_(30)

    breaker.abandoned(breaker.admit())

    assert breaker.admit().on_trial


def test_a_call_from_before_decides_nothing_while_the_trial_is_under_way() -> None:
    clock = StandingClock()
    breaker = Breaker(clock, name="etsy:1")
    late = [breaker.admit() for _ in range(3)]
    failing(breaker, clock, 5)
    clock.pass_(30)
    breaker.admit()

    breaker.abandoned(late[0])
    breaker.failed(late[1])
    breaker.succeeded(late[2])

    assert breaker.open
    with pytest.raises(BreakerOpen):
        breaker.admit()
