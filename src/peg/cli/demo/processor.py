"""How long a rehearsal waited for a processor: its figures of time are the machine's as well."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peg.domain.clock import Clock

SCHEDULED = Path("/proc/self/schedstat")
"""Linux: nanoseconds that the program ran, and that it stood ready to run and had no processor."""

BUSY_FROM = 0.2
"""A machine that leaves a program waiting for more of its time has too much to do."""


def waited_ns() -> int | None:
    """Nanoseconds of this program's life without a processor; None where nobody counts them."""
    try:
        return int(SCHEDULED.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What is counted from a moment on."""

    clock: Clock
    waited: Callable[[], int | None]
    begun_at: float
    waited_before: int | None

    @classmethod
    def watched(cls, clock: Clock, waited: Callable[[], int | None] = waited_ns) -> "Processor":
        """From now on."""
        return cls(clock=clock, waited=waited, begun_at=clock.monotonic(), waited_before=waited())

    def facts(self) -> dict[str, Any]:
        """Seconds since then, and how many of them PEG waited; None where nobody counts them."""
        waited, before = self.waited(), self.waited_before
        lost = None if waited is None or before is None else round((waited - before) / 1e9, 1)
        return {
            "processors": os.cpu_count() or 1,
            "seconds": round(self.clock.monotonic() - self.begun_at, 1),
            "waited_for_one_s": lost,
        }


def is_busy(facts: Mapping[str, Any]) -> bool:
    """Whether the machine had too much to do for its figures of time to be PEG's."""
    lost = facts["waited_for_one_s"]
    return lost is not None and lost > BUSY_FROM * facts["seconds"]
