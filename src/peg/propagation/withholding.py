"""Take offers off sale for a cause, and give them back to buyers once it is gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.propagation import many_raises, withheld
from peg.propagation.retarget import aims_unwithheld, retarget_offers
from peg.propagation.withheld import Cause, Withheld


async def withhold(
    session: AsyncSession,
    wanted: Sequence[Offer],
    *,
    cause: Cause,
    about: str,
    why: str,
    now: datetime,
) -> Sequence[Withheld]:
    """Take these off sale; those that PEG keeps in step."""
    aims = await aims_unwithheld(session, wanted)
    rows = [
        Withheld(
            offer=offer,
            cause=cause,
            about=about,
            why=why,
            since=now,
            quantity=sum(aim.quantities.values()),
        )
        for offer, aim in aims.items()
    ]
    await withheld.put(session, rows)
    await retarget_offers(session, wanted, now=now)
    return rows


async def give_back(session: AsyncSession, over: Sequence[Withheld], *, now: datetime) -> None:
    """They may go up again to what they showed: no surprise, so nobody is asked about that."""
    await withheld.end(session, over)
    back = await offers.by_ids(session, [one.offer for one in over])
    await retarget_offers(session, list(back.values()), now=now)
    await many_raises.allow(session, {one.offer: one.quantity for one in over}, now=now)
