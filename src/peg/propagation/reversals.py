"""The same change made again and again: another program, or a person, always changes it back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId
from peg.domain.messages import Alert
from peg.ledger import questions
from peg.propagation.tables import writes

REVERSED = "changed_back"
"""The kind of the question; its alarm has the same name."""

GO_ON = "go_on"

TIMES, WITHIN = 3, timedelta(minutes=10)
"""Sales change a figure to ever other ones: the same change three times is nobody's sale. What a
write of our own changed back, for a cancelled order say, does not count."""


async def heed(session: AsyncSession, offer: Offer, place: str, *, now: datetime) -> None:
    """After a write to `offer`: have a person look when it had to be made too often.

    What is sold is still taken off; nothing is raised until the person has answered.
    """
    require_transaction(session)
    mine = (writes.c.offer == offer.id) & (writes.c.place == place)
    newest = (
        select(writes.c.before, writes.c.quantity).where(mine).order_by(writes.c.id.desc()).limit(1)
    )
    row = (await session.execute(newest)).first()
    if row is None or row.before == row.quantity:
        return
    lately = mine & (writes.c.written_at > now - WITHIN) & (writes.c.before != writes.c.quantity)
    same = (writes.c.quantity == row.quantity) & (writes.c.before == row.before)
    by_us = await _count(session, lately & (writes.c.quantity == row.before))
    times = await _count(session, lately & same) - by_us
    if times < TIMES or offer.id in await held_back(session, [offer.id]):
        return
    sentence = (
        f"{offer.name!r} on {offer.ref.channel} was changed from {row.before} to {row.quantity}"
        f" {times} times within ten minutes, and always changed back. Is another stock program"
        " connected to the shop? PEG goes on taking sold pieces off sale there and raises nothing"
        " until you have looked"
    )
    await questions.ask(
        session,
        kind=REVERSED,
        subject=str(offer.id),
        sentence=sentence,
        evidence={"listing": offer.ref.listing, "before": row.before, "after": row.quantity},
        options=(GO_ON,),
        default=GO_ON,
        now=now,
    )
    alert = Alert(name="changed_back", subject=str(offer.id), sentence=sentence)
    await tell(session, alert, now=now)


async def _count(session: AsyncSession, which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).where(which)) or 0


async def held_back(session: AsyncSession, wanted: Iterable[OfferId]) -> frozenset[OfferId]:
    """Those that are not raised until a person has looked."""
    asked = {one.subject for one in await questions.open_questions(session, REVERSED)}
    return frozenset(offer for offer in wanted if str(offer) in asked)
