"""Tables for people: no word is ever broken, since most words are copied into the next command.

What does not fit beside each other stands below each other, one row after the other. Only titles
are shortened, which take 140 characters on Etsy and are copied into nothing. Rich's own
tables break a SKU over two lines when the window is narrow, and take a fifth of a second for the
stock of one shop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import NoneType
from typing import Any

from rich.cells import cell_len

from peg.cli.cells import Title, folded, longest_word

GAP = "  "
FIGURE_MIN = 4
HEADER_LINES_MAX = 3


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns, the words of their cells, and which hold nothing but whole numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Sequence[bool]

    def without_empty(self) -> "_Table":
        """Only the columns in which something stands, and the first."""
        by_column = enumerate(zip(*self.rows, strict=True))
        kept = [number == 0 or any(cells) for number, cells in by_column]
        columns, figures = _only(kept, self.columns), _only(kept, self.figures)
        return _Table(columns, [_only(kept, row) for row in self.rows], figures)


def lines_of(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int
) -> tuple[str, list[str]]:
    """The header, and the lines below it, no wider than `width` characters if that can be.

    Figures stand to the right. In a narrow window columns without a word are left out, text wraps
    between its words, and the headers of figures stand on several lines. Where that is still too
    wide, or longer than one row below the other, there is no header: each row is a block of lines,
    every cell beside its name. What is left of a `Title` takes two lines at most.
    """
    table = _Table(columns, [[_told(value) for value in row] for row in rows], _figures(rows))
    widths = _full(table)
    if _total(widths) <= width:
        return _line(columns, widths, table.figures), _beside(table, widths)
    table = table.without_empty()
    widths = _fitted(table, width)
    below = _below(table, width)
    headers = _headers(table, widths)
    if _total(widths) > width or len(headers) > HEADER_LINES_MAX:
        return "", below
    beside = _beside(table, widths)
    if len(headers) + len(beside) > len(below):
        return "", below
    return "\n".join(headers), beside


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _only(kept: Sequence[bool], values: Sequence[Any]) -> list[Any]:
    return [value for value, keep in zip(values, kept, strict=True) if keep]


def _below(table: _Table, width: int) -> list[str]:
    return [line for row in table.rows for line in _block(table, row, width)]


def _block(table: _Table, row: Sequence[str], width: int) -> list[str]:
    """One row, a line or more for each of its cells that says something; figures share one."""
    named = _with_figures_joined(table, row)
    labels = [table.columns[0], *(GAP + name for name in table.columns[1:])]
    wide = max(map(cell_len, labels)) + len(GAP)
    return [
        _line([label if first else "", part], [wide - len(GAP), 0], [False, False])
        for label, cell in named
        for first, part in _numbered(folded(cell, width - wide))
    ]


def _with_figures_joined(table: _Table, row: Sequence[str]) -> list[tuple[str, str]]:
    """Each cell that says something, beside its label; figures that follow each other are one."""
    found: list[tuple[str, str]] = []
    after_a_figure = False
    for number, (name, cell) in enumerate(zip(table.columns, row, strict=True)):
        figure = bool(number) and table.figures[number]
        if cell and figure and after_a_figure:
            label, before = found.pop()
            found.append((label, f"{before}, {name} {cell}"))
        elif cell:
            found.append((GAP + name if number else name, cell))
        after_a_figure = figure and (bool(cell) or after_a_figure)
    return found


def _numbered(parts: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Each part, and whether it is the first."""
    return ((number == 0, part) for number, part in enumerate(parts))


def _figures(rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Which columns hold nothing but whole numbers."""
    return [
        all(type(cell) in {int, NoneType} for cell in column) for column in zip(*rows, strict=True)
    ]


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Title):
        return Title(_in_a_line(value.name), _in_a_line(value.after))
    return _in_a_line(str(value))


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _full(table: _Table) -> list[int]:
    """The width of each column in which nothing is wrapped."""
    by_column = zip(table.columns, *table.rows, strict=True)
    return [max(map(cell_len, column)) for column in by_column]


def _fitted(table: _Table, width: int) -> list[int]:
    """The width of each column: as wide as its cells, less what has to be saved and can be."""
    widths = _full(table)
    by_column = list(zip(*table.rows, strict=True))
    words = [max(map(longest_word, column)) for column in by_column]
    cells = [max(map(cell_len, column)) for column in by_column]
    headers = [cell_len(name) for name in table.columns]
    texts = [index for index, figure in enumerate(table.figures) if not figure]
    numbers = [index for index, figure in enumerate(table.figures) if figure and index]
    for chosen, floor in (
        (texts, [max(pair) for pair in zip(words, headers, strict=True)]),
        (numbers, [max(most, FIGURE_MIN) for most in cells]),
    ):
        _save(widths, chosen, floor, _total(widths) - width)
    return widths


def _headers(table: _Table, widths: Sequence[int]) -> list[str]:
    """The names of the columns, each in the first line that has room for it.

    A figure's may be wider than its column: it ends where the column does.
    """
    lines: list[str] = []
    end = -len(GAP)
    for name, wide, figure in zip(table.columns, widths, table.figures, strict=True):
        begin, end = end + len(GAP), end + len(GAP) + wide
        at = max(0, end - cell_len(name)) if figure else begin
        free = [n for n, line in enumerate(lines) if cell_len(line) + len(GAP) <= at]
        if not free:
            free = [len(lines)]
            lines.append("")
        lines[free[0]] += " " * (at - cell_len(lines[free[0]])) + name
    return lines


def _save(widths: list[int], chosen: Sequence[int], floor: Sequence[int], excess: int) -> None:
    """Make the widest of the chosen columns narrower, one character at a time."""
    for _ in range(excess):
        able = [index for index in chosen if widths[index] > floor[index]]
        if not able:
            return
        widths[max(able, key=widths.__getitem__)] -= 1


def _beside(table: _Table, widths: Sequence[int]) -> list[str]:
    return [line for row in table.rows for line in _wrapped(row, widths, table.figures)]


def _wrapped(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    parts = [folded(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    return [_line(line, widths, right) for line in zip_longest(*parts, fillvalue="")]


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    shown = []
    for cell, width, figure in zip(cells, widths, right, strict=True):
        blanks = " " * max(0, width - cell_len(cell))
        shown.append(blanks + cell if figure else cell + blanks)
    return GAP.join(shown).rstrip()
