"""What happens away from the marketplaces: `sell`, `receive`, `count`, `hold`, `release`."""

from peg.cli.terminal import Here, Report
from peg.cli.words import Pieces, moment_of, seen, sku_of
from peg.db.transaction import begin, reading
from peg.domain.identity import LocationId, Sku
from peg.domain.stock import StockLevel
from peg.ledger import counter, queries, reservations
from peg.reads import stock as reads


async def sell(sku: str, quantity: Pieces = 1, /, *, note: str = "", here: Here) -> int:
    """A piece was sold in person and handed over; both shops show it gone within seconds.

    Args:
        sku: the piece.
        quantity: how many.
        note: kept in the book, for people.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        after = await counter.sell(
            session, sku_of(sku), quantity, who=here.who, note=note, now=ground.clock.now()
        )
    return _say(here, after.sku, after.level, f"sold {quantity}")


async def receive(
    sku: str, quantity: Pieces, /, *, at: str | None = None, note: str = "", here: Here
) -> int:
    """Pieces came in, from a supplier or the bench.

    Args:
        sku: the piece.
        quantity: how many.
        at: the place they lie at; unset: where most of it lies.
        note: kept in the book, for people.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        after = await counter.receive(
            session,
            sku_of(sku),
            quantity,
            who=here.who,
            note=note,
            location=_place(at),
            now=ground.clock.now(),
        )
    return _say(here, after.sku, after.level, f"received {quantity}")


async def count(
    sku: str, counted: Pieces, /, *, at: str | None = None, note: str = "", here: Here
) -> int:
    """Pieces were counted on the shelf, sold but unshipped ones included.

    Args:
        sku: the piece.
        counted: how many lie there.
        at: the place they lie at; unset: where most of it lies.
        note: kept in the book, for people.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        wrong_by = await counter.count(
            session,
            sku_of(sku),
            counted,
            who=here.who,
            note=note,
            location=_place(at),
            now=ground.clock.now(),
        )
        after = await queries.position(session, sku_of(sku))
    words = f"the book was off by {wrong_by:+}" if wrong_by else "the book was right"
    return _say(here, after.sku, after.level, words, difference=wrong_by)


async def hold(
    sku: str,
    quantity: Pieces = 1,
    /,
    *,
    why: str,
    until: str | None = None,
    here: Here,
) -> int:
    """Keep a piece off both shops for somebody: memo, layaway, a fair.

    Args:
        sku: the piece.
        quantity: how many.
        why: for whom or for what; kept in the book.
        until: a day (2026-12-24, to its end) or a moment; unset: until it is released.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        number = await reservations.hold(
            session,
            sku_of(sku),
            quantity,
            until=None if until is None else moment_of(until, end_of_day=True),
            why=why,
            who=here.who,
            now=ground.clock.now(),
        )
        after = await queries.position(session, sku_of(sku))
    return _say(here, after.sku, after.level, f"hold {number} keeps {quantity}", hold=number)


async def release(hold: int, /, *, here: Here) -> int:
    """End a hold; its pieces may be sold again.

    Args:
        hold: its number, as `peg holds` lists it.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        ended = await reservations.release(session, hold, now=ground.clock.now())
        after = await queries.position(session, ended.sku)
    return _say(here, ended.sku, after.level, f"hold {hold} is over", hold=hold)


async def holds(*, here: Here) -> int:
    """Pieces kept for somebody."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await reads.holds(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("hold", "piece", "pieces", "until", "why", "who"),
        rows=[(one.id, one.sku, one.quantity, seen(one.until), one.why, one.who) for one in found],
        sentence="" if found else "nothing is on hold",
    )
    return here.show(report)


def _place(text: str | None) -> LocationId | None:
    return None if text is None else LocationId(text)


def _say(here: Here, sku: Sku, level: StockLevel, what: str, **more: int) -> int:
    figures = reads.Level.of(level).model_dump()
    sentence = f"{sku}: {what}; {level.available} available, {level.on_hand} on hand"
    return here.show(Report(facts={"sku": sku, **figures, **more}, sentence=sentence))
