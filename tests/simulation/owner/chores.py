"""What the owner does by herself, and when: drawn by the seed, like everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

KINDS: Mapping[str, int] = MappingProxyType(
    {
        "sells in person": 4,
        "sells what was just bought": 2,
        "sells what a hold kept": 1,
        "receives": 3,
        "counts": 3,
        "holds": 3,
        "releases": 1,
        "pauses": 1,
        "answers": 6,
        "decides about pairs": 2,
    }
)
"""Kinds of chores, and how often one is drawn beside the others."""

PER_HOUR = (0.0, 0.5, 2.0, 6.0)
LASTS_S = (120.0, 1800.0, 14_400.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """One thing that the owner does.

    Attributes:
        luck: between 0 and 1; says which piece of those that would do.
        lasts_s: how long she holds or pauses.
    """

    kind: str
    at_s: float
    luck: float
    lasts_s: float

    @property
    def mark(self) -> str:
        """What the book says of it, unlike of any other."""
        return f"{self} ({self.at_s:.6f})"

    def __str__(self) -> str:
        return f"the owner {self.kind} at {self.at_s / 3600:.2f} h"


def draw_chores(rng: Random, trade_s: float, *, per_hour: float | None = None) -> tuple[Chore, ...]:
    """What she does while the shops are open; some owners do nothing at all."""
    drawn = rng.choice(PER_HOUR)
    number = round((drawn if per_hour is None else per_hour) * trade_s / 3600)
    kinds = rng.choices(list(KINDS), weights=list(KINDS.values()), k=number)
    chores = [
        Chore(
            kind=kind,
            at_s=rng.uniform(0.0, trade_s),
            luck=rng.random(),
            lasts_s=rng.choice(LASTS_S) * rng.uniform(0.5, 1.5),
        )
        for kind in kinds
    ]
    return tuple(sorted(chores, key=lambda one: one.at_s))
