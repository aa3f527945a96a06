"""The stones that a text names, each with its colour."""

import re
from dataclasses import dataclass

from peg.onboarding.traits.text import GAP, any_of
from peg.onboarding.traits.words import STONE_COLOURS, STONES

_NO_STONE = re.compile(
    r"\b(?:emerald|diamond|pearl|rose|princess|baguette) (?:cuts?|shaped?|step|dust)\b"
    r"|\bruby red\b|\bemerald green\b|\bsapphire blue\b"
)
_STONE = re.compile(rf"\b({any_of(STONES)})s?\b")
_WORDS_BEFORE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StonesTold:
    """Stones, and the colours of those whose colour is told: "sapphire blue"."""

    stones: frozenset[str]
    colours: frozenset[str]


def stones_in(text: str) -> StonesTold:
    """What a plain text says of stones, once its metals are taken out.

    >>> told = stones_in("royal blue sapphire, emerald cut")
    >>> sorted(told.stones), sorted(told.colours)
    (['sapphire'], ['sapphire blue'])
    """
    told = _NO_STONE.sub(GAP, text)
    stones: set[str] = set()
    colours: set[str] = set()
    for found in _STONE.finditer(told):
        stone = STONES[found[1]]
        stones.add(stone)
        before = re.split(r"[^a-z' ]", told[: found.start()])[-1].split()[-_WORDS_BEFORE:]
        for word in before:
            colours |= {f"{stone} {colour}" for colour in STONE_COLOURS.get(word, ())}
    return StonesTold(stones=frozenset(stones), colours=frozenset(colours))
