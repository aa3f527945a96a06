"""When buyers come: by week of the year and hour of the day, as measured."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from random import Random

from marketsim.buyers.habits import NATURAL_ORDERS_PER_DAY, Habits


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

    A Poisson process whose rate follows the season; `pace` compresses its whole calendar, so that
    days and nights pass in minutes while the market's own clock does not.
    """
    if habits.rhythm == "even":
        per_minute = habits.pace or NATURAL_ORDERS_PER_DAY / 1440
        yield from (start + timedelta(seconds=60 / per_minute * number) for number in count(1))
    compressed = 1.0 if habits.pace is None else NATURAL_ORDERS_PER_DAY / 1440 / habits.pace
    for natural in _natural(start, rng):
        yield start + (natural - start) * compressed


def _natural(start: datetime, rng: Random) -> Iterator[datetime]:
    """Each gap uses up an exponential amount of busyness, hour by hour."""
    at = start
    while True:
        owed_h = rng.expovariate(NATURAL_ORDERS_PER_DAY / 24)
        while owed_h > 0:
            hour_end = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            rest_h = (hour_end - at) / timedelta(hours=1)
            rate = busyness(at)
            if owed_h <= rest_h * rate:
                at += timedelta(hours=owed_h / rate)
                break
            owed_h -= rest_h * rate
            at = hour_end
        yield at
