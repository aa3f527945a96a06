"""What becomes of the items that an offer was taken for before somebody said what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, sets
from peg.catalog.offers import Offer
from peg.domain.identity import Sku, fold_sku
from peg.ledger import as_parts, queries, questions
from peg.ledger.pieces_asked import DISAGREES


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What became of those items.

    Attributes:
        written_off: pieces of a set, which were no pieces of their own: they count no more.
        left: pieces that no offer sells now, and of which only a person knows whether they exist.
        also_sold_by: other offers that sell a set as one piece still: it keeps its stock.
    """

    written_off: Mapping[Sku, int] = field(default_factory=dict)
    left: Mapping[Sku, int] = field(default_factory=dict)
    also_sold_by: Sequence[Offer] = ()


async def let_go(
    session: AsyncSession, offer: Offer, parts: Mapping[Sku, int], *, who: str, now: datetime
) -> Former:
    """The offer sells no more what it was taken for; a set that nothing else sells has no stock."""
    written_off: dict[Sku, int] = {}
    left: dict[Sku, int] = {}
    also_sold_by: list[Offer] = []
    was_taken_for = _own_item(offer) if sets.takes_several(parts) else None
    for sku in sorted({part.sku for part in offer.components} - parts.keys()):
        known = await offers.of_skus(session, [sku])
        others = [one for one in known if not one.gone]
        if sku == was_taken_for:
            also_sold_by += [one for one in others if not sets.is_set(one)]
        if others:
            continue
        available = max(0, (await queries.position(session, sku)).level.available)
        # Another listing, though deleted, sold it by itself: such a piece may well exist.
        if sku == was_taken_for and not known and await sets.among(session, [sku]):
            await as_parts.take_off(
                session,
                sku,
                available,
                offer=offer.id,
                title=offer.name,
                parts=parts,
                who=who,
                now=now,
            )
            await questions.withdraw(session, DISAGREES, sku, now=now)
            written_off[sku] = available
        else:
            left[sku] = available
    return Former(written_off=written_off, left=left, also_sold_by=also_sold_by)


async def bring_back(
    session: AsyncSession, offer: Offer, parts: Mapping[Sku, int], *, who: str, now: datetime
) -> Mapping[Sku, int]:
    """The offer sells again what it was composed away from: its pieces are on the shelf again."""
    before = {part.sku for part in offer.components}
    found = {
        sku: await as_parts.put_back(
            session, sku, offer=offer.id, title=offer.name, who=who, now=now
        )
        for sku in sorted(parts.keys() - before)
    }
    return {sku: pieces for sku, pieces in found.items() if pieces}


def _own_item(offer: Offer) -> Sku | None:
    """The one item that an offer was taken for by its own SKU, or by its pair's if it has none."""
    if not offer.components or sets.is_set(offer):
        return None
    (part,) = offer.components
    return part.sku if fold_sku(offer.sku_as_typed) in {"", part.sku} else None
