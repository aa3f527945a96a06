"""What two offers say of the same traits: the same, or what cannot be true of one piece."""

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import TypeVar

from peg.onboarding.traits.measures import Weight
from peg.onboarding.traits.telling import Traits
from peg.onboarding.traits.words import GOLD

T = TypeVar("T")


class Said(Enum):
    """What two offers say of one trait."""

    SAME = "same"
    DIFFERENT = "different"  # both cannot be true of one piece
    OPEN = "open"  # one of them does not say, or not so exactly


@dataclass(frozen=True, slots=True)
class Contrast:
    """One trait, what two offers say of it, and in their words."""

    trait: str
    said: Said
    words: str


def contrasts(one: Traits, other: Traits) -> Iterator[Contrast]:
    """Trait by trait."""
    yield _contrast("kind", one.kind, other.kind)
    yield _contrast("metal", one.metal, other.metal, may_be=_may_be_one_metal)
    yield _contrast("karat", one.karat, other.karat)
    yield _contrast("stone", one.stone, other.stone)
    coloured = _stones_of(one.colour) & _stones_of(other.colour)
    mine, yours = (
        frozenset(colour for colour in told.colour if _stone_of(colour) in coloured)
        for told in (one, other)
    )
    yield _contrast("colour", mine, yours)
    yield _contrast("weight", one.weight, other.weight, same=Weight.is_near, may_be=Weight.may_be)
    yield _contrast("ring size", one.size, other.size)


def _contrast(
    trait: str,
    mine: frozenset[T],
    yours: frozenset[T],
    *,
    same: Callable[[T, T], bool] = operator.eq,
    may_be: Callable[[T, T], bool] = operator.eq,
) -> Contrast:
    pairs = list(product(mine, yours))
    if any(same(*pair) for pair in pairs):
        said = Said.SAME
    elif any(may_be(*pair) for pair in pairs) or not pairs:
        said = Said.OPEN
    else:
        said = Said.DIFFERENT
    return Contrast(trait, said, f"{_worded(mine)} and {_worded(yours)}")


def _may_be_one_metal(one: str, other: str) -> bool:
    """Gold may be of any colour where none is told, and of each of two; vermeil is plated."""
    both = {one, other}
    if both == {"vermeil", "gold-plated"}:
        return True
    golds = one.endswith(GOLD) and other.endswith(GOLD)
    return golds and bool(both & {GOLD, f"two-tone {GOLD}"})


def _stones_of(colours: Iterable[str]) -> set[str]:
    return {_stone_of(colour) for colour in colours}


def _stone_of(colour: str) -> str:
    return colour.rpartition(" ")[0]


def _worded(told: Iterable[object]) -> str:
    return "/".join(sorted(map(str, told)))
