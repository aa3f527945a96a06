"""Take matched offers under PEG's care: item, mapping, first figures, targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, locations, mirror, offers
from peg.catalog.items import Item
from peg.db.transaction import require_transaction
from peg.domain.gem_sku import parse_gem_sku
from peg.domain.identity import LocationId, OfferId, OfferRef, ShopId, Sku
from peg.domain.offer import Reading, RemoteOffer, Shelf
from peg.domain.stock import Cause
from peg.ledger import book, queries, questions
from peg.ledger.book import Posting
from peg.ledger.order_lines import Component
from peg.onboarding.agreement import Side, agree
from peg.onboarding.matching import Match
from peg.propagation.retarget import retarget

DISAGREES = "stock_disagrees"
"""The kind of the question that is asked when two shops show different figures at import."""

ONE_OF_A_KIND = frozenset({"one of a kind", "one-of-a-kind", "ooak", "unique"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What became of one batch: new items, newly mapped offers, and items that must be asked of."""

    items: int
    offers: int
    asked: Sequence[Sku]


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
            await locations.link(session, shop, place, name=f"{shop.partition(':')[2]} {place}")
    return await offers.keep_found(session, found, now=now)


async def adopt(
    session: AsyncSession,
    matches: Sequence[Match],
    found: Mapping[OfferRef, RemoteOffer],
    *,
    now: datetime,
) -> Adopted:
    """Map offers to their items and begin to count those that are new.

    An offer that is mapped already is left as it is, and so is the stock of an item that exists:
    if a new offer of it shows another figure, a person is asked.
    """
    require_transaction(session)
    known = await offers.by_refs(session, [ref for one in matches for ref in one.refs])
    before = await items.by_skus(session, [one.sku for one in matches])
    new = [one for one in matches if one.sku not in before]
    await items.open_all(session, [_item(one, found) for one in new], now=now)
    fresh = {one: [ref for ref in one.refs if not known[ref].components] for one in matches}
    await begin_offers(
        session,
        {known[ref].id: found[ref].reading for refs in fresh.values() for ref in refs},
        {known[ref].id: [Component(sku=one.sku)] for one, refs in fresh.items() for ref in refs},
    )
    sides = await _sides(session, fresh, found)
    asked = await _count(session, {one: sides[one] for one in new}, found, now=now)
    for one in matches:
        if one.sku in before and sides[one]:
            differs = await _ask_if_other_than_known(session, one.sku, sides[one], now=now)
            asked += [one.sku] if differs else []
    await retarget(session, [one.sku for one in matches], now=now)
    return Adopted(items=len(new), offers=sum(map(len, fresh.values())), asked=asked)


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
        session,
        {offer: shown.marketplace_at or shown.begun_at for offer, shown in readings.items()},
    )
    for offer, shown in readings.items():
        if shown.shelf is Shelf.WITHDRAWN:  # its owner took it off sale: PEG leaves it there
            await offers.park(session, offer)


async def _sides(
    session: AsyncSession,
    fresh: Mapping[Match, Sequence[OfferRef]],
    found: Mapping[OfferRef, RemoteOffer],
) -> Mapping[Match, Sequence[Side]]:
    shops = {ref.shop for refs in fresh.values() for ref in refs}
    places = {shop: await locations.of_shop(session, shop) for shop in sorted(shops)}
    return {
        one: [
            Side(shop=ref.shop, reading=found[ref].reading, places=places[ref.shop]) for ref in refs
        ]
        for one, refs in fresh.items()
    }


async def _count(
    session: AsyncSession,
    sides: Mapping[Match, Sequence[Side]],
    found: Mapping[OfferRef, RemoteOffer],
    *,
    now: datetime,
) -> list[Sku]:
    """Post the first figures of new items; those of which the shops disagree."""
    agreed = {one: agree(its_sides) for one, its_sides in sides.items()}
    postings = [
        _posting(one.sku, location, pieces, reference="import", now=now)
        for one, agreement in agreed.items()
        for location, pieces in sorted(agreement.available.items())
    ]
    await book.post(session, postings, now=now)
    doubtful = [one for one, agreement in agreed.items() if agreement.disagrees]
    for one in doubtful:
        lowest = sum(agreed[one].available.values())
        title = found[one.refs[0]].title
        await _ask(session, one.sku, title, agreed[one].said, lowest, now=now)
    return [one.sku for one in doubtful]


async def _ask_if_other_than_known(
    session: AsyncSession, sku: Sku, sides: Sequence[Side], *, now: datetime
) -> bool:
    """A new offer of a known item: the lower of its figure and the book's holds until answered."""
    available = max(0, (await queries.position(session, sku)).level.available)
    agreed = agree(sides)
    shown = sum(agreed.available.values())
    if not any(side.speaks for side in sides) or shown == available:
        return False
    if shown < available:
        await _lower_book(session, sku, available - shown, now=now)
    said = {**agreed.said, ShopId("peg"): available}
    await _ask(session, sku, sku, said, min(shown, available), now=now)
    return True


async def _lower_book(session: AsyncSession, sku: Sku, pieces: int, *, now: datetime) -> None:
    left = pieces
    levels = await queries.levels(session, sku)
    for location in sorted(levels, key=lambda place: (-levels[place].available, place)):
        less = min(left, max(0, levels[location].available))
        posting = _posting(sku, location, -less, reference="a new offer shows less", now=now)
        await book.post(session, [posting], now=now)
        left -= less


async def _ask(
    session: AsyncSession,
    sku: Sku,
    title: str,
    said: Mapping[ShopId, int],
    lowest: int,
    *,
    now: datetime,
) -> None:
    figures = ", ".join(f"{shop} shows {figure}" for shop, figure in sorted(said.items()))
    options = sorted({lowest, *said.values()})
    await questions.ask(
        session,
        kind=DISAGREES,
        subject=sku,
        sentence=f"{title!r} ({sku}): {figures}. How many can be sold?",
        evidence={"said": dict(said), "taken": lowest},
        options=[str(option) for option in options],
        default=str(lowest),
        now=now,
    )


def _posting(
    sku: Sku, location: LocationId, pieces: int, *, reference: str, now: datetime
) -> Posting:
    return Posting(
        sku=sku,
        location=location,
        on_hand=pieces,
        cause=Cause.BASELINE,
        source="import",
        reference=reference,
        happened_at=now,
    )


def _item(match: Match, found: Mapping[OfferRef, RemoteOffer]) -> Item:
    remotes = [found[ref] for ref in match.refs]
    first = min(remotes, key=lambda remote: remote.ref)
    options = " / ".join(value for value in first.options.values() if value != "Default Title")
    return Item(
        sku=match.sku,
        name=f"{first.title} ({options})" if options else first.title,
        one_of_a_kind=_one_of_a_kind(remotes),
        kind=_kind(match.sku),
    )


def _kind(sku: Sku) -> str:
    """The category that a SKU names, for rules and thresholds; blank for one that names none."""
    gem = parse_gem_sku(sku)
    return gem.category if gem else ""


def _one_of_a_kind(remotes: Sequence[RemoteOffer]) -> bool:
    """As its owner tagged it; else what no shop shows more than one of.

    Wrongly so costs a question when more come in; wrongly not, a piece sold that is not there.
    """
    if any(tag.strip().lower() in ONE_OF_A_KIND for remote in remotes for tag in remote.tags):
        return True
    figures = [part.available for remote in remotes for part in remote.reading.parts.values()]
    return max(figures, default=0) <= 1
