"""The grammar of a jeweller's SKU, and the check character that its labels carry.

`CAT-STONE-PTS-METAL-UID`, such as `RING-SAPP-150-14WG-001234`: category, stone, hundredths of a
carat, metal, and a number that is never used again. A SKU is identity: weighing a stone again does
not rename it.
"""

import re
from dataclasses import dataclass

from peg.domain.errors import BadSku
from peg.domain.near import quoted

_CODE = re.compile(r"[A-Z0-9]{4}\Z", re.ASCII)
_GEM_SKU = re.compile(
    r"([A-Z]{4})-([A-Z]{4})-(\d{3}|[1-9]\d{3,5})-([A-Z0-9]{4})-(\d{6})\Z", re.ASCII
)
_LABEL = re.compile(r"(.+-\d{6})-([A-Z0-9])\Z", re.ASCII)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
POINTS_MAX = 999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class GemSku:
    """What a SKU of this grammar says of its piece.

    Attributes:
        category: four letters, such as RING.
        stone: four letters, such as SAPP; NONE without a stone.
        points: weight in hundredths of a carat; 0 where none is told.
        metal: four letters or digits, such as 14WG; NONE without metal.
        number: 0 to 999999, never used twice.
    """

    category: str
    stone: str
    points: int
    metal: str
    number: int

    def __post_init__(self) -> None:
        if not all(_CODE.match(code) for code in (self.category, self.stone, self.metal)):
            raise BadSku(f"a code has four capital letters or digits: {self}")
        if not (0 <= self.points <= POINTS_MAX and 0 <= self.number <= 999_999):
            raise BadSku(f"points and number have at most six digits: {self}")

    def __str__(self) -> str:
        return f"{self.category}-{self.stone}-{self.points:03}-{self.metal}-{self.number:06}"


def parse_gem_sku(text: str) -> GemSku | None:
    """What a SKU says of its piece; None for one of another grammar.

    >>> parse_gem_sku("RING-SAPP-150-14WG-001234").points
    150
    """
    found = _GEM_SKU.match(text)
    if found is None:
        return None
    category, stone, points, metal, number = found.groups()
    return GemSku(
        category=category, stone=stone, points=int(points), metal=metal, number=int(number)
    )


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over the letters and digits of `text`; hyphens do not count.

    Every slip of one character is found, and nearly every swap of two neighbours.

    >>> check_character("A12425GABC1234002")
    'M'
    """
    product = 36
    for character in text.replace("-", ""):
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def sku_on_label(text: str) -> str:
    """The SKU of a label, which has its check character behind it; any other text as it is.

    >>> sku_on_label("RING-SAPP-150-14WG-001234-I")
    'RING-SAPP-150-14WG-001234'

    Raises:
        BadSku: a label on which a character is wrong.
    """
    found = _LABEL.match(text)
    if found is None or parse_gem_sku(found[1]) is None:
        return text
    if check_character(found[1]) != found[2]:
        raise BadSku(f"a character of the label {quoted(text)} is wrong: read or type it again")
    return found[1]
