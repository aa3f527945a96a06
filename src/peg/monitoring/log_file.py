"""The log in a file: every event as one line of JSON, for those who ask later what happened."""

import json
import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

LOG_BYTES_MAX = 10_000_000
"""Then the file begins anew; the one before it is kept beside it, as `peg.log.1`."""


class LogFile:
    """Structlog's processor that appends; several processes may append to one file.

    It is opened for each line, which takes 20 microseconds: so nobody writes into a file that
    another process has put aside. A disk that takes no more must not stop a sale: the line is lost.
    """

    def __init__(self, file: Path, *, bytes_max: int = LOG_BYTES_MAX) -> None:
        self._file = file
        self._bytes_max = bytes_max

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Append the event, and hand it on."""
        line = json.dumps(event, default=str, ensure_ascii=False) + "\n"
        with suppress(OSError):
            self._append(line.encode(errors="replace"))
        return event

    def _append(self, line: bytes) -> None:
        opened = self._open()
        try:
            if os.fstat(opened).st_size > self._bytes_max:
                self._file.replace(self._file.with_name(self._file.name + ".1"))
                full, opened = opened, self._open()
                os.close(full)
            os.write(opened, line)  # in one piece, so that lines of two processes never mix
        finally:
            os.close(opened)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            return os.open(self._file, flags, 0o600)
        except FileNotFoundError:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._file, flags, 0o600)
