"""Tables for people: no word is ever broken, since most words are copied into the next command.

What does not fit beside each other stands below each other, one row after the other. Only titles
are shortened, which take 140 characters on Etsy and are copied into nothing. Rich's own
tables break a SKU over two lines when the window is narrow, and take a fifth of a second for the
stock of one shop.
"""

from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any

from rich.cells import cell_len

from peg.cli.cells import Note, Title, folded, longest_word
from peg.cli.columns import (
    GAP,
    HEADER_LINES_MAX,
    Table,
    headers,
    line_of,
    save,
    save_figures,
    total,
    wrapped,
)
from peg.cli.slim import a_line_each
from peg.cli.sparing import spared


def lines_of(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None
) -> tuple[str, list[str]]:
    """The header, and the lines below it, no wider than `width` characters if that can be.

    Figures stand to the right. In a narrow window columns without a word are left out, what is the
    same for all is told once, below, and the headers of figures stand on several lines. Of a
    `Title` as much as fits stands on one line, and what a `Note` says below it. Where that cannot
    be, text wraps between its words. Where that is still too wide, or longer than one row below
    the other, there is no header: each row is a block of lines, every cell beside its name. Without
    a width, in a file, each row is one line.
    """
    table = Table(columns, [[_told(value) for value in row] for row in rows], _figures(rows))
    widths = table.full()
    if width is None or total(widths) <= width:
        return line_of(columns, widths, table.figures), _beside(table, widths)
    table, same = spared(table, width)
    header, lines = a_line_each(table, width) or _wrapped_or_below(table, width)
    return header, lines + (folded(same, width) if same else [])


def _wrapped_or_below(table: Table, width: int) -> tuple[str, list[str]]:
    widths = _fitted(table, width)
    below = _below(table, width)
    above = headers(table, widths)
    if total(widths) > width or len(above) > HEADER_LINES_MAX:
        return "", below
    beside = _beside(table, widths)
    if len(above) + len(beside) > len(below):
        return "", below
    return "\n".join(above), beside


def _below(table: Table, width: int) -> list[str]:
    return [line for row in table.rows for line in _block(table, row, width)]


def _block(table: Table, row: Sequence[str], width: int) -> list[str]:
    """One row, a line or more for each of its cells that says something; figures share one."""
    named = _with_figures_joined(table, row)
    labels = [table.columns[0], *(GAP + name for name in table.columns[1:])]
    wide = max(map(cell_len, labels)) + len(GAP)
    return [
        line_of([label if first else "", part], [wide - len(GAP), 0], [False, False])
        for label, cell in named
        for first, part in _numbered(folded(cell, width - wide))
    ]


def _with_figures_joined(table: Table, row: Sequence[str]) -> list[tuple[str, str]]:
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
    if isinstance(value, Note):
        return value.each(_told)
    return _in_a_line(str(value))


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _fitted(table: Table, width: int) -> list[int]:
    """The width of each column: as wide as its cells, less what has to be saved and can be."""
    widths = table.full()
    names = zip(table.columns, table.cells(), strict=True)
    floor = [max(cell_len(name), *map(longest_word, cells)) for name, cells in names]
    texts = [index for index, figure in enumerate(table.figures) if not figure]
    save(widths, texts, floor, total(widths) - width)
    save_figures(table, widths, total(widths) - width)
    return widths


def _beside(table: Table, widths: Sequence[int]) -> list[str]:
    return [line for row in table.rows for line in wrapped(row, widths, table.figures)]
