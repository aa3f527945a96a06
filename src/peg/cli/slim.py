"""A table of offers in a narrow window: a line for each, and below it what is said of it.

A list of six hundred offers is looked through for the few of which something is to be said, so each
title is cut to its column, and what would make towers of words in the last one gets a line of its
own.
"""

from collections.abc import Sequence

from rich.cells import cell_len

from peg.cli.cells import Note, Title, folded, longest_word
from peg.cli.columns import (
    GAP,
    HEADER_LINES_MAX,
    Table,
    headers,
    save,
    save_figures,
    total,
    wrapped,
)

TITLE_MIN = 16
"""With less of it nobody knows a piece; other columns give way then."""

USUAL_PERCENT = 95


def a_line_each(table: Table, width: int) -> tuple[str, list[str]] | None:
    """The header and the lines, if the table has one column of titles, and room for it."""
    titles = [at for at, cells in enumerate(table.cells()) if _any_is(Title, cells)]
    if len(titles) != 1:
        return None
    notes = [at for at, cells in enumerate(table.cells()) if _any_is(Note, cells)]
    return _laid_out(table, width, None) or (_laid_out(table, width, notes[0]) if notes else None)


def _any_is(kind: type[str], cells: Sequence[str]) -> bool:
    return any(isinstance(cell, kind) for cell in cells)


def _laid_out(table: Table, width: int, below: int | None) -> tuple[str, list[str]] | None:
    """All beside each other, but for the column that goes `below`."""
    beside = table if below is None else table.without(below)
    widths = _widths(beside, width)
    above = headers(beside, widths)
    if total(widths) > width or len(above) > HEADER_LINES_MAX:
        return None
    lines = []
    for row, cells in zip(table.rows, beside.rows, strict=True):
        at = next(at for at, cell in enumerate(cells) if isinstance(cell, Title))
        shown, rest = _cut(cells[at], widths[at])
        lines += wrapped([*cells[:at], shown, *cells[at + 1 :]], widths, beside.figures)
        note = " ".join(part for part in (rest, "" if below is None else row[below]) if part)
        indent = " " * widths[0] + GAP
        lines += [indent + part for part in folded(note, width - len(indent)) if part]
    return "\n".join(above), lines


def _cut(title: str, width: int) -> tuple[str, str]:
    return title.on_a_line(width) if isinstance(title, Title) else (title, "")


def _widths(table: Table, width: int) -> list[int]:
    """Names of figures give way first, then titles, then other texts down to their longest words.

    Of other texts the few that are longest by far wrap: a set's pieces shorten no title elsewhere.
    """
    cells, widths = table.cells(), table.full()
    titles = [at for at, column in enumerate(cells) if _any_is(Title, column)]
    notes = [at for at, column in enumerate(cells) if _any_is(Note, column)]
    texts = [at for at, figure in enumerate(table.figures) if not figure]
    others = [at for at in texts if at not in {*titles, *notes}]
    words = [
        max(map(longest_word, [name, *column]))
        for name, column in zip(table.columns, cells, strict=True)
    ]
    whole = dict(enumerate(widths))
    for at in others:
        widths[at] = max(words[at], _usual(cells[at]))
    save_figures(table, widths, total(widths) - width)
    save(widths, titles, [TITLE_MIN] * len(widths), total(widths) - width)
    save(widths, others, words, total(widths) - width)
    for at in [*others, *titles]:
        widths[at] = min(whole[at], widths[at] + max(0, width - total(widths)))
    return widths


def _usual(column: Sequence[str]) -> int:
    """How wide all but one in twenty are at most."""
    ordered = sorted(map(cell_len, column))
    return ordered[len(ordered) * USUAL_PERCENT // 100]
