"""What is there, and why."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import sets
from peg.domain.identity import LocationId, Sku
from peg.domain.stock import Cause, StockLevel
from peg.ledger import as_parts, queries, reservations
from peg.ledger.book import Position
from peg.ledger.first_figures import SOLD_AFTER, SOLD_BEFORE
from peg.ledger.order_lines import NEVER_SOLD
from peg.ledger.sent_before import COUNTED_WITHOUT


class Level(BaseModel):
    """Whole pieces. `available` is what may still be promised, computed from the others."""

    available: int
    on_hand: int
    committed: int
    reserved: int
    safety_stock: int
    suspended: int
    incoming: int

    @classmethod
    def of(cls, level: StockLevel) -> "Level":
        """The same figures, `available` computed."""
        return cls(
            available=level.available,
            on_hand=level.on_hand,
            committed=level.committed,
            reserved=level.reserved,
            safety_stock=level.safety_stock,
            suspended=level.suspended,
            incoming=level.incoming,
        )


class StockRow(Level):
    """One item over all places.

    `parts`: what a set takes on which the SKU is typed; such an item has no stock of its own.
    """

    sku: Sku
    parts: dict[Sku, int]
    oversold: int
    version: int


class Hold(BaseModel):
    """Pieces kept for somebody, and how many of them lie where."""

    id: int
    sku: Sku
    quantity: int
    places: dict[LocationId, int]
    until: datetime | None
    why: str
    who: str

    def __str__(self) -> str:
        """Which it is, for whom, who keeps it and how long."""
        return reservations.named(self.id, why=self.why, who=self.who, until=self.until)


class Piece(BaseModel):
    """One item: over all places, place by place, and who has pieces of it kept."""

    stock: StockRow
    places: dict[LocationId, Level]
    holds: list[Hold]


class Entry(BaseModel):
    """One line of the book: what it added to each part, and why.

    Attributes:
        step: what came of an order by it, or of a piece that is a set; of all else its cause says
            enough.
    """

    id: int
    location: LocationId
    on_hand: int
    committed: int
    reserved: int
    safety_stock: int
    suspended: int
    incoming: int
    cause: str
    source: str
    reference: str
    note: str
    happened_at: datetime
    posted_at: datetime
    step: str

    @property
    def note_in_two(self) -> tuple[str, str]:
        """Of an order its name and the piece's title, and what is odd of it; else all is first."""
        odd = _ODD.search(self.note) if self.cause == Cause.ORDER else None
        return (self.note, "") if odd is None else (self.note[: odd.start()] + ",", odd[1])


_ODD = re.compile(f", ({NEVER_SOLD} .*|{SOLD_BEFORE}|{SOLD_AFTER}|{COUNTED_WITHOUT})\\Z", re.DOTALL)
"""How the notes of orders end that are not just sold."""


class History(BaseModel):
    """What the book knew of an item at a moment, and the entries up to then, newest first."""

    sku: Sku
    at: datetime
    level: Level
    entries: list[Entry]


async def stock(session: AsyncSession, *, after: str = "", limit: int = 500) -> Sequence[StockRow]:
    """One page of all items, in SKU order: pass the last SKU as `after`."""
    return await _rows(session, await queries.positions(session, after=after, limit=limit))


async def all_stock(session: AsyncSession) -> AsyncIterator[StockRow]:
    """Every item, page by page."""
    after = ""
    while page := await stock(session, after=after):
        for row in page:
            yield row
        after = page[-1].sku


async def piece(session: AsyncSession, sku: Sku) -> Piece:
    """One item.

    Raises:
        UnknownSku: no such item.
    """
    (row,) = await _rows(session, [await queries.position(session, sku)])
    levels = await queries.levels(session, sku)
    return Piece(
        stock=row,
        places={place: Level.of(level) for place, level in sorted(levels.items())},
        holds=await holds(session, sku),
    )


async def history(
    session: AsyncSession, sku: Sku, *, at: datetime, after: int | None = None, limit: int = 100
) -> History:
    """Why an item's stock was what it was at a moment; a page of entries, those behind `after`.

    Raises:
        UnknownSku: no such item.
    """
    await queries.position(session, sku)
    rows = await queries.history(session, sku, at=at, after=after, limit=limit)
    return History(
        sku=sku,
        at=at,
        level=Level.of(await queries.level_at(session, sku, at)),
        entries=[Entry.model_validate({**row, "step": step_of(row)}) for row in rows],
    )


async def holds(session: AsyncSession, sku: Sku | None = None) -> list[Hold]:
    """Pieces kept for somebody, of one item or of all."""
    return [
        Hold(
            id=one.id,
            sku=one.sku,
            quantity=one.quantity,
            places=dict(one.places),
            until=one.until,
            why=one.why,
            who=one.who,
        )
        for one in await reservations.active(session, sku)
    ]


async def _rows(session: AsyncSession, found: Sequence[Position]) -> list[StockRow]:
    made_of = await sets.among(session, {position.sku for position in found})
    return [
        StockRow(
            sku=position.sku,
            parts=dict(made_of.get(position.sku, {})),
            oversold=position.oversold,
            version=position.version,
            **Level.of(position.level).model_dump(),
        )
        for position in found
    ]


_BESIDE_THE_FIRST_FIGURES = {
    SOLD_BEFORE: "sold before it was counted",
    SOLD_AFTER: "sold after it was counted",
}
"""How the notes of such entries end."""


def step_of(entry: Mapping[str, Any]) -> str:
    """What one entry of the book was about, as a jeweller would say it.

    A piece that is laid to another place leaves an entry of not being sold there, and one of being
    sold here. The first figures of a piece leave out what was sold before them: such an order puts
    it on the shelf and takes it at once.
    """
    if as_parts.is_of_a_set(entry["cause"], entry["reference"]):
        return "counted as its parts" if entry["on_hand"] < 0 else "a piece again"
    if entry["cause"] != Cause.ORDER:
        return str(entry["cause"])
    if told := _BESIDE_THE_FIRST_FIGURES.get(entry["note"].rpartition(", ")[2]):
        return told
    if entry["on_hand"]:
        return "came back" if entry["on_hand"] > 0 else "left the shelf"
    if entry["committed"]:
        return "sold" if entry["committed"] > 0 else "not sold after all"
    return "explained what was missed"
