"""What was found out about one invariant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One invariant, and how it fared.

    Attributes:
        promise: its number in DESIGN.md, and what it promises.
        compared: how much was looked at: a judge that saw nothing has proved nothing.
        broken: a sentence for each breach.
        excused: a sentence for each difference that nobody could have prevented, with the reason.
    """

    promise: str
    compared: str
    broken: Sequence[str] = ()
    excused: Sequence[str] = ()

    @property
    def held(self) -> bool:
        """Whether nothing broke it."""
        return not self.broken

    def facts(self) -> Mapping[str, Any]:
        """For a program, and for who words it for a person."""
        return {
            "held": self.held,
            "compared": self.compared,
            "broken": list(self.broken),
            "excused": list(self.excused),
        }
