"""What the doctor says of one thing it looked at."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How it is."""

    WELL = "well"
    LOOK = "look"  # somebody should look; PEG goes on
    BAD = "bad"  # PEG cannot do its work like this


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; the sentence says what to do unless it is well."""

    state: State
    what: str
    sentence: str

    def facts(self) -> dict[str, str]:
        """For programs."""
        return {"state": self.state.value, "what": self.what, "sentence": self.sentence}
