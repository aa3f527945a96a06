"""What makes room in a narrow window before anything wraps, and loses nothing that is not told.

Columns in which nothing stands go. The distance from UTC goes, which is the same for all that this
machine tells. What says the same of every row is told once, below them, where it has no room: of
twenty pieces it is read once that something is not known.
"""

from collections.abc import Sequence

from peg.cli.cells import Note, Title, any_is, near
from peg.cli.columns import Table, figure_width, total

TITLE_MIN = 16
"""With less of it nobody knows a piece; other columns give way then."""


def spared(table: Table, width: int) -> tuple[Table, str]:
    """The table with less in it, and what is the same for all its rows, if that was taken out.

    Nothing is put right behind what is told: it may be a SKU that somebody copies.
    """
    small = table.without_empty().with_each(near)
    if total(small.full()) <= width or len(small.rows) == 1:
        return small, ""
    has_room = _least(small) <= width
    alike = [
        at
        for at, cells in enumerate(small.cells())
        if at and len(set(cells)) == 1 and _may_go(cells, has_room=has_room)
    ]
    if not alike:
        return small, ""
    said = " · ".join(f"{small.columns[at]} {small.rows[0][at]}" for at in alike)
    return small.without(*alike), f"the same for all: {said}"


def _may_go(cells: Sequence[str], *, has_room: bool) -> bool:
    """A note would be said below each row; what else there is goes only where it must."""
    return any_is(Note, cells) or not (has_room or any_is(Title, cells))


def _least(table: Table) -> int:
    """How wide it is on one line for each row: titles short, notes below, figures side by side."""
    widths = table.full()
    for at, cells in enumerate(table.cells()):
        if any_is(Title, cells):
            widths[at] = min(widths[at], TITLE_MIN)
        elif at and table.figures[at]:
            widths[at] = figure_width(cells)
    notes = [at for at, cells in enumerate(table.cells()) if any_is(Note, cells)]
    return total([wide for at, wide in enumerate(widths) if at not in notes])
