"""What a person types, read into PEG's own words."""

from datetime import date, datetime, time
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Sku, fold_sku, parse_sku


class BadMoment(PegError):
    """Text that names no day and no moment."""

    kind: ClassVar[ErrorKind] = "refused"


def sku_of(text: str) -> Sku:
    """A SKU as typed; small letters and spaces around it are slips.

    Raises:
        BadSku: it can be none.
    """
    return parse_sku(fold_sku(text))


def moment_of(text: str, *, end_of_day: bool) -> datetime:
    """`2026-12-24` or `2026-12-24T18:00` with or without a zone; without: this machine's.

    Raises:
        BadMoment: neither.
    """
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime.combine(day, time.max if end_of_day else time.min).astimezone()
        return datetime.fromisoformat(text).astimezone()
    except ValueError as cause:
        raise BadMoment(
            f"{text!r} is no day or moment: write 2026-12-24 or 2026-12-24T18:00"
        ) from cause


def seen(moment: datetime | None) -> str:
    """A moment for people, in this machine's zone."""
    return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
