"""What PEG wrote to the shops, figure by figure, and what of it was undone."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId, Sku
from peg.ledger import queries
from peg.propagation import written
from peg.propagation.written import KeptWrite


class WriteRow(BaseModel):
    """One figure that PEG changed on a shop.

    `before` and `quantity` are the pieces that buyers could have before it and after; a listing off
    sale has none. `attempt` is the call that it went out with, maybe beside others. `undone_at`:
    since when a person has it undone; null while it stands.
    """

    id: int
    written_at: datetime
    shop: ShopId
    offer: OfferId
    title: str
    options: dict[str, str]
    place: str
    before: int
    quantity: int
    attempt: str
    undone_at: datetime | None


async def writes(
    session: AsyncSession,
    *,
    sku: Sku | None = None,
    only_undone: bool = False,
    after: int | None = None,
    limit: int,
) -> Sequence[WriteRow]:
    """A page of the writes, the newest first: all, or those of one piece's offers.

    Raises:
        UnknownSku: no such item.
    """
    of = None
    if sku is not None:
        item = await queries.position(session, sku)
        of = [offer.id for offer in await offers.of_skus(session, [item.sku])]
    kept = await written.recent(
        session, offers=of, only_undone=only_undone, after=after, limit=limit
    )
    known = await offers.by_ids(session, list({one.offer for one in kept}))
    return [_row(one, known[one.offer]) for one in kept]


def _row(write: KeptWrite, offer: Offer) -> WriteRow:
    return WriteRow(
        id=write.id,
        written_at=write.written_at,
        shop=write.shop,
        offer=write.offer,
        title=offer.title,
        options=dict(offer.options),
        place=write.place,
        before=write.before,
        quantity=write.quantity,
        attempt=write.attempt,
        undone_at=write.undone,
    )
