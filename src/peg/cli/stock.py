"""What happens away from the marketplaces: `sell`, `receive`, `count`, `hold`, `release`."""

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import locations, sets
from peg.cli import advice_about
from peg.cli.cells import Note
from peg.cli.selling_too_many import refuse_slip, what_is_missing
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, Pieces, Reason, moment_of, seen, sku_of
from peg.db.transaction import reading
from peg.domain.identity import LocationId, Sku
from peg.domain.stock import StockLevel
from peg.ledger import counter, queries, reservations
from peg.propagation.retarget import retarget
from peg.reads import stock as reads


async def sell(
    sku: str,
    quantity: Pieces | None = None,
    /,
    *,
    hold: Number | None = None,
    at: str | None = None,
    note: str = "",
    yes: bool = False,
    here: Here,
) -> int:
    """A piece was sold in person and handed over; both shops show it gone within seconds.

    What is gone is gone: it is posted whatever the book says. Where fewer are available than are
    sold, an order on a shop or a hold may want the same piece: that is told, and where the book had
    none left, a case opens (`peg cases`). Only of several, more than the book has, it is told first
    and nothing is done: that may be a slip.

    Args:
        sku: the piece.
        quantity: how many; unset: one, or all that the hold keeps.
        hold: the number of the hold that kept it for this buyer; it is used up.
        at: the place it lay at, as `peg places` lists it; unset: where most of it lies. What a hold
            kept leaves from where it was kept.
        note: kept in the book, for people.
        yes: do it, also where several are sold, more than the book has.
    """
    async with here.writing() as (ground, session):
        item = await _piece(session, sku)
        pieces, place = await _pieces_sold(session, item, quantity, hold), await _place(session, at)
        lay, before = await _lay(session, item, place), await queries.position(session, item)
        after = await counter.sell(
            session,
            item,
            pieces,
            hold=hold,
            who=here.who,
            note=note,
            location=place,
            now=ground.clock.now(),
        )
        kept = await reservations.active(session, item)
        if not yes:
            refuse_slip(before, after, pieces, kept)
        await retarget(session, [item], now=ground.clock.now())
    advice = what_is_missing(after, kept)
    if place is not None and hold is None and pieces > lay and not after.oversold:
        advice += f"; {_ELSEWHERE.format(lay, place)}"
    return _say(here, item, after.level, f"sold {pieces}", advice=advice, oversold=after.oversold)


_ELSEWHERE = (
    "the book had {} at {}, so the rest was taken off where it had more: count both places"
    " (`peg count SKU N --at PLACE`)"
)


async def _lay(session: AsyncSession, sku: Sku, place: LocationId | None) -> int:
    """How many pieces the book has for sale at a place."""
    level = (await queries.levels(session, sku)).get(place) if place is not None else None
    return max(0, level.available) if level is not None else 0


async def _pieces_sold(
    session: AsyncSession, sku: Sku, quantity: int | None, hold: int | None
) -> int:
    if quantity is not None:
        return quantity
    kept = {one.id: one.quantity for one in await reads.holds(session, sku)}
    return 1 if hold is None else kept.get(hold, 1)


async def receive(
    sku: str, quantity: Pieces, /, *, at: str | None = None, note: str = "", here: Here
) -> int:
    """Pieces came in, from a supplier or the bench.

    Args:
        sku: the piece.
        quantity: how many.
        at: the place they lie at, as `peg places` lists it; unset: where most of it lies.
        note: kept in the book, for people.
    """
    async with here.writing() as (ground, session):
        place, now = await _place(session, at), ground.clock.now()
        item = await _piece(session, sku)
        after = await counter.receive(
            session, item, quantity, who=here.who, note=note, location=place, now=now
        )
        await retarget(session, [item], now=now)
        advice = await advice_about.told_twice(session, after.sku)
        advice += await advice_about.not_shown(session, after.sku, place, now)
    return _say(here, after.sku, after.level, f"received {quantity}", advice=advice)


