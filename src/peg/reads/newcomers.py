"""Listings made since the import, as the newest comparison of each shop found them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.domain.identity import ShopId
from peg.reconciliation import report
from peg.reconciliation.compare import CauseClass
from peg.reconciliation.newcomers import subject_of
from peg.shops import directory


@dataclass(frozen=True, slots=True, order=True)
class Newcomer:
    """One listing of which PEG does not know all that it sells."""

    shop: ShopId
    listing: str

    @property
    def subject(self) -> str:
        """What an alert about it is told under."""
        return subject_of(self.shop, self.listing)


async def newcomers(
    session: AsyncSession, *, among: Collection[str] | None = None
) -> Sequence[Newcomer]:
    """Those that no import has taken in meanwhile, of the shops that nobody took out.

    `among`: only those with these subjects are looked up.
    """
    left_out = await directory.disconnected(session)
    found: dict[Newcomer, list[Mapping[str, Any]]] = {}
    for run in await report.latest(session):
        for one in run["differences"]:
            if one["cause"] == CauseClass.NOT_IMPORTED and run["shop"] not in left_out:
                newcomer = Newcomer(run["shop"], one["evidence"]["listing"])
                if among is None or newcomer.subject in among:
                    found.setdefault(newcomer, []).append(one["options"])
    unknown = []
    for newcomer, variants in sorted(found.items(), key=lambda one: one[0]):
        known = await offers.of_listing(session, newcomer.shop, newcomer.listing)
        if any(variant not in [dict(offer.options) for offer in known] for variant in variants):
            unknown.append(newcomer)
    return unknown
