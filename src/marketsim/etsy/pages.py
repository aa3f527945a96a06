"""One page of a list, and the row that is repeated across two pages in the place of another."""

from collections.abc import Sequence
from typing import TypeVar

from marketsim.faults import Faults

Row = TypeVar("Row")


class Pages:
    """Cuts pages by offset; now and then one begins with the last row of the page before.

    Whoever pages by offset while rows come and go sees one twice and another one never: on a full
    page the repeated row pushes one out, which stands on no page of this reading.
    """

    def __init__(self, faults: Faults) -> None:
        """Repeat rows as `etsy.page_duplicates` says."""
        self._faults = faults

    def cut(self, rows: Sequence[Row], *, limit: int, offset: int) -> list[Row]:
        """The page, with its repeated row."""
        page = list(rows[offset : offset + limit])
        if page and offset > 0 and self._faults.strikes("etsy.page_duplicates"):
            if len(page) == limit:
                page.pop(self._faults.stream("etsy.page_duplicates").randrange(limit))
            page.insert(0, rows[offset - 1])
        return page
