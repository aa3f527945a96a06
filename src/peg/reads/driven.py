"""What became of offers that were driven to their targets: since when, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import Offer
from peg.domain.identity import OfferId
from peg.propagation import attempts, board
from peg.propagation.board import Standing

OFFERS_AT_ONCE_MAX = 500
"""SQLite limits the variables of one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """How offers stand since a moment.

    Attributes:
        written: show their target, and were changed for it.
        already: show it, and nothing had to be changed.
        behind: do not show it yet; the last outcome of each says why, if it was tried.
    """

    written: Sequence[OfferId]
    already: Sequence[OfferId]
    behind: Sequence[Standing]


async def driven(session: AsyncSession, offers: Sequence[Offer], *, since: datetime) -> Driven:
    """How these offers stand, of which each has a target."""
    standings = await board.standings(session, [one.id for one in offers])
    right = [one.offer for one in standings.values() if not one.dirty]
    changed: set[OfferId] = set()
    for start in range(0, len(right), OFFERS_AT_ONCE_MAX):
        part = right[start : start + OFFERS_AT_ONCE_MAX]
        changed |= await attempts.changed_since(session, part, since)
    return Driven(
        written=[key for key in right if key in changed],
        already=[key for key in right if key not in changed],
        behind=[one for one in standings.values() if one.dirty],
    )