async def count(
    sku: str,
    counted: Pieces,
    /,
    *,
    sent: Pieces = 0,
    at: str | None = None,
    note: str = "",
    here: Here,
) -> int:
    """Pieces were counted on the shelf, sold but unshipped ones included.

    Args:
        sku: the piece.
        counted: how many lie there.
        sent: how many more are sold and have left, though their shop has not said so yet.
        at: the place they lie at, as `peg places` lists it; unset: where most of it lies.
        note: kept in the book, for people.
    """
    async with here.writing() as (ground, session):
        place, now = await _place(session, at), ground.clock.now()
        item = await _piece(session, sku) if counted else sku_of(sku)  # of a set, none may be told
        wrong_by = await counter.count(
            session, item, counted, sent=sent, who=here.who, note=note, location=place, now=now
        )
        await retarget(session, [item], now=now)
        after = await queries.position(session, item)
        advice = advice_about.perhaps_sent(after, counted, sent, at) if wrong_by < 0 else ""
        advice += await advice_about.missed(session, after.sku) + await advice_about.told_twice(
            session, after.sku
        )
        advice += await advice_about.not_shown(session, after.sku, place, now)
    words = f"the book was off by {wrong_by:+}" if wrong_by else "the book was right"
    return _say(here, after.sku, after.level, words, advice=advice, difference=wrong_by)


async def hold(
    sku: str,
    quantity: Pieces = 1,
    /,
    *,
    why: Reason,
    until: str | None = None,
    at: str | None = None,
    here: Here,
) -> int:
    """Keep a piece off both shops for somebody: memo, layaway, a fair.

    Args:
        sku: the piece.
        quantity: how many.
        why: for whom or for what; kept in the book.
        until: a day (2026-12-24, to its end) or a moment; unset: until it is released.
        at: the place it lies at, as `peg places` lists it; unset: where most of it lies.
    """
    async with here.writing() as (ground, session):
        item, now = await _piece(session, sku), ground.clock.now()
        number = await reservations.hold(
            session,
            item,
            quantity,
            until=None if until is None else moment_of(until, end_of_day=True),
            why=why,
            who=here.who,
            location=await _place(session, at),
            now=now,
        )
        await retarget(session, [item], now=now)
        after = await queries.position(session, item)
        kept = next(one for one in await reads.holds(session, item) if one.id == number)
    words = f"hold {number} keeps {quantity}{_where(kept)}"
    return _say(here, after.sku, after.level, words, hold=number)


def _where(kept: reads.Hold) -> str:
    """Where its pieces lie, if that is at several places."""
    lie = ", ".join(f"{pieces} at {place}" for place, pieces in kept.places.items())
    return f" ({lie})" if len(kept.places) > 1 else ""


async def release(hold: Number, /, *, here: Here) -> int:
    """End a hold; its pieces may be sold again.

    Args:
        hold: its number, as `peg holds` lists it.
    """
    async with here.writing() as (ground, session):
        now = ground.clock.now()
        ended = await reservations.release(session, hold, now=now)
        await retarget(session, [ended.sku], now=now)
        after = await queries.position(session, ended.sku)
        advice = await advice_about.told_twice(session, ended.sku)
    return _say(here, ended.sku, after.level, f"hold {hold} is over", advice=advice, hold=hold)


async def holds(*, here: Here) -> int:
    """Pieces kept for somebody."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await reads.holds(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("hold", "piece", "pieces", "until", "why", "who"),
        rows=[
            (
                one.id,
                one.sku,
                f"{one.quantity}{_where(one)}",
                seen(one.until),
                Note(one.why),
                one.who,
            )
            for one in found
        ],
        sentence="" if found else "nothing is on hold",
    )
    return here.show(report)


async def _piece(session: AsyncSession, typed: str) -> Sku:
    """The piece that was typed.

    Raises:
        IsASet: it is made of others, and those are to be named.
    """
    sku = sku_of(typed)
    await sets.refuse_sets(session, sku)
    return sku


async def _place(session: AsyncSession, typed: str | None) -> LocationId | None:
    return None if typed is None else await locations.named(session, typed)


def _say(
    here: Here, sku: Sku, level: StockLevel, what: str, *, advice: str = "", **more: int
) -> int:
    figures = reads.Level.of(level).model_dump()
    sentence = f"{sku}: {what}; {level.available} available, {level.on_hand} on hand"
    facts = {"sku": sku, **figures, **more}
    return here.show(Report(facts=facts, sentence=sentence + advice))
