"""One page of a list, and the row that is repeated across two pages."""

from collections.abc import Sequence
from typing import TypeVar

from marketsim.faults import Faults

Row = TypeVar("Row")


class Pages:
    """Cuts pages by offset; now and then one begins with the last row of the page before."""

    def __init__(self, faults: Faults) -> None:
        """Repeat rows as `etsy.page_duplicates` says."""
        self._faults = faults

    def cut(self, rows: Sequence[Row], *, limit: int, offset: int) -> list[Row]:
        """The page; a repeated row never pushes another one out, so only a short page has one."""
        page = list(rows[offset : offset + limit])
        has_room = 0 < len(page) < limit
        if offset > 0 and has_room and self._faults.strikes("etsy.page_duplicates"):
            page.insert(0, rows[offset - 1])
        return page
