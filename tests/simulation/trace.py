"""What happened, in order: two runs of one plan must give the same."""

import hashlib
from collections import deque
from collections.abc import Callable

LAST_KEPT = 400


class Trace:
    """A digest of everything noted, and the last lines for people."""

    def __init__(self, now: Callable[[], float], *, echo: Callable[[str], None] | None) -> None:
        self._now = now
        self._echo = echo
        self._digest = hashlib.sha256()
        self.lines = 0
        self.last: deque[str] = deque(maxlen=LAST_KEPT)

    def note(self, what: str) -> None:
        """Write a line, with the time in seconds since the beginning."""
        line = f"{self._now():12.3f} {what}"
        self._digest.update(line.encode())
        self.lines += 1
        self.last.append(line)
        if self._echo is not None:
            self._echo(line)

    def count(self, step: str) -> None:
        """Take in something too small to be told; it counts for the digest all the same."""
        self._digest.update(step.encode())

    def digest(self) -> str:
        """The same for the same history."""
        return self._digest.hexdigest()[:16]
