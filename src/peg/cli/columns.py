"""The columns of a table: how wide each is, what stands above them, and one row of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len

from peg.cli.cells import folded

GAP = "  "
FIGURE_MIN = 4
HEADER_LINES_MAX = 3


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, the words of their cells, and which hold nothing but whole numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Sequence[bool]

    def without_empty(self) -> "Table":
        """Only the columns in which something stands, and the first."""
        by_column = enumerate(zip(*self.rows, strict=True))
        return self._only([number == 0 or any(cells) for number, cells in by_column])

    def without(self, *columns: int) -> "Table":
        """All columns but some."""
        return self._only([number not in columns for number in range(len(self.columns))])

    def with_each(self, shorter: Callable[[str], str]) -> "Table":
        """Each cell made shorter."""
        rows = [[shorter(cell) for cell in row] for row in self.rows]
        return Table(self.columns, rows, self.figures)

    def _only(self, kept: Sequence[bool]) -> "Table":
        def of(values: Sequence[str]) -> list[str]:
            return [value for value, keep in zip(values, kept, strict=True) if keep]

        figures = [figure for figure, keep in zip(self.figures, kept, strict=True) if keep]
        return Table(of(self.columns), [of(row) for row in self.rows], figures)

    def cells(self) -> list[tuple[str, ...]]:
        """Column by column."""
        return list(zip(*self.rows, strict=True))

    def full(self) -> list[int]:
        """The width of each column in which nothing is wrapped."""
        by_column = zip(self.columns, *self.rows, strict=True)
        return [max(map(cell_len, column)) for column in by_column]


def total(widths: Sequence[int]) -> int:
    """How wide columns are, with the gaps between them."""
    return sum(widths) + len(GAP) * (len(widths) - 1)


def save(widths: list[int], chosen: Sequence[int], floor: Sequence[int], excess: int) -> None:
    """Make the widest of the chosen columns narrower, one character at a time."""
    for _ in range(excess):
        able = [index for index in chosen if widths[index] > floor[index]]
        if not able:
            return
        widths[max(able, key=widths.__getitem__)] -= 1


def save_figures(table: Table, widths: list[int], excess: int, *, letters_min: int = 1) -> None:
    """The names of figures may stand on several lines; the figures themselves stay whole.

    Args:
        table: the columns.
        widths: of each; they are made narrower.
        excess: so much at most.
        letters_min: a name that is wider by less than that stays beside the others: it would save
            little, and a header in two lines is read with care.
    """
    floor = [figure_width(column) for column in table.cells()]
    may = [widths[at] - least >= letters_min for at, least in enumerate(floor)]
    chosen = [at for at, figure in enumerate(table.figures) if figure and at and may[at]]
    save(widths, chosen, floor, excess)


def figure_width(cells: Sequence[str]) -> int:
    """How wide a column of figures is at least, whatever its name."""
    return max(FIGURE_MIN, *map(cell_len, cells))


def headers(table: Table, widths: Sequence[int]) -> list[str]:
    """The names of the columns, each in the first line that has room for it.

    A figure's may be wider than its column: it ends where the column does. So does one of the last
    column, where it would be wider than the table.
    """
    lines: list[str] = []
    end, wide_in_all = -len(GAP), total(widths)
    for name, wide, figure in zip(table.columns, widths, table.figures, strict=True):
        begin, end = end + len(GAP), end + len(GAP) + wide
        at = max(0, end - cell_len(name)) if figure else min(begin, wide_in_all - cell_len(name))
        free = [n for n, line in enumerate(lines) if cell_len(line) + len(GAP) <= at]
        if not free:
            free = [len(lines)]
            lines.append("")
        lines[free[0]] += " " * (at - cell_len(lines[free[0]])) + name
    return lines


def wrapped(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """One row, on as many lines as its longest cell takes."""
    parts = [folded(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    return [line_of(cells, widths, right) for cells in zip_longest(*parts, fillvalue="")]


def line_of(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    """One line; figures stand to the right of their columns."""
    shown = []
    for cell, width, figure in zip(cells, widths, right, strict=True):
        blanks = " " * max(0, width - cell_len(cell))
        shown.append(blanks + cell if figure else cell + blanks)
    return GAP.join(shown).rstrip()
