"""A sale that PEG can follow nowhere: of two offers that may be one piece, it knows neither."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.catalog.proposals import KeptProposal
from peg.domain.messages import Alert
from peg.domain.offer_name import offer_name
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.intake.which_piece import twin_words
from peg.ledger import kept
from peg.ledger.orders import Applied, Outcome


async def warn(
    session: AsyncSession, order: OrderSnapshot, applied: Applied, *, now: datetime
) -> None:
    """Tell of a twin that may be on sale still, and of which the book has no piece to hold.

    What was sold before the pair was proposed is no news: the import showed both as they were.
    """
    if applied.outcome is not Outcome.NEW:
        return
    unsure = {line.line for line in applied.lines if not line.sure}
    for line in order.lines:
        if line.line in unsure and line.taken:
            await _warn(session, order, line, now=now)


async def _warn(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot, *, now: datetime
) -> None:
    if line.ref is None:
        return
    sold_from = (await offers.by_refs(session, [line.ref])).get(line.ref)
    if sold_from is None:
        return
    sold = f"{order.name} sold {offer_name(line.title, sold_from.options)!r}"
    for pair in await proposals.open_of(session, sold_from.id):
        other = pair.other(sold_from.id)
        if other.components or order.created_at < pair.proposed_at:
            continue
        sentence = (
            f"{sold}. {twin_words(pair, sold_from)}. PEG keeps neither in step before you say:"
            f" {await _danger(session, pair, other)}"
        )
        alert = Alert(name="twin_unknown", subject=str(pair.id), sentence=sentence)
        await tell(session, alert, now=now)


async def _danger(session: AsyncSession, pair: KeptProposal, other: Offer) -> str:
    lines = await kept.waiting_lines(session, [other.ref])
    units = sum(line.units for line in lines if line.created_at >= pair.proposed_at)
    if not units:
        return f"take the other off sale on {other.ref.channel} now, or it may be sold twice"
    times = "too" if units == 1 else f"too, {units} times"
    return (
        f"the other was sold on {other.ref.channel} {times}, so one piece may be sold twice."
        " Do not ship before you know"
    )
