"""What a line of an order stands for: by variant, by listing and values, by listing, by SKU."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, tables
from peg.catalog.offers import Offer
from peg.domain.identity import OfferRef, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.ledger.orders import Component, Resolved


async def resolve_lines(session: AsyncSession, order: OrderSnapshot) -> Mapping[str, Resolved]:
    """What each line takes; a line that nobody can assign is missing from the answer."""
    found = {}
    for line in order.lines:
        meaning = await _resolve(session, order, line)
        if meaning is not None:
            found[line.line] = meaning
    return found


async def _resolve(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot
) -> Resolved | None:
    offer = await _by_ref(session, line.ref)
    if offer is not None and offer.components:
        inside = offer.baseline_at is not None and order.created_at <= offer.baseline_at
        return Resolved(offer=offer.id, components=offer.components, inside=inside)
    if line.ref is not None and line.ref.listing:
        everything = await _whole_listing(session, line.ref)
        if everything:
            return Resolved(offer=None, components=everything)
    return await _by_sku(session, line.sku)


async def _by_ref(session: AsyncSession, ref: OfferRef | None) -> Offer | None:
    if ref is None:
        return None
    # Not by the whole ref: a webhook's line does not name its inventory item.
    return next(iter((await offers.by_refs(session, [ref])).values()), None)


async def _whole_listing(session: AsyncSession, ref: OfferRef) -> Sequence[Component]:
    """A line whose variant is unknown holds every item of its listing, until somebody tells."""
    siblings = await offers.of_listing(session, ref.shop, ref.listing)
    parts = {part.sku: part for offer in siblings for part in offer.components}
    return tuple(parts.values())


async def _by_sku(session: AsyncSession, sku: str) -> Resolved | None:
    if not sku:
        return None
    query = select(tables.items.c.sku).where(tables.items.c.sku == sku)
    known = await session.scalar(query)
    if known is None:
        return None
    return Resolved(offer=None, components=(Component(sku=Sku(known)),))
