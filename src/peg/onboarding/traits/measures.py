"""Weights of stones and sizes of rings, with how exactly they are told."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_NUMBER = r"\d+ \d/\d|\d/\d|\d*\.\d+|\d+"
_WEIGHT = re.compile(
    rf"(?<![\d./])({_NUMBER}) ?(ct ?\.? ?tw|cttw|ctw|tcw|(?:carats?|cts?)(?: total)?)\b", re.ASCII
)
_SIZE = re.compile(
    rf"\b(?:size|sz|us) ?:? ?(?:us )?({_NUMBER})(?! ?(?:in|inch|inches|cm|mm|x|\d/\d)\b)(?![\d\"])",
    re.ASCII,
)
_BARE = re.compile(rf"(?:us )?({_NUMBER})(?: us)?", re.ASCII)
US_SIZE_MAX = 20
"""Higher figures are of other scales, and say nothing beside one of this."""

ROUNDED = {0: 10, 1: 5}
EXACT = 1
BY_FRACTION = 7
"""How many hundredths of a carat a weight may be off, by its decimals, or told as a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A weight in hundredths of a carat.

    Attributes:
        off: how much more or less it may be, by the way it is told.
        total: of all stones together; None where that is not told.
    """

    points: int
    off: int
    total: bool | None = None

    def __str__(self) -> str:
        return f"{self.points // 100}.{self.points % 100:02} ct"

    def is_near(self, other: "Weight") -> bool:
        """Whether both are the same, as far as they are told."""
        return abs(self.points - other.points) <= max(self.off, other.off)

    def may_be(self, other: "Weight") -> bool:
        """Whether both may be of one piece: one stone's weight says nothing of all together."""
        return {self.total, other.total} == {True, False} or self.is_near(other)


def weights_in(text: str) -> frozenset[Weight]:
    """The weights that a plain text tells in carats, once karats of gold are taken out.

    >>> [weight.points for weight in weights_in("1 1/2 ct ruby")]
    [150]
    """
    return frozenset(
        _weight(number, total="w" in unit or "total" in unit)
        for number, unit in _WEIGHT.findall(text)
    )


def bare_weight(text: str) -> frozenset[Weight]:
    """The value of an option that is called a weight: "1.52"."""
    found = _BARE.fullmatch(text)
    return frozenset({_weight(found[1], total=None)}) if found else frozenset()


def sizes_in(text: str) -> frozenset[str]:
    """The ring sizes that a plain text tells, as decimals.

    >>> sizes_in("opal ring, size 6 1/2")
    frozenset({'6.5'})
    """
    return frozenset(filter(None, (_size(number) for number in _SIZE.findall(text))))


def bare_size(text: str) -> frozenset[str]:
    """The value of an option that is called a size: "6 1/2"."""
    found = _BARE.fullmatch(text)
    return frozenset(filter(None, (_size(found[1]),))) if found else sizes_in(f"size {text}")


def _weight(number: str, *, total: bool | None) -> Weight:
    points = round(_value(number) * 100)
    if "/" in number:
        return Weight(points=points, off=BY_FRACTION, total=total)
    decimals = len(number.partition(".")[2])
    return Weight(points=points, off=ROUNDED.get(decimals, EXACT), total=total)


def _size(number: str) -> str:
    value = _value(number)
    return f"{float(value):g}" if value <= US_SIZE_MAX else ""


def _value(number: str) -> Fraction:
    return sum(
        (Fraction(part if "/" in part else Decimal(part)) for part in number.split()), Fraction()
    )
