"""What each offer of a shop needs to come to its target, from what is known when it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId
from peg.intake import surprises
from peg.intake.surprises import NOT_HELD
from peg.marketplaces.port import Write
from peg.propagation import board
from peg.propagation.board import Standing
from peg.propagation.planning import Move, Plan, plan_figures
from peg.propagation.retarget import retarget_offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One offer with its standing and its plan."""

    offer: Offer
    standing: Standing
    plan: Plan


PlannedWrite = tuple[Planned, Write]


async def plans_of(session: AsyncSession, wanted: Sequence[OfferId]) -> Sequence[Planned]:
    """The plan of each offer that has a target and still exists."""
    known = await mirror.expected_of(session, list(wanted))
    found = await offers.by_ids(session, list(wanted))
    standings = await board.standings(session, list(wanted))
    held = await surprises.held(session, list(wanted))
    return [
        Planned(
            offer=offer,
            standing=standings[key],
            plan=plan_figures(
                offer.ref, standings[key].target, known.get(key, {}), held.get(key, NOT_HELD)
            ),
        )
        for key, offer in found.items()
        if key in standings and not offer.gone
    ]


async def still_planned(
    session: AsyncSession, raises: Sequence[PlannedWrite], *, now: datetime
) -> Sequence[PlannedWrite]:
    """Planned raises as the book allows them now, in the transaction that begins them.

    Something may have been sold since they were planned: batches wait for those before them.
    """
    mine = {one.offer.id: one.offer for one, _ in raises}
    await retarget_offers(session, list(mine.values()), now=now)
    before = {(write.ref, write.place) for _, write in raises}
    return [
        (one, write)
        for one in await plans_of(session, list(mine))
        if one.plan.move is Move.RAISE
        for write in one.plan.writes
        if (write.ref, write.place) in before
    ]
