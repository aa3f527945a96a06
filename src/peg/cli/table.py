"""Tables for people: no word is ever broken, since most words are copied into the next command.

What does not fit beside each other stands below each other, one row after the other. Rich's own
tables break a SKU over two lines when the window is narrow, and take a fifth of a second for the
stock of one shop.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from types import NoneType
from typing import Any

from rich.cells import cell_len, set_cell_size

GAP = "  "
HEADER_MIN = 4
ELLIPSIS = "…"


def lines_of(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int
) -> tuple[str, list[str]]:
    """The header, and the lines below it, no wider than `width` characters if that can be.

    Text wraps between its words first; then headers of figures are cut short, as long as they can
    be told apart. Figures stand to the right. If that is not enough, there is no header: each row
    is a block of lines, every figure beside its name.
    """
    cells = [[_told(value) for value in row] for row in rows]
    right = _figures(rows, len(columns))
    widths = _fitted(columns, cells, right, width)
    heads = [_cut(name, wide) for name, wide in zip(columns, widths, strict=True)]
    if _total(widths) > width or len(set(heads)) < len(set(columns)):
        return "", [line for row in cells for line in _block(columns, row, width)]
    return _line(heads, widths, right), [
        line for row in cells for line in _wrapped(row, widths, right)
    ]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _block(columns: Sequence[str], row: Sequence[str], width: int) -> list[str]:
    """One row, a line or more for each of its cells that says something."""
    labels = [columns[0], *(GAP + name for name in columns[1:])]
    wide = max(map(cell_len, labels)) + len(GAP)
    return [
        _line([label if first else "", part], [wide - len(GAP), 0], [False, False])
        for label, cell in zip(labels, row, strict=True)
        for first, part in _numbered(_folded(cell, width - wide))
        if cell
    ]


def _numbered(parts: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Each part, and whether it is the first."""
    return ((number == 0, part) for number, part in enumerate(parts))


def _figures(rows: Sequence[Sequence[Any]], count: int) -> list[bool]:
    """Which columns hold nothing but whole numbers."""
    return [all(type(row[index]) in {int, NoneType} for row in rows) for index in range(count)]


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def _fitted(
    columns: Sequence[str], cells: Sequence[Sequence[str]], figures: Sequence[bool], width: int
) -> list[int]:
    """The width of each column: as wide as its cells, less what has to be saved and can be."""
    by_column = list(zip(*cells, strict=True))
    full = [max(map(cell_len, column)) for column in by_column]
    words = [max(_longest_word(cell) for cell in column) for column in by_column]
    headers = [cell_len(name) for name in columns]
    widths = [max(pair) for pair in zip(full, headers, strict=True)]
    texts = [index for index, figure in enumerate(figures) if not figure]
    numbers = [index for index, figure in enumerate(figures) if figure]
    for chosen, floor in (
        (texts, [max(pair) for pair in zip(words, headers, strict=True)]),
        (numbers, [max(most, HEADER_MIN) for most in full]),
    ):
        _save(widths, chosen, floor, _total(widths) - width)
    return widths


def _save(widths: list[int], chosen: Sequence[int], floor: Sequence[int], excess: int) -> None:
    """Make the widest of the chosen columns narrower, one character at a time."""
    for _ in range(excess):
        able = [index for index in chosen if widths[index] > floor[index]]
        if not able:
            return
        widths[max(able, key=widths.__getitem__)] -= 1


def _wrapped(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    parts = [_folded(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    return [_line(line, widths, right) for line in zip_longest(*parts, fillvalue="")]


def _folded(cell: str, width: int) -> list[str]:
    """A cell's lines, broken between words."""
    if cell_len(cell) <= width:
        return [cell]
    lines = [""]
    for word in cell.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    shown = []
    for cell, width, figure in zip(cells, widths, right, strict=True):
        blanks = " " * max(0, width - cell_len(cell))
        shown.append(blanks + cell if figure else cell + blanks)
    return GAP.join(shown).rstrip()


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def _longest_word(cell: str) -> int:
    return max(map(cell_len, cell.split()), default=0)
