"""Very many offers of a shop are about to be raised at once: a person is asked before they go out.

Pieces come back one by one: a cancellation, a delivery. When a fifth of a shop goes up within
minutes, one cause has done that: a count that slipped, an import, a mapping, a limit taken off.
Whatever it was, what is shown can be bought, and cannot be taken back then.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.db.transaction import require_transaction, upsert_all
from peg.domain.identity import OfferId, ShopId
from peg.domain.messages import Alert
from peg.domain.offer import Shelf
from peg.intake.many import Many
from peg.ledger import questions
from peg.propagation import board
from peg.propagation.attempts import raised_since
from peg.propagation.board import Standing
from peg.propagation.tables import cleared

MANY_RAISES = "many_raises"
"""The kind of the question; its alarm has the same name."""

RAISE, WAIT = "raise", "wait"

CLEARED_FOR = timedelta(days=1)
"""Raises that a person has allowed may wait for their proof for so long."""

EXAMPLES = 3


async def stopped(
    session: AsyncSession, shop: ShopId, *, many: Many, now: datetime
) -> frozenset[OfferId]:
    """The offers of a shop that are not raised until a person has allowed it.

    Once asked, all that is not allowed waits, however little is left of it. The question falls away
    when nothing would go up any more: what caused it was put right.
    """
    require_transaction(session)
    allowed = await _allowed(session, now=now)
    rising = {
        offer: step
        for offer, step in (await _rising(session, shop)).items()
        if step[1] > allowed.get(offer, 0)
    }
    if not rising:
        await questions.withdraw(session, MANY_RAISES, shop, now=now)
        return frozenset()
    is_asked = shop in await _asked(session)
    if not is_asked:
        lately = await raised_since(session, shop, now - many.within())
        concerned = rising.keys() | (lately - allowed.keys())
        if not many.are_many(len(concerned), of=await offers.count(session, shop)):
            return frozenset()
    sentence = await _ask(session, shop, rising, now=now)
    if not is_asked:
        alert = Alert(name="many_raises", subject=shop, sentence=sentence)
        await tell(session, alert, now=now)
    return frozenset(rising)


async def look_again(session: AsyncSession, *, many: Many, now: datetime) -> None:
    """Stock has changed: where somebody is asked, nothing may go up any more."""
    for shop in await _asked(session):
        await stopped(session, shop, many=many, now=now)


async def clear(session: AsyncSession, wanted: Iterable[OfferId], *, now: datetime) -> None:
    """A person allows these offers to be raised to what they should show now."""
    standings = await board.standings(session, list(wanted))
    totals = {offer: one.target.total for offer, one in standings.items()}
    await allow(session, totals, now=now)
    for offer in standings:
        await board.make_dirty(session, offer, now=now)


async def allow(session: AsyncSession, wanted: Mapping[OfferId, int], *, now: datetime) -> None:
    """Offers may be raised to so many without being asked about, like what was shown before."""
    require_transaction(session)
    rows = [
        {"offer": offer, "quantity": quantity, "until": now + CLEARED_FOR}
        for offer, quantity in wanted.items()
    ]
    await upsert_all(session, cleared, rows, ["offer"])


async def clear_shop(session: AsyncSession, shop: ShopId, *, now: datetime) -> None:
    """A person allows all that would go up on this shop now."""
    await clear(session, await _rising(session, shop), now=now)


async def _asked(session: AsyncSession) -> frozenset[ShopId]:
    asked = await questions.open_questions(session, MANY_RAISES)
    return frozenset(ShopId(one.subject) for one in asked)


async def _allowed(session: AsyncSession, *, now: datetime) -> Mapping[OfferId, int]:
    query = select(cleared.c.offer, cleared.c.quantity).where(cleared.c.until > now)
    return {OfferId(row.offer): row.quantity for row in await session.execute(query)}


async def _rising(session: AsyncSession, shop: ShopId) -> Mapping[OfferId, tuple[int, int]]:
    """What would show more than it does: from how many pieces to how many."""
    behind = {one.offer: one for one in await board.behind(session, shop)}
    known = await mirror.expected_of(session, list(behind))
    live = await offers.by_ids(session, list(behind))
    steps = {
        offer: _step(one, known.get(offer, {}))
        for offer, one in behind.items()
        if not (live[offer].gone or live[offer].parked)
    }
    return {offer: step for offer, step in steps.items() if step[1] > step[0]}


def _step(one: Standing, known: Mapping[str, Expectation]) -> tuple[int, int]:
    """What is sold out on Etsy stays as it is: only a person brings it back."""
    if any(row.shelf is Shelf.SOLD_OUT for row in known.values()):
        return one.target.total, one.target.total
    shown = sum(row.quantity for row in known.values() if row.shelf is Shelf.LISTED)
    return shown, one.target.total


async def _ask(
    session: AsyncSession,
    shop: ShopId,
    rising: Mapping[OfferId, tuple[int, int]],
    *,
    now: datetime,
) -> str:
    of = await offers.count(session, shop)
    some = await offers.by_ids(session, sorted(rising)[:EXAMPLES])
    examples = [
        f"{one.name!r}: from {rising[key][0]} to {rising[key][1]}" for key, one in some.items()
    ]
    sentence = (
        f"{len(rising)} of {of} offers of {shop} would show more at once ({'; '.join(examples)})."
        " Was a count, an import, a match or a limit changed, and is that right? Nothing more is"
        " raised there until you say so. If it is wrong, put it right: the question then falls away"
    )
    evidence = {"offers": len(rising), "of": of, "examples": examples}
    await questions.ask(
        session,
        kind=MANY_RAISES,
        subject=shop,
        sentence=sentence,
        evidence=evidence,
        options=(RAISE,),
        default=WAIT,
        now=now,
    )
    await questions.reword(session, MANY_RAISES, shop, sentence, evidence)
    return sentence
