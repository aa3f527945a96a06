"""What a person types, read into PEG's own words; and words that several tables share."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter, Token

from peg.cli.cells import Title
from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.gem_sku import sku_on_label
from peg.domain.identity import ShopId, Sku, fold_sku, parse_sku
from peg.domain.moment import for_people, parse_moment
from peg.domain.near import quoted
from peg.domain.offer_name import variant_told
from peg.domain.stock import PIECES_MAX

DIGITS_MAX = 9
"""A number with more of them is a slip, and the database has no room for the longest."""

_WHOLE = re.compile(r"[+-]?[0-9]+\Z", re.ASCII)


class NoReason(PegError):
    """A reason that says nothing."""

    kind: ClassVar[ErrorKind] = "refused"


def whole(text: str) -> int:
    """A whole number, as typed; left to itself, the library would round 1.5 to 2.

    Raises:
        BadQuantity: none, or one that is too long.
    """
    if not _WHOLE.match(text):
        raise BadQuantity(f"{quoted(text)} is no whole number: write it in digits, such as 12")
    if len(text.lstrip("+-")) > DIGITS_MAX:
        raise BadQuantity(f"{quoted(text)} is too much: write {DIGITS_MAX} digits at most")
    return int(text)


def _whole(_kind: Any, tokens: Sequence[Token]) -> int:
    return whole(tokens[0].value)


def _pieces(kind: Any, tokens: Sequence[Token]) -> int:
    number = _whole(kind, tokens)
    if number > PIECES_MAX:
        raise BadQuantity(
            f"{number} pieces are more than PEG counts of one item ({PIECES_MAX}): was that a code?"
        )
    return number


def _reason(_kind: Any, tokens: Sequence[Token]) -> str:
    if not tokens[0].value.strip():
        raise NoReason("say why, in a word or more: it is kept for those who ask later")
    return tokens[0].value


def _at_least_one(kind: Any, tokens: Sequence[Token]) -> int:
    number = _whole(kind, tokens)
    if number < 1:
        raise BadQuantity(f"name 1 or more, not {number}")
    return number


Pieces = Annotated[int, Parameter(converter=_pieces)]
"""A number of pieces, typed by a person."""

Number = Annotated[int, Parameter(converter=_whole)]
"""By which something is listed, typed by a person."""

Lines = Annotated[int, Parameter(converter=_at_least_one)]
"""How many lines of a list are wanted."""

Reason = Annotated[str, Parameter(converter=_reason)]
"""Why something is done; not blank."""


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
        BadMoment: neither, or too far away.
    """
    return parse_moment(text, day_at="23:59:59.999999" if end_of_day else "00:00").astimezone()


def seen(moment: datetime | None) -> str:
    """A moment in a table; empty where there is none."""
    return "" if moment is None else for_people(moment, seconds=True)


def titled(title: str, options: Mapping[str, str]) -> Title:
    """What an offer is called in a table: a long title is shortened, its variant never is."""
    variant = variant_told(options)
    return Title(title, f"({variant})" if variant else "")


def pieces_told(pieces: Mapping[Sku, int], *, between: str = " + ") -> str:
    """Items and how many of each, in a table."""
    return between.join(f"{many} x {sku}" if many != 1 else sku for sku, many in pieces.items())


def seconds_told(seconds: float) -> str:
    """Seconds between two events: a tenth tells enough, and of whole ones none is told.

    >>> seconds_told(45.555429), seconds_told(45.0), seconds_told(1_234_567.0)
    ('45.6', '45', '1234567')
    """
    return f"{seconds:.1f}".removesuffix(".0")


def and_more(found: Sequence[object], limit: int) -> str:
    """Say so where a list was cut: nobody should take it for all there is."""
    return f"; there are more: `--limit {2 * limit}`" if len(found) > limit else ""
