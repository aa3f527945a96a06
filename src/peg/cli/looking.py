"""What is in the book: `stock`, `history`."""

from collections.abc import Sequence
from datetime import datetime

from peg.catalog.sets import IsASet
from peg.cli.cells import Note, Title
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Lines, and_more, moment_of, pieces_told, seen, sku_of
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.domain.moment import BadMoment
from peg.domain.near import quoted
from peg.domain.stock import Cause
from peg.reads import stock as stock_reads

FIGURES = {
    "available": "available",
    "on hand": "on_hand",
    "committed": "committed",
    "reserved": "reserved",
    "safety": "safety_stock",
    "suspended": "suspended",
    "incoming": "incoming",
}
"""What a column is called, and what it shows."""

ALWAYS = frozenset({"available", "on hand", "committed"})


async def stock(sku: str | None = None, /, *, here: Here) -> int:
    """What is there, of everything or of one piece.

    Args:
        sku: the piece; without it, all of them.
    """
    if sku is not None:
        return await _piece(here, sku)
    async with here.ground() as ground, reading(ground.database) as session:
        rows = [row async for row in stock_reads.all_stock(session)]
    figures, with_sets = _worth_showing(rows), any(row.parts for row in rows)
    report = Report(
        facts=[row.model_dump(mode="json") for row in rows],
        columns=("piece", *figures, *(["made of"] if with_sets else [])),
        rows=[
            (row.sku, *_figures_of(row, figures), *([Note(_made_of(row))] if with_sets else []))
            for row in rows
        ],
        sentence=counted(len(rows), "item")
        if rows
        else "no items yet: `peg import` reads the shops",
    )
    return here.show(report)


async def _piece(here: Here, sku: str) -> int:
    async with here.ground() as ground, reading(ground.database) as session:
        piece = await stock_reads.piece(session, sku_of(sku))
    figures = _worth_showing([piece.stock, *piece.places.values()])
    rows = [(place, *_figures(level, figures)) for place, level in piece.places.items()]
    kept = "; ".join(f"hold {one.id}: {one.quantity} for {one.why}" for one in piece.holds)
    report = Report(
        facts=piece.model_dump(mode="json"),
        columns=("place", *figures),
        rows=[*rows, ("all", *_figures(piece.stock, figures))],
        sentence=f"{IsASet(piece.stock.sku, piece.stock.parts)}" if piece.stock.parts else kept,
    )
    return here.show(report)


def _figures_of(row: stock_reads.StockRow, names: Sequence[str]) -> Sequence[int | None]:
    """None of a set that has none: 0 would read as sold out."""
    figures = _figures(row, names)
    return [None] * len(figures) if row.parts and not any(figures) else figures


def _made_of(row: stock_reads.StockRow) -> str:
    return f"a set: {pieces_told(dict(sorted(row.parts.items())))}" if row.parts else ""


async def history(sku: str, /, *, at: str | None = None, limit: Lines = 50, here: Here) -> int:
    """Why a piece's stock is, or was, what it is.

    Args:
        sku: the piece.
        at: a day or moment: what the book knew then, and what had led to it.
        limit: so many entries, the newest first.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        moment = _known_until(ground.clock.now(), at)
        found = await stock_reads.history(session, sku_of(sku), at=moment, limit=limit + 1)
    shown = found.model_copy(update={"entries": found.entries[:limit]})
    report = Report(
        facts=shown.model_dump(mode="json"),
        columns=("posted", "place", "on hand", "committed", "held", "what", "source", "note"),
        rows=[
            (
                seen(one.posted_at),
                one.location,
                one.on_hand,
                one.committed,
                one.reserved + one.safety_stock + one.suspended,
                one.step,
                called(ShopId(one.source)),
                _note(one),
            )
            for one in shown.entries
        ],
        sentence=_known(found) + and_more(found.entries, limit),
    )
    return here.show(report)


def _note(one: stock_reads.Entry) -> Note:
    """An order's has the title of what was sold, which may be long; a person's stays whole."""
    return Note(Title(*one.note_in_two)) if one.cause == Cause.ORDER else Note(one.note)


def _known(found: stock_reads.History) -> str:
    """Nothing known is not the same as none there."""
    then = f"{found.sku} at {seen(found.at)}:"
    if not found.entries:
        return f"{then} the book knew nothing of it yet"
    level = found.level
    return (
        f"{then} {level.available} available, {level.on_hand} on hand, {level.committed} committed"
    )


def _known_until(now: datetime, typed: str | None) -> datetime:
    """The moment that is asked about; today's end is now.

    Raises:
        BadMoment: it lies ahead.
    """
    if typed is None:
        return now
    moment = moment_of(typed, end_of_day=True)
    if moment > moment_of(f"{now.astimezone():%Y-%m-%d}", end_of_day=True):
        raise BadMoment(f"{quoted(typed)} lies ahead: the book knows only what was")
    return min(moment, now)


def _worth_showing(levels: Sequence[stock_reads.Level]) -> Sequence[str]:
    """The figures that tell something: those that are 0 everywhere are left out."""
    return [
        name
        for name in FIGURES
        if name in ALWAYS or any(getattr(level, FIGURES[name]) for level in levels)
    ]


def _figures(level: stock_reads.Level, names: Sequence[str]) -> tuple[int, ...]:
    return tuple(getattr(level, FIGURES[name]) for name in names)
