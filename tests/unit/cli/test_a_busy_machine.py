"""A rehearsal counts for how long the machine had no processor for it."""

import threading
from collections.abc import Iterator

import pytest
from tests.support.clocks import StandingClock

from peg.cli.demo.processor import BUSY_FROM, SCHEDULED, Processor, is_busy, waited_ns

SECOND = 1_000_000_000


def after(seconds: float, *, waited: int | None) -> Processor:
    told: Iterator[int | None] = iter([5 * SECOND, waited])
    clock = StandingClock()
    watched = Processor.watched(clock, waited=lambda: next(told))
    clock.pass_(seconds)
    return watched


def test_only_what_it_waited_since_then_counts() -> None:
    assert after(100, waited=12 * SECOND).facts()["waited_for_one_s"] == 7.0


@pytest.mark.parametrize(
    ("waited_s", "busy"), [(100 * BUSY_FROM, False), (100 * BUSY_FROM + 1, True)]
)
def test_a_machine_is_busy_that_leaves_it_waiting_for_too_much_of_its_time(
    waited_s: float, *, busy: bool
) -> None:
    assert is_busy(after(100, waited=int((5 + waited_s) * SECOND)).facts()) is busy


def test_where_nobody_counts_nothing_is_said() -> None:
    facts = after(100, waited=None).facts()

    assert facts["waited_for_one_s"] is None
    assert not is_busy(facts)


@pytest.mark.skipif(not SCHEDULED.exists(), reason="this system does not count it")
def test_a_program_that_shares_its_processors_with_others_waits() -> None:
    """This one's main thread stands ready beside threads that never rest."""
    over = threading.Event()
    before = waited_ns()
    others = [threading.Thread(target=_busy, args=(over,)) for _ in range(4)]
    for one in others:
        one.start()
    sum(range(2_000_000))
    over.set()
    for one in others:
        one.join()

    after_it = waited_ns()
    assert before is not None
    assert after_it is not None
    assert after_it > before


def _busy(over: threading.Event) -> None:
    while not over.is_set():
        pass
