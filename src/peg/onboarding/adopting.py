"""Take matched offers under PEG's care: item, mapping, first figures, targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import findings, items, locations, mirror, offers
from peg.db.transaction import require_transaction
from peg.domain.baseline import Baseline, Inside
from peg.domain.identity import LocationId, OfferId, OfferRef, ShopId, Sku
from peg.domain.offer import Reading, RemoteOffer, Shelf
from peg.domain.stock import NOTHING
from peg.intake import sells_on
from peg.ledger import kept, queries
from peg.ledger.line_meaning import Component
from peg.ledger.pieces_asked import ask_how_many
from peg.onboarding import counting, unmatched_sales
from peg.onboarding.agreement import Agreement, Side, agree
from peg.onboarding.matching import Match
from peg.onboarding.new_items import item_of
from peg.propagation.retarget import retarget

TAKEN_OFF = {Shelf.WITHDRAWN, Shelf.SWITCHED_OFF}
"""Its owner took it off sale before PEG knew of it: PEG leaves it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What became of one batch: new items, newly mapped offers, and items that must be asked of."""

    items: int
    offers: int
    asked: Sequence[Sku]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What adopting one match does.

    Attributes:
        new: the item is not in the book yet.
        fresh: its offers that are mapped to no item yet.
        agreement: what those show and, of a known item, the book has.
    """

    sku: Sku
    new: bool
    fresh: Sequence[OfferRef]
    agreement: Agreement


async def keep(
    session: AsyncSession, found: Sequence[RemoteOffer], *, now: datetime
) -> Mapping[OfferRef, OfferId]:
    """Keep offers as found, and link the marketplace's places to ours. Nothing is counted yet."""
    require_transaction(session)
    for shop in sorted({offer.ref.shop for offer in found}):
        places = {
            place for offer in found if offer.ref.shop == shop for place in offer.reading.parts
        }
        for place in sorted(places - {""}):
            await locations.link_unnamed(session, shop, place)
    known = await offers.by_refs(session, [offer.ref for offer in found])
    await sells_on.note(session, known, [offer.reading for offer in found], now=now)
    return await findings.keep(session, found, now=now)


async def foresee(
    session: AsyncSession, matches: Sequence[Match], found: Mapping[OfferRef, RemoteOffer]
) -> list[Foreseen]:
    """What adopting would do; nothing is written.

    An offer that is mapped already is left as it is, and so is the stock of an item that exists:
    if a new offer of it shows another figure, a person is asked.
    """
    known = await offers.by_refs(session, [ref for one in matches for ref in one.refs])
    before = await items.by_skus(session, [one.sku for one in matches])
    levels = await queries.levels_of(session, list(before))
    places = await _places(session, {ref.shop for one in matches for ref in one.refs})
    fresh = [
        [ref for ref in one.refs if ref not in known or not known[ref].components]
        for one in matches
    ]
    readings = {ref: found[ref].reading for refs in fresh for ref in refs}
    sold = await unmatched_sales.histories(session, fresh, known, readings)
    foreseen = []
    for one, refs, history in zip(matches, fresh, sold, strict=True):
        sides = [
            Side(shop=ref.shop, reading=readings[ref], places=places[ref.shop]) for ref in refs
        ]
        booked = None
        if one.sku in before and refs:
            everywhere = sum(levels.get(one.sku, {}).values(), start=NOTHING)
            unheard = await _unheard(session, one.sku, [readings[ref] for ref in refs])
            booked = max(0, everywhere.available) - unheard
        agreement = agree(sides, booked=booked, history=history if booked is None else {})
        foreseen.append(
            Foreseen(sku=one.sku, new=one.sku not in before, fresh=refs, agreement=agreement)
        )
    return foreseen


async def _unheard(session: AsyncSession, sku: Sku, readings: Sequence[Reading]) -> int:
    """Pieces that were sold since the book counted an item, from offers it did not know of.

    Their shop shows them no more; the book hears of them when those offers are mapped, but for
    those that it holds already.
    """
    counted_at = await items.opened_at(session, sku)
    baselines = {shown.ref: Baseline.of(shown) for shown in readings}
    return sum(
        line.units
        for line in await kept.waiting_lines(session, list(baselines), unheld=sku)
        if counted_at is not None
        and line.created_at > counted_at
        and baselines[line.ref].holds(line.created_at, heard_at=line.heard_at) is not Inside.NO
    )


async def adopt(
    session: AsyncSession,
    matches: Sequence[Match],
    found: Mapping[OfferRef, RemoteOffer],
    *,
    now: datetime,
) -> Adopted:
    """Map offers to their items and begin to count those that are new, as `foresee` says."""
    require_transaction(session)
    todo = [one for one in await foresee(session, matches, found) if one.fresh]
    new = [one for one in todo if one.new]
    opened = [item_of(one.sku, [found[ref] for ref in one.fresh]) for one in new]
    await items.open_all(session, opened, now=now)
    known = await offers.by_refs(session, [ref for one in todo for ref in one.fresh])
    await begin_offers(
        session,
        {known[ref].id: found[ref].reading for one in todo for ref in one.fresh},
        {known[ref].id: [Component(sku=one.sku)] for one in todo for ref in one.fresh},
    )
    await counting.count_new(session, {one.sku: one.agreement for one in new}, now=now)
    known_before = {one.sku: one.agreement for one in todo if not one.new}
    await counting.count_known(session, known_before, now=now)
    doubtful = [one for one in todo if one.agreement.disagrees]
    for one in doubtful:
        title = found[one.fresh[0]].name
        await ask_how_many(session, one.sku, title, one.agreement.said, now=now)
    await retarget(session, [one.sku for one in matches], now=now)
    return Adopted(
        items=len(new),
        offers=sum(len(one.fresh) for one in todo),
        asked=[one.sku for one in doubtful],
    )


async def begin_offers(
    session: AsyncSession,
    readings: Mapping[OfferId, Reading],
    parts: Mapping[OfferId, Sequence[Component]],
) -> None:
    """Say what sales of offers take, and believe their readings.

    Orders sold up to a reading are inside its figures.
    """
    await offers.map_to(session, parts)
    await mirror.begin_with(session, readings)
    await offers.set_baselines(
        session, {offer: Baseline.of(shown) for offer, shown in readings.items()}
    )
    for offer, shown in readings.items():
        if shown.shelf in TAKEN_OFF:
            await offers.park(session, offer)


async def _places(
    session: AsyncSession, shops: set[ShopId]
) -> Mapping[ShopId, Mapping[str, LocationId]]:
    return {shop: await locations.of_shop(session, shop) for shop in sorted(shops)}
