"""What stands in one cell of a list: broken between words only; of a long title the beginning.

A title takes up to 140 characters on Etsy, and is copied into no command: shortened it says enough.
Whatever else stands in a cell, above all a SKU, stays whole.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from rich.cells import cell_len

TITLE_LINES_MAX = 2
TITLE_WORD_MAX = 20
"""A longer word of a title does not keep its column wide: some tongues write without blanks."""

NAME_MIN = 12
"""With less of a title on its line, what stands behind it goes elsewhere."""

LOOSE = " ,;:|/·-"
"""What may part two halves of a title, and leads nowhere before an ellipsis."""

_CLOCK = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
_FROM_UTC = r"[+-]\d\d:\d\d"
_WHOLE = rf"{_CLOCK}(?:{_FROM_UTC})?|\d+\.\d\d [A-Z]{{3}}\b|\S"
WORD = re.compile(rf"(?:{_WHOLE})+")
"""A moment and an amount of money are read at one glance: each is one word."""

WORD_OR_COMMAND = re.compile(rf"(?:`[^`]*`|{_WHOLE})+")
_AFAR = re.compile(rf"({_CLOCK}){_FROM_UTC}")


class Title(str):
    """What a shop calls a piece: the one text of a list that is shortened where room is short.

    Attributes:
        name: the title itself.
        after: what stands behind it and stays whole, such as the SKU.
    """

    __slots__ = ("after", "name")
    name: str
    after: str

    def __new__(cls, name: str, after: str = "") -> Self:
        """The title, and what stands behind it, as one text."""
        title = super().__new__(cls, f"{name} {after}".rstrip())
        title.name, title.after = name, after
        return title

    def cut(self, length: int) -> str:
        """Its beginning, with an ellipsis for the rest."""
        return f"{self.name[:length].rstrip(LOOSE)}… {self.after}".rstrip()

    def shortened(self, fits: Callable[[str], bool]) -> str:
        """As many of its words as fit with what stands behind them."""
        lengths = range(len(self.name))
        too_long = bisect_left(lengths, True, key=lambda at: not fits(self.cut(at)))
        return self.cut(_end_of_word(self.name, max(1, too_long - 1)))

    def on_a_line(self, width: int) -> tuple[str, str]:
        """As much as one line holds; and what stands behind it, where that has no room there."""
        if cell_len(self) <= width:
            return str(self), ""
        if self.after and width - cell_len(self.after) < NAME_MIN:
            return Title(self.name).on_a_line(width)[0], self.after
        return self.shortened(lambda text: cell_len(text) <= width), ""


class Note(str):
    """What is to be said of a row: it gets lines of its own below it, where room is short.

    Attributes:
        parts: what is said one after the other; below the row each begins a line.
    """

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Self:
        """All of them, as one text."""
        note = super().__new__(cls, "; ".join(parts))
        note.parts = parts or ("",)
        return note

    def each(self, change: Callable[[str], str]) -> Self:
        """The note with each part changed."""
        return type(self)(*map(change, self.parts))


def any_is(kind: type[str], cells: Sequence[str]) -> bool:
    """Whether a column has any cell of this kind."""
    return any(isinstance(cell, kind) for cell in cells)


def near(cell: str) -> str:
    """A cell that tells moments of this machine's time without how far that is from UTC."""
    if isinstance(cell, Note):
        return cell.each(near)
    return cell if isinstance(cell, Title) else _AFAR.sub(r"\1", cell)


def folded(cell: str, width: int) -> list[str]:
    """A cell's lines; of a title as much as goes into two, beside those of what stands after it."""
    lines = _broken(cell, width)
    if not isinstance(cell, Title):
        return lines
    lines_max = TITLE_LINES_MAX + (len(_broken(cell.after, width)) if cell.after else 0)
    wide = max(width, longest_word(cell.after))

    def fits(lines: Sequence[str]) -> bool:
        return len(lines) <= lines_max and max(map(cell_len, lines)) <= wide

    if fits(lines):
        return lines
    return _broken(cell.shortened(lambda text: fits(_broken(text, width))), width)


def _end_of_word(name: str, length: int) -> int:
    """Where the last word ends that is whole within this length; the length, if there is none."""
    end = name.rfind(" ", 0, length + 1)
    return end if end > 0 else length


def _broken(cell: str, width: int) -> list[str]:
    """A cell's lines, broken between words, and if it can be not within what is one."""
    if cell_len(cell) <= width:
        return [cell]
    lines = [""]
    for word in _unbroken(cell, width):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _unbroken(cell: str, width: int) -> Iterator[str]:
    for part in WORD_OR_COMMAND.findall(cell):
        words = [part] if cell_len(part) <= width else WORD.findall(part)
        for word in words:
            yield from [word] if cell_len(word) <= width else word.split()


def longest_word(cell: str) -> int:
    """How wide a column must be that breaks none of its words."""
    if isinstance(cell, Title):
        name = min(longest_word(cell.name), TITLE_WORD_MAX)
        return max(name, longest_word(cell.after))
    return max(map(cell_len, WORD.findall(cell)), default=0)
