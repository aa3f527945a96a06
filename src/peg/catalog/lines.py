"""What a line of an order stands for: by variant, by listing and values, by listing, by SKU."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, mirror, offers, proposals, sale_places, sets
from peg.catalog.offers import Offer
from peg.domain.baseline import Baseline, Inside
from peg.domain.identity import Channel, OfferRef, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.ledger import order_headers
from peg.ledger.line_meaning import Component, Resolved


async def resolve_lines(session: AsyncSession, order: OrderSnapshot) -> Mapping[str, Resolved]:
    """What each line takes; a line that nobody can assign is missing from the answer."""
    refs = [line.ref for line in order.lines if line.ref is not None]
    known = await offers.by_refs(session, refs)
    found = {}
    for line in order.lines:
        offer = known.get(line.ref) if line.ref is not None else None
        meaning = await _resolve(session, order, line, offer)
        if meaning is not None:
            found[line.line] = await _with_place(session, line, meaning)
    return found


async def taken_as(session: AsyncSession, order: OrderSnapshot, line: str, sku: Sku) -> Resolved:
    """What a line takes of which a person has said that it sold this item."""
    told = next(told for told in order.lines if told.line == line)
    ref = told.ref
    siblings = await offers.of_listing(session, ref.shop, ref.listing) if ref else []
    selling = [offer for offer in siblings if [part.sku for part in offer.components] == [sku]]
    if len(selling) == 1:
        meaning = await _sold_from(session, order, selling[0])
        return await _with_place(session, told, meaning)
    inside = _inside(await _was_counted_after(session, order, sku))
    return Resolved(offer=None, components=(Component(sku=sku),), inside=inside)


async def _with_place(session: AsyncSession, line: LineSnapshot, meaning: Resolved) -> Resolved:
    """Where it was taken from, as far as the marketplace leaves that open."""
    if meaning.offer is None or line.tells_places:
        return meaning
    place = await sale_places.place_of_sale(session, meaning.offer)
    return replace(meaning, assumed_place=place)


async def _resolve(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot, offer: Offer | None
) -> Resolved | None:
    if offer is not None and offer.components:
        disputed = await _disputed(session, order, line, offer)
        return disputed or await _sold_from(session, order, offer)
    if offer is None and line.ref is not None:
        meaning = await _by_listing(session, order, line, line.ref)
        if meaning is not None:
            return meaning
    meaning = await _by_sku(session, order, line)
    if offer is None or (meaning is not None and meaning.sure):
        return meaning
    return await _or_a_twin(session, order, offer, meaning)


async def _sold_from(session: AsyncSession, order: OrderSnapshot, offer: Offer) -> Resolved:
    if _is_single(offer) and offer.baseline is not None:
        return await _sold_about(session, order, offer, offer.baseline)
    # The first figures of a set's items are those of their own offers, not of the set.
    counted = [await _was_counted_after(session, order, part.sku) for part in offer.components]
    return Resolved(offer=offer.id, components=offer.components, inside=_inside(all(counted)))


async def _sold_about(
    session: AsyncSession, order: OrderSnapshot, offer: Offer, baseline: Baseline
) -> Resolved:
    """An order of an offer that was counted by itself: before, after, or about when it was."""
    inside, read_since = baseline.holds(order.created_at), False
    if inside is Inside.UNSURE:
        heard_at = await order_headers.heard_at(session, order)
        inside = baseline.holds(order.created_at, heard_at=heard_at)
        rows = (await mirror.expected_of(session, [offer.id])).get(offer.id, {}).values()
        read_since = any(row.seen_at and row.seen_at > baseline.begun_at for row in rows)
    return Resolved(
        offer=offer.id, components=offer.components, inside=inside, read_since=read_since
    )


def _inside(told: bool) -> Inside:  # noqa: FBT001 - it turns a truth into its name
    return Inside.YES if told else Inside.NO


async def _by_listing(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot, ref: OfferRef
) -> Resolved | None:
    """A line whose variant is unknown holds every item of its listing, until somebody tells."""
    siblings = await offers.of_listing(session, ref.shop, ref.listing)
    mapped = [offer for offer in siblings if offer.components]
    fitting = [offer for offer in mapped if line.sku and offer.sku_as_typed == line.sku]
    only = fitting if len(fitting) == 1 else siblings
    if len(only) == 1 and only[0].components:
        return await _sold_from(session, order, only[0])
    if not mapped:
        return None
    parts = {part.sku: part for offer in mapped for part in offer.components}
    inside = all(
        offer.baseline is not None and order.created_at <= offer.baseline.until for offer in mapped
    )
    return Resolved(
        offer=None, components=tuple(parts.values()), inside=_inside(inside), sure=False
    )


async def _disputed(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot, offer: Offer
) -> Resolved | None:
    """A sale of which the variation's name tells one piece, and the SKU another: it holds both.

    On Etsy a variation is known by its name, and somebody may have renamed some so that their names
    shift, or typed a SKU twice. A look at the listing tells the former; else a person is asked.
    """
    if not is_misnamed(line, offer):
        return None
    siblings = await offers.of_listing(session, offer.ref.shop, offer.ref.listing)
    typed_so = [other for other in siblings if other.sku_as_typed == line.sku]
    parts = {part.sku: part for other in typed_so for part in other.components}
    if not parts:
        labelled = await _by_sku(session, order, line)
        parts = {part.sku: part for part in labelled.components} if labelled else {}
    for part in offer.components:
        parts.pop(part.sku, None)
    both = [*offer.components, *parts.values()]
    held = [part for part in both if not await _was_counted_after(session, order, part.sku)]
    if not any(part.sku in parts for part in held):
        return None
    return Resolved(offer=None, components=tuple(held), sure=False)


def is_misnamed(line: LineSnapshot, offer: Offer) -> bool:
    """Whether a line goes by the name of a variation, and by a SKU that is none of its own."""
    by_name = offer.ref.channel is Channel.ETSY and offer.ref.variant != ""
    return by_name and line.sku != "" and not offer.may_be_typed(line.sku)


async def _or_a_twin(
    session: AsyncSession, order: OrderSnapshot, offer: Offer, meaning: Resolved | None
) -> Resolved | None:
    """An offer that is proposed to be another's twin holds its pieces too, until a person has said.

    Of what was sold before those were counted, nobody knows whether that figure told of it.
    """
    parts = {}
    for pair in await proposals.open_of(session, offer.id):
        for part in pair.other(offer.id).components:
            if not await _was_counted_after(session, order, part.sku):
                parts[part.sku] = part
    if not parts:
        return meaning
    if meaning is not None and meaning.inside is Inside.NO:
        parts |= {part.sku: part for part in meaning.components}
    return Resolved(offer=None, components=tuple(parts.values()), sure=False, anew=True)


async def _by_sku(
    session: AsyncSession, order: OrderSnapshot, line: LineSnapshot
) -> Resolved | None:
    """An item or a set by its exact SKU; not sure where several offers of the shop are typed so."""
    if not line.sku:
        return None
    typed_so = await offers.typed(session, order.shop, line.sku)
    components = await _labelled(session, Sku(line.sku), typed_so)
    if not components:
        return None
    counted = [await _was_counted_after(session, order, part.sku) for part in components]
    return Resolved(
        offer=None,
        components=components,
        inside=_inside(all(counted)),
        sure=_is_only_one(typed_so, line),
    )


def _is_only_one(typed_so: Sequence[Offer], line: LineSnapshot) -> bool:
    """Whether a SKU leaves one offer to mean: among those there are, and in the line's own listing.

    One that was deleted may have been made anew; its own products are told apart by that no better.
    """
    there = sum(not offer.gone for offer in typed_so)
    mine = sum(line.ref is not None and one.ref.listing == line.ref.listing for one in typed_so)
    return max(there, mine) <= 1


async def _labelled(
    session: AsyncSession, sku: Sku, typed_so: Sequence[Offer]
) -> Sequence[Component]:
    """What is sold under a SKU: the pieces of the shop's sets that are typed so, else the item.

    A set was most often taken for an item before it was composed, and that has no stock. One that
    was deleted tells still what its orders took, unless an offer sells an item of its name by now.
    """
    living = [offer for offer in typed_so if not offer.gone and offer.components]
    if any(map(sets.is_set, living)):
        return tuple({part.sku: part for one in living for part in one.components}.values())
    selling = await offers.of_skus(session, [sku])
    deleted = [offer for offer in typed_so if offer.gone and sets.is_set(offer)]
    if deleted and all(offer.gone for offer in selling):
        return deleted[-1].components
    elsewhere = (await sets.among(session, [sku])).get(sku)
    if elsewhere:
        return tuple(Component(sku=part, quantity=many) for part, many in elsewhere.items())
    return () if await items.by_sku(session, sku) is None else (Component(sku=sku),)


async def _was_counted_after(session: AsyncSession, order: OrderSnapshot, sku: Sku) -> bool:
    """Whether the item's first figures were read after the order, so that it is inside them."""
    counted_at = await _counted_at(session, order, sku)
    return counted_at is not None and order.created_at <= counted_at


async def _counted_at(session: AsyncSession, order: OrderSnapshot, sku: Sku) -> datetime | None:
    """By the shop's own clock if it sells the item singly, else by another's, else by ours."""
    singly = [offer for offer in await offers.of_skus(session, [sku]) if _is_single(offer)]
    read = [(offer.ref.shop, offer.baseline.until) for offer in singly if offer.baseline]
    own = [at for shop, at in read if shop == order.shop]
    if read:
        return min(own or [at for _, at in read])
    return await items.opened_at(session, sku)


def _is_single(offer: Offer) -> bool:
    return bool(offer.components) and not sets.is_set(offer)
