"""The metals that a text names, and the karats of its gold."""

import re
from dataclasses import dataclass

from peg.onboarding.traits.text import GAP, any_of
from peg.onboarding.traits.words import COATINGS, GOLD, GOLD_COLOURS, KARAT_OF_FINENESS, METALS

_COLOUR = any_of(GOLD_COLOURS)
_KARAT = re.compile(r"\b(8|9|10|14|18|20|21|22|24) ?(?:k|kt|karat)\b")
_KARAT_AS_CARAT = re.compile(
    rf"\b(9|10|14|18|22|24) ?(?:ct|carat)\b(?= (?:(?:{_COLOUR}|solid) )*gold\b)"
)
_FINENESS = any_of(KARAT_OF_FINENESS)
_FINE = re.compile(rf"\b({_FINENESS})\b(?= (?:(?:{_COLOUR}) )?gold\b)|(?<=\bgold )({_FINENESS})\b")
_COATED = re.compile(
    rf"(?:\b(?:{_COLOUR}) )?(?:\bgold )?\b({any_of(COATINGS)})\b(?:,? (?:over|on|with) "
    rf"(?:sterling )?(?:silver|brass|gold|925)\b)?(?: sterling)?(?: silver\b)?"
)
_GOLD = re.compile(
    rf"((?:\b(?:{_COLOUR})\b(?: ?[,/&+] ?(?:and |or )?| and | or | ))*)(?:solid )?\bgold\b"
)
_OTHERS = re.compile(
    rf"\b({any_of(METALS)})\b(?! (?:gr[ae]y|blue|pearl|tahitian|tone)\b)(?: 9\d\d)?(?: sterling)?"
)
_STERLING = re.compile(r"\bsterling\b")

Found = re.Match[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetalsTold:
    """Metals and karats, and what is left of the text without them."""

    metals: frozenset[str]
    karats: frozenset[str]
    rest: str


def metals_in(text: str) -> MetalsTold:
    """What a plain text says of metal.

    >>> told = metals_in("sapphire ring, 14k white gold, 1.50 ct")
    >>> sorted(told.metals), sorted(told.karats)
    (['white gold'], ['14'])
    """
    karats: set[str] = set()
    rest = text
    for pattern in (_KARAT, _KARAT_AS_CARAT, _FINE):
        found, rest = _take(pattern, rest, leaving=" ")  # as in "white 14k gold"
        numbers = [group for one in found for group in one.groups() if group]
        karats |= {KARAT_OF_FINENESS.get(number, number) for number in numbers}
    coated, rest = _take(_COATED, rest)
    golden, rest = _take(_GOLD, rest)
    others, rest = _take(_OTHERS, rest)
    metals = {COATINGS[one[1]] for one in coated} | {METALS[one[1]] for one in others}
    for one in golden:
        colours = re.findall(rf"\b(?:{_COLOUR})\b", one[1])
        metals |= {f"{GOLD_COLOURS[colour]} {GOLD}" for colour in colours} or {GOLD}
    if karats and not metals:
        metals.add(GOLD)
    return MetalsTold(
        metals=frozenset(metals),
        karats=frozenset(karats if any(GOLD in one for one in metals) else ()),
        rest=_STERLING.sub(GAP, rest),
    )


def _take(pattern: re.Pattern[str], text: str, leaving: str = GAP) -> tuple[list[Found], str]:
    """What a pattern finds, and the text without it."""
    return list(pattern.finditer(text)), " ".join(pattern.sub(leaving, text).split())
