"""What each shop showed when the first of two buyers bought: from what PEG wrote and read there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import findings, offers
from peg.catalog.findings import Finding
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId, Sku
from peg.domain.offer import Shelf
from peg.propagation import board, changes
from peg.propagation.board import Standing
from peg.propagation.changes import Around, Change


class ShownThen(BaseModel):
    """What one offer showed around the first sale of a case, as far as PEG knows.

    `showed` and `since`: what PEG had last written there, or an import had read; null where neither
    is kept any more. Its own sales came off that since. `found`, `changed_to` and `changed_at`:
    what stood there when PEG changed it next, and what to; null where it needed no change.
    `after_s`: so long after the first sale. `in_step_at`: when it was last seen to show its target.
    """

    offer: OfferId
    shop: ShopId
    title: str
    showed: int | None
    since: datetime | None
    found: int | None
    changed_to: int | None
    changed_at: datetime | None
    after_s: float | None
    in_step_at: datetime | None


async def shown_then(session: AsyncSession, sku: Sku, moment: datetime) -> Sequence[ShownThen]:
    """Of every offer that sells an item."""
    selling = await offers.of_skus(session, [sku])
    ids = [offer.id for offer in selling]
    found = await findings.of_offers(session, ids)
    changed = await changes.around(session, ids, moment)
    standings = await board.standings(session, ids)
    return [
        _row(one, moment, found[one.id], changed[one.id], standings.get(one.id)) for one in selling
    ]


def _row(
    offer: Offer, moment: datetime, at_import: Finding, around: Around, standing: Standing | None
) -> ShownThen:
    return ShownThen(
        offer=offer.id,
        shop=offer.ref.shop,
        title=offer.name,
        **_before(at_import, around.last, moment),
        **_after(around.next, moment),
        in_step_at=standing.shown_at if standing is not None else None,
    )


def _before(at_import: Finding, last: Mapping[str, Change], moment: datetime) -> dict[str, Any]:
    """Of several places the sum: where PEG wrote nothing, what the import had read."""
    imported = at_import.shown if at_import.at <= moment else {}
    listed = at_import.shelf is Shelf.LISTED
    figures = {place: pieces if listed else 0 for place, pieces in imported.items()}
    figures |= {place: change.quantity for place, change in last.items()}
    if not figures:
        return {"showed": None, "since": None}
    since = max((change.at for change in last.values()), default=at_import.at)
    return {"showed": sum(figures.values()), "since": since}


def _after(changed: Mapping[str, Change], moment: datetime) -> dict[str, Any]:
    if not changed:
        return dict.fromkeys(("found", "changed_to", "changed_at", "after_s"))
    at = max(change.at for change in changed.values())
    return {
        "found": sum(change.before for change in changed.values()),
        "changed_to": sum(change.quantity for change in changed.values()),
        "changed_at": at,
        "after_s": round((at - moment).total_seconds(), 3),
    }
