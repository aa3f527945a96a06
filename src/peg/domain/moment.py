"""Moments, as people and programs write them."""

import re
from datetime import datetime
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError
from peg.domain.near import quoted

YEAR_MIN, YEAR_MAX = 1970, 2999
"""Nobody means a moment beyond; the last hours of year 9999, west of Greenwich, no calendar has."""

_DAY = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_ONLY_DAY = re.compile(rf"{_DAY}\Z", re.ASCII)
_MOMENT = re.compile(rf"{_DAY}[Tt ]{_CLOCK}(?:[Zz]|[+-]\d\d:?\d\d)?\Z", re.ASCII)
_LOST_PLUS = re.compile(rf"{_DAY}[Tt]{_CLOCK} \d\d:?\d\d\Z", re.ASCII)


class BadMoment(PegError):
    """Text that names no moment, or one that nobody can mean."""

    kind: ClassVar[ErrorKind] = "refused"


def parse_moment(text: str, *, day_at: str = "") -> datetime:
    """A day and a time, with its timezone if one is written.

    Args:
        text: such as `2026-11-23T14:03`, `2026-11-23T14:03:00Z` or `2026-11-23 14:03:00.5+01:00`.
        day_at: the time meant where only a day is written, such as `00:00`; empty: a day alone is
            no moment.

    Raises:
        BadMoment: something else, a day that is in no calendar, or a year that cannot be meant.
    """
    full = f"{text}T{day_at}" if day_at and _ONLY_DAY.match(text) else text
    try:
        moment = datetime.fromisoformat(full.upper()) if _MOMENT.match(full) else None
    except ValueError:
        moment = None
    if moment is None:
        raise BadMoment(f"{quoted(text)} is no moment: {_advice(text, or_day=bool(day_at))}")
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise BadMoment(
            f"{quoted(text)} is too far away: choose a year from {YEAR_MIN} to {YEAR_MAX}"
        )
    return moment


def for_people(moment: datetime, *, seconds: bool = False) -> str:
    """A moment as a sentence or a table says it: this machine's time, and how far that is from UTC.

    >>> for_people(datetime.fromisoformat("2026-11-23T14:03:07Z"))[-6] in "+-"
    True
    """
    exact = "seconds" if seconds else "minutes"
    return moment.astimezone().isoformat(sep=" ", timespec=exact)


def _advice(text: str, *, or_day: bool) -> str:
    if _LOST_PLUS.match(text):
        return "in an address, write the + of its timezone as %2B"
    day = ", or a day such as 2026-12-24" if or_day else ""
    return f"write it like 2026-12-24T18:00, followed by Z or +01:00 for its timezone{day}"
