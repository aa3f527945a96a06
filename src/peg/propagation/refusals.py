"""Writes that were not done: what that means, and offers that a marketplace refuses to change.

An offer that is refused would be tried again for ever, and a sold piece stay on sale, with nobody
the wiser: a person hears of it, once, until it shows its target.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId
from peg.domain.messages import Alert
from peg.marketplaces.port import (
    AccessRevoked,
    MarketplaceError,
    MaybeApplied,
    MissingScope,
    NoToken,
    Result,
    ShopFrozen,
    Shown,
    UnexpectedAnswer,
)
from peg.propagation import board
from peg.propagation.tables import targets
from peg.shops import directory

ODD_TRIES = 3
"""An answer that makes no sense may be a passing fault; so many in a row are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An offer that its marketplace refuses to change, in its own words."""

    offer: Offer
    since: datetime
    sentence: str


def came_to(error: MarketplaceError, *, tries: int) -> Shown:
    """What a write came to that ended in an error, the `tries`-th time in a row.

    A shop that was revoked or closed is told of by its own state, and one that gives no token by
    its polls: neither asks anything of its offers.
    """
    match error:
        case MaybeApplied():
            return Shown.UNKNOWN
        case MissingScope():
            return Shown.FORBIDDEN
        case AccessRevoked() | ShopFrozen() | NoToken():
            return Shown.FAILED
        case UnexpectedAnswer():
            return Shown.REFUSED if tries >= ODD_TRIES else Shown.FAILED
        case _:
            return Shown.REFUSED if error.kind == "refused" else Shown.FAILED


async def note_refused(
    session: AsyncSession, refused: Sequence[tuple[Offer, Result]], *, now: datetime
) -> None:
    """The marketplace has refused these writes: tried again later; a person is told what is new."""
    require_transaction(session)
    fresh = []
    for offer, result in refused:
        await board.try_later(session, offer.id, outcome=result.sentence, now=now, wait_s=None)
        first = update(targets).where(targets.c.offer == offer.id, targets.c.refused_at.is_(None))
        if await session.scalar(first.values(refused_at=now).returning(targets.c.offer)):
            fresh.append((offer, result))
    if fresh:
        await tell(session, _alert(fresh), now=now)


async def open_refusals(session: AsyncSession) -> Sequence[Refusal]:
    """The offers that are refused now, longest first; not those of shops out of reach."""
    reach = [shop.id for shop in await directory.all_shops(session) if shop.status.reachable]
    query = (
        select(targets.c.offer, targets.c.refused_at, targets.c.last_outcome)
        .where(targets.c.refused_at.is_not(None), targets.c.shown_version < targets.c.version)
        .where(targets.c.shop.in_(reach))
        .order_by(targets.c.refused_at)
    )
    rows = (await session.execute(query)).all()
    known = await offers.by_ids(session, [OfferId(row.offer) for row in rows])
    return [
        Refusal(offer=offer, since=row.refused_at, sentence=row.last_outcome or "")
        for row in rows
        if (offer := known.get(row.offer)) is not None and not offer.gone
    ]


def _alert(fresh: Sequence[tuple[Offer, Result]]) -> Alert:
    """One word about all that was refused together: a fault of theirs may be the same."""
    offer, result = fresh[0]
    more = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
    sentence = (
        f"{offer.ref.channel} refuses to change {offer.name!r}{more}: {result.sentence}. It shows"
        " what it showed before, also if it is sold: mend it there, or take it off sale by hand."
        " `peg offers --behind` lists what is behind"
    )
    subject = str(offer.id) if len(fresh) == 1 else offer.ref.shop
    return Alert(name="write_refused", subject=subject, sentence=sentence)
