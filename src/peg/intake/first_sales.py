"""What an offer shows too few of may have been sold about when the import read it first."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferId
from peg.intake.judgement import Judgement, Meaning
from peg.ledger.first_figures import sold_after_all


async def explain_first_sales(
    session: AsyncSession,
    offer: OfferId,
    place: str,
    row: Expectation,
    judgement: Judgement,
    *,
    now: datetime,
) -> Judgement:
    """What is missing without the orders that turn out to be sold after the first figures."""
    if judgement.meaning is not Meaning.MISSING:
        return judgement
    explained = await sold_after_all(
        session, offer, place, judgement.pieces, read_at=row.seen_at, now=now
    )
    if explained == judgement.pieces:
        return Judgement(meaning=Meaning.SOLD, pieces=explained)
    return replace(judgement, pieces=judgement.pieces - explained)
