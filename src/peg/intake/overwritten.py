"""More pieces, seen once and then covered by a write of ours: what a person typed is not lost.

Etsy takes whole listings, unconditionally. More is believed there only when it is seen twice; but a
sale elsewhere has the listing written at once, and what was typed there a moment ago is gone.
"""

from dataclasses import replace

import structlog

from peg.catalog.expectation import Expectation
from peg.domain.offer import Reading
from peg.intake import checks, surprises
from peg.intake.doubts import Doubts
from peg.intake.polling import last_read_at
from peg.intake.surprises import Done, Surprise
from peg.ledger.queries import given_back

log = structlog.get_logger()


async def is_settled(doubts: Doubts, row: Expectation, first: Surprise, reading: Reading) -> bool:
    """Whether what was seen a `first` time, and is not unexpected any more, may be forgotten.

    What our write covered may have been cancelled pieces that came back, or sold ones in an old
    reading, so their orders are read first. About the rest a person is asked: it was seen only
    once.
    """
    if not _is_covered(row, first):
        return not _waits_to_be_taken_off(row, first, reading)
    told_by = first.met_at + doubts.patience.receipt_lag()
    orders_at = await last_read_at(doubts.session, doubts.offer.ref.shop)
    if doubts.now < told_by or orders_at is None or orders_at < told_by:
        await surprises.note(doubts.session, replace(first, done=Done.COVERED))
        due_at = max(told_by, doubts.now + doubts.patience.confirm())
        why = "showed more before it was written"
        await checks.read_again(doubts.session, doubts.offer.id, due_at=due_at, why=why)
        return False
    await _ask(doubts, first)
    return True


def _is_covered(row: Expectation, first: Surprise) -> bool:
    """Whether a write of ours went over it, as far as is known by this reading."""
    if first.done is not Done.SEEN:
        return first.done is Done.COVERED
    return row.unanswered or (row.written_at is not None and row.written_at > first.met_at)


def _waits_to_be_taken_off(row: Expectation, first: Surprise, reading: Reading) -> bool:
    """Whether it is shown still, and no surprise only because it is about to be taken off again."""
    part, shown = reading.parts.get(first.place), first.base + first.pieces
    return part is not None and part.available == row.quantity == shown


async def _ask(doubts: Doubts, first: Surprise) -> None:
    sold = await doubts.shown_as_before(read_at=first.met_at)
    pieces = first.pieces - await _returned_since(doubts, first) - sold
    if pieces <= 0:
        return
    log.info("stock.edit_overwritten", offer=doubts.offer.id, place=first.place, pieces=pieces)
    await doubts.ask_about_extra(first.base + first.pieces, pieces, covered_since=first.met_at)


async def _returned_since(doubts: Doubts, first: Surprise) -> int:
    """Units of the offer that cancelled orders of its shop gave back meanwhile."""
    shop, given = doubts.offer.ref.shop, []
    for part in doubts.offer.components:
        pieces = await given_back(doubts.session, part.sku, shop, since=first.met_at)
        given.append(pieces // part.quantity)
    return min(given, default=0)
