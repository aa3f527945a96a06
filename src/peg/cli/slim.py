"""A table in a narrow window: a line for each row, and below it what is said of it.

A list of six hundred offers is looked through for the few of which something is to be said, so each
title is cut to its column, and what would make towers of words in the last one gets a line of its
own.
"""

from collections.abc import Sequence

from rich.cells import cell_len

from peg.cli.cells import Note, Title, any_is, folded, longest_word
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
from peg.cli.sparing import TITLE_MIN

USUAL_PERCENT = 95

WORTH_A_LINE = 3
"""So many letters less of a figure's name give a title room that is worth a second line above."""


def a_line_each(table: Table, width: int) -> tuple[str, list[str]] | None:
    """The header and the lines, if the table has a column of titles or notes, and room for it."""
    titles = [at for at, cells in enumerate(table.cells()) if any_is(Title, cells)]
    notes = [at for at, cells in enumerate(table.cells()) if any_is(Note, cells)]
    if len(titles) > 1 or not (titles or notes):
        return None
    return _laid_out(table, width, None) or (_laid_out(table, width, notes[0]) if notes else None)


def _laid_out(table: Table, width: int, below: int | None) -> tuple[str, list[str]] | None:
    """All beside each other, but for the column that goes `below`."""
    beside = table if below is None else table.without(below)
    widths = _widths(beside, width)
    above = headers(beside, widths)
    if total(widths) > width or len(above) > HEADER_LINES_MAX:
        return None
    lines = []
    for row, cells in zip(table.rows, beside.rows, strict=True):
        shown, rest = _cut(cells, widths)
        lines += wrapped(shown, widths, beside.figures)
        indent = " " * widths[0] + GAP
        for said in _below(rest, "" if below is None else row[below]):
            lines += [indent + part for part in _parts(said, width - len(indent))]
    return "\n".join(above), lines


def _below(rest: str, note: str) -> Sequence[str]:
    """What stands below a row: what had no room behind its title, and what is said of it."""
    first, *others = note.parts if isinstance(note, Note) else [note]
    begin = f"{rest} {first}".rstrip() if rest else first
    return [part for part in (begin, *others) if part]


def _parts(said: str, width: int) -> Sequence[str]:
    """The lines of what is said below a row: of a title one, and whole what stands behind it."""
    if not isinstance(said, Title):
        return folded(said, width)
    begin, rest = said.on_a_line(width)
    return [begin, *(folded(rest, width) if rest else [])]


def _cut(cells: Sequence[str], widths: Sequence[int]) -> tuple[Sequence[str], str]:
    """The cells with as much of the title as its column holds; what has no room behind it."""
    shown, left = list(cells), ""
    for at, cell in enumerate(cells):
        if isinstance(cell, Title):
            shown[at], left = cell.on_a_line(widths[at])
    return shown, left


def _widths(table: Table, width: int) -> list[int]:
    """Names of figures give way first, then titles, then other texts down to their longest words.

    Of other texts the few that are longest by far wrap: a set's pieces shorten no title elsewhere.
    """
    cells, widths = table.cells(), table.full()
    titles = [at for at, column in enumerate(cells) if any_is(Title, column)]
    notes = [at for at, column in enumerate(cells) if any_is(Note, column)]
    texts = [at for at, figure in enumerate(table.figures) if not figure]
    others = [at for at in texts if at not in {*titles, *notes}]
    words = [
        max(map(longest_word, [name, *column]))
        for name, column in zip(table.columns, cells, strict=True)
    ]
    whole = dict(enumerate(widths))
    for at in others:
        widths[at] = max(words[at], _usual(cells[at]))
    save_figures(table, widths, total(widths) - width, letters_min=WORTH_A_LINE)
    save(widths, titles, [TITLE_MIN] * len(widths), total(widths) - width)
    save_figures(table, widths, total(widths) - width)
    save(widths, others, words, total(widths) - width)
    for at in [*others, *titles]:
        widths[at] = min(whole[at], widths[at] + max(0, width - total(widths)))
    return widths


def _usual(column: Sequence[str]) -> int:
    """How wide all but one in twenty are at most."""
    ordered = sorted(map(cell_len, column))
    return ordered[len(ordered) * USUAL_PERCENT // 100]
