"""The streams that a command prints to: no terminal and no full disk stops what it is doing.

Whatever cannot be shown is written in letters that can be. Whatever cannot be written is noted,
and told of once the command has come to its end: a sale is not half done since a file is full.
"""

import codecs
import io
import unicodedata
from typing import Any, ClassVar, TextIO

from peg.domain.errors import ErrorKind, PegError

_IN_LETTERS = "peg.in_letters"

_SIGNS = {
    "…": "...",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "\N{MULTIPLICATION SIGN}": "x",
    "·": "*",
    "•": "*",
    "\N{NO-BREAK SPACE}": " ",
}


class OutputLost(PegError):
    """What a command printed could not be written."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, why: OSError) -> None:
        super().__init__(
            f"the output could not be written ({why.strerror or why}). What the command did is"
            " done and stands in the book: before you repeat it, look there (`peg history SKU`"
            " tells what was posted, `peg stock` what is there)"
        )


class ReaderGone(BrokenPipeError):
    """Whoever read the output has heard enough, such as `head`: that is no fault of anybody."""


class Output(io.TextIOWrapper):
    """Standard output or standard error, on which a command can always print."""

    def __init__(self, standard: TextIO | None) -> None:
        """Take the place of one of the process's streams; None: the shell has closed it."""
        self._outlet = _Outlet(standard)
        super().__init__(
            io.BufferedWriter(self._outlet),
            encoding=None if standard is None else standard.encoding,
            errors=_IN_LETTERS,
            line_buffering=True,
        )

    def finish(self) -> None:
        """Write the last of it.

        Raises:
            OutputLost: not all of it could be written.
            ReaderGone: nobody wants it.
        """
        self.flush()
        if self._outlet.lost is not None:
            raise OutputLost(self._outlet.lost)


class _Outlet(io.FileIO):
    """Where bytes leave the process; of those that were lost it keeps the first reason."""

    def __init__(self, standard: TextIO | None) -> None:
        self.lost: OSError | None = None
        if standard is None:
            super().__init__("/dev/null", "w")
        else:
            super().__init__(standard.fileno(), "w", closefd=False)

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError as error:
            raise ReaderGone from error
        except OSError as error:
            self.lost = self.lost or error
            return memoryview(data).nbytes


def _in_letters(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what an encoding lacks: the sign's own letters, its base letter, or `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_plain, lacking)), error.end


def _plain(character: str) -> str:
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _SIGNS.get(character) or base or "?"


codecs.register_error(_IN_LETTERS, _in_letters)
