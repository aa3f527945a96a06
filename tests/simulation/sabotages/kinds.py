"""What a sabotage is: a change to a copy of PEG's source, so that nothing in PEG knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.spoilt_source import Edit

Amid = tuple[tuple[str, float], ...]

CALM: Amid = (("webhooks doubled", 0.3),)
"""Nothing that anybody could be late for."""


UNHEARD: Amid = (("Shopify dark", 1.0), ("webhooks lost", 1.0))
"""Whoever does not look before a raise learns of no sale."""

OVERSELLS = frozenset({"I2", "I3", "I4", "I5"})
"""More than there is stands on sale: which promise is seen broken first is chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """One way to be wrong.

    Attributes:
        like: who makes this mistake, or how it comes about.
        breaks: invariants of the protocol, one of which must be seen broken; none: any.
        seed: at which it was seen, so that it need not be searched for.
        amid: kinds of misfortunes that go on meanwhile, each with its strength, instead of those
            that the seed draws: many a mistake shows only where something goes wrong.
        chores_per_hour: how much the owner does on PEG's side; most mistakes show without her.
        returns: whether very many orders are cancelled, also such as are older than the import.
    """

    name: str
    like: str
    edits: Sequence[Edit]
    breaks: frozenset[str]
    seed: int
    amid: Amid = ()
    chores_per_hour: float = 0.0
    returns: bool = False

    def row(self) -> str:
        """Its line of the table in `docs/protocol.md`."""
        return f"| {self.name} | {self.like} | {', '.join(sorted(self.breaks))} |"


def honest(
    seed: int, amid: Amid = (), chores_per_hour: float = 0.0, *, returns: bool = False
) -> Sabotage:
    """The source as it is: what is caught must be the sabotage, and not the seed."""
    return Sabotage(
        name="honest",
        like="nobody is wrong",
        edits=(),
        breaks=frozenset(),
        seed=seed,
        amid=amid,
        chores_per_hour=chores_per_hour,
        returns=returns,
    )
