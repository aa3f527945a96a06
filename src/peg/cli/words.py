"""What a person types, read into PEG's own words."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter, Token

from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.gem_sku import sku_on_label
from peg.domain.identity import ShopId, Sku, fold_sku, parse_sku

_WHOLE = re.compile(r"[+-]?[0-9]{1,9}\Z", re.ASCII)


def _whole(_kind: Any, tokens: Sequence[Token]) -> int:
    """A whole number, as typed; left to itself, the library would round 1.5 to 2."""
    text = tokens[0].value
    if not _WHOLE.match(text):
        raise BadQuantity(f"{text!r} is no whole number")
    return int(text)


def _at_least_one(kind: Any, tokens: Sequence[Token]) -> int:
    number = _whole(kind, tokens)
    if number < 1:
        raise BadQuantity(f"name 1 or more, not {number}")
    return number


Pieces = Annotated[int, Parameter(converter=_whole)]
"""A number of pieces, typed by a person."""

Number = Annotated[int, Parameter(converter=_whole)]
"""By which something is listed, typed by a person."""

Lines = Annotated[int, Parameter(converter=_at_least_one)]
"""How many lines of a list are wanted."""


class BadMoment(PegError):
    """Text that names no day and no moment."""

    kind: ClassVar[ErrorKind] = "refused"


def sku_of(text: str) -> Sku:
    """A SKU as typed, or as scanned from its label; small letters and spaces are slips.

    Raises:
        BadSku: it can be none, or a character of the label is wrong.
    """
    return parse_sku(sku_on_label(fold_sku(text)))


def shop_of(text: str) -> ShopId:
    """A shop's id as typed; capital letters are slips."""
    return ShopId(text.strip().lower())


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
