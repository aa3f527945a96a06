"""When buyers come: by week of the year and hour of the day, as measured."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from random import Random

from marketsim.buyers.habits import NATURAL_ORDERS_PER_DAY, Habits

Rate = Callable[[datetime], float]
"""Orders an hour, at a moment of the calendar."""

WEEK = timedelta(days=7)
A_YEAR = datetime(2026, 1, 5, tzinfo=UTC)
"""Where a year's calendar begins: a Monday."""
HOURS_A_YEAR = 52 * 7 * 24
PEAK_MAX = 2.0
"""Busiest hour of a compressed run against its mean: what one machine can still follow."""


@cache
def _measured() -> tuple[tuple[float, ...], tuple[float, ...]]:
    text = files("marketsim.data").joinpath("seasonality.json").read_text(encoding="utf-8")
    table = json.loads(text)
    weeks, hours = table["weekly_index"], table["share_by_hour"]
    mean, total = sum(weeks) / len(weeks), sum(hours)
    return tuple(w / mean for w in weeks), tuple(24 * h / total for h in hours)


def busyness(at: datetime) -> float:
    """Arrivals at this hour against the year's average; UTC.

    >>> from datetime import UTC
    >>> busyness(datetime(2026, 12, 17, 21, tzinfo=UTC)) > 5  # a week before Christmas, evening
    True
    """
    weeks, hours = _measured()
    week = min(at.isocalendar().week, 52)
    return weeks[week - 1] * hours[at.hour]


def arrivals(start: datetime, habits: Habits, rng: Random) -> Iterator[datetime]:
    """The market times at which orders are begun, from `start` on, without end.

    A Poisson process whose rate follows the season. `pace` compresses the calendar: days and nights
    pass in minutes while the market's own clock does not. So that calendar is not the clock's: it
    begins at an hour of the year that `rng` draws, and the same seed brings the same buyers at
    whatever hour it is played. A run of so many `orders` passes over one week, whose busiest hour
    is held to `PEAK_MAX` times its mean: the machine is not compressed. Which week it is makes no
    difference then, since the run has so many orders in any.
    """
    if habits.rhythm == "even":
        per_minute = habits.pace or NATURAL_ORDERS_PER_DAY / 1440
        yield from (start + timedelta(seconds=60 / per_minute * number) for number in count(1))
    if habits.pace is None:
        yield from _calendar(start, _natural_rate, rng)
    elif habits.orders is None:
        compressed = NATURAL_ORDERS_PER_DAY / 1440 / habits.pace
        yield from _compressed(start, opening_hour(rng), _natural_rate, compressed, rng)
    else:
        compressed = timedelta(minutes=habits.orders / habits.pace) / WEEK
        begins = opening_hour(rng)
        rate = _one_week(begins, orders=habits.orders)
        yield from _compressed(start, begins, rate, compressed, rng)


def opening_hour(rng: Random) -> datetime:
    """Where in the year a compressed calendar begins."""
    return A_YEAR + timedelta(hours=rng.randrange(HOURS_A_YEAR))


def _natural_rate(at: datetime) -> float:
    """Orders an hour."""
    return NATURAL_ORDERS_PER_DAY / 24 * busyness(at)


def _one_week(start: datetime, *, orders: int) -> Rate:
    """The calendar's week around `start`, again and again, with so many orders in it."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=start.weekday())
    hours = [monday + timedelta(hours=hour) for hour in range(WEEK // timedelta(hours=1))]
    mean = sum(map(busyness, hours)) / len(hours)
    peak = max(map(busyness, hours)) / mean
    kept = min(1.0, (PEAK_MAX - 1) / (peak - 1))

    def rate(at: datetime) -> float:
        wave = busyness(monday + (at - monday) % WEEK) / mean
        return orders / len(hours) * (1 + kept * (wave - 1))

    return rate


def _compressed(
    start: datetime, begins: datetime, rate: Rate, compressed: float, rng: Random
) -> Iterator[datetime]:
    """The calendar from where it `begins`, laid on the clock from `start` on."""
    for at in _calendar(begins, rate, rng):
        yield start + (at - begins) * compressed


def _calendar(start: datetime, rate: Rate, rng: Random) -> Iterator[datetime]:
    """Each gap uses up an exponential amount of expected orders, hour by hour."""
    at = start
    while True:
        owed = rng.expovariate(1.0)
        while True:
            hour_end = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            rest_h, per_hour = (hour_end - at) / timedelta(hours=1), rate(at)
            if owed <= rest_h * per_hour:
                break
            owed -= rest_h * per_hour
            at = hour_end
        at += timedelta(hours=owed / per_hour)
        yield at
