import time
from datetime import UTC, datetime

import pytest

from peg.wiring.clocks import ScaledClock, SystemClock


async def test_a_fast_clock_passes_an_hour_in_a_blink() -> None:
    clock = ScaledClock(360_000.0, start=datetime(2026, 11, 23, tzinfo=UTC))
    began = time.monotonic()

    await clock.sleep(3600)

    assert clock.now() >= datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert clock.monotonic() >= 3600
    assert time.monotonic() - began < 5


def test_a_clock_that_stands_still_or_runs_backwards_is_refused() -> None:
    for speed in (0.0, -1.0):
        with pytest.raises(ValueError, match="runs forward"):
            ScaledClock(speed)


def test_the_machines_clock_tells_the_time_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
