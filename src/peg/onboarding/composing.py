"""What a sale of an offer takes: a set is its pieces, and has no stock of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, locations, offers, sets
from peg.catalog.offers import Offer
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Sku
from peg.domain.offer import Reading, RemoteOffer
from peg.domain.stock import Cause
from peg.ledger import book, places, queries, questions
from peg.ledger.book import Posting
from peg.ledger.order_lines import Component
from peg.ledger.pieces_asked import DISAGREES
from peg.ledger.settling import settle
from peg.ledger.unknown import unknown_sku
from peg.onboarding.adopting import adopt, begin_offers
from peg.onboarding.agreement import Side, lies
from peg.onboarding.matching import Match
from peg.propagation.retarget import retarget


class NoParts(PegError):
    """A sale of an offer takes something."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self) -> None:
        super().__init__(
            "say which pieces a sale takes, such as `peg match compose 12 NECK-7 EARR-7` or, for a"
            " pair sold as two, `peg match compose 12 STUD-3=2`"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What became of the item that the offer was taken for before.

    Attributes:
        written_off: pieces of a set, which were no pieces of their own: they count no more.
        left: pieces that no offer sells now, and of which only a person knows whether they exist.
        also_sold_by: other offers that sell it still: it keeps its stock.
        asked: pieces of which the offer shows another figure than the book: the lower one holds,
            until a person has said which is right.
    """

    written_off: Mapping[Sku, int] = field(default_factory=dict)
    left: Mapping[Sku, int] = field(default_factory=dict)
    also_sold_by: Sequence[Offer] = ()
    asked: Sequence[Sku] = ()


async def compose(
    session: AsyncSession,
    offer: Offer,
    parts: Mapping[Sku, int],
    shown: Reading,
    *,
    who: str,
    now: datetime,
) -> Composed:
    """Say that a sale of the offer takes these items, so many of each.

    An offer that PEG keeps in step already goes on as it stood; another begins with what it shows.
    If that is one piece of an item that the book counts, both figures are heard, as in an import.

    Raises:
        UnknownSku: no such item; nothing is changed.
    """
    known = await items.by_skus(session, list(parts))
    for sku in parts:
        if sku not in known:
            raise await unknown_sku(session, sku)
    if not offer.components and list(parts.values()) == [1]:
        (sku,) = parts
        match = Match(sku=sku, refs=(offer.ref,))
        adopted = await adopt(session, [match], {offer.ref: as_shown(offer, shown)}, now=now)
        return Composed(asked=adopted.asked)
    components = [Component(sku=sku, quantity=count) for sku, count in sorted(parts.items())]
    if offer.components:
        await offers.map_to(session, {offer.id: components})
    else:
        await begin_offers(session, {offer.id: shown}, {offer.id: components})
    # Nothing is counted by what it shows: whether an order is inside, its parts' figures tell.
    await offers.set_baselines(session, {offer.id: None})
    counts = lies(
        Side(
            shop=offer.ref.shop,
            reading=shown,
            places=await locations.of_shop(session, offer.ref.shop),
        )
    )
    await settle(session, dict.fromkeys(parts, counts), now=now)
    composed = await _let_go(session, offer, parts, who=who, now=now)
    await retarget(session, parts, now=now)
    return composed


def as_shown(offer: Offer, shown: Reading) -> RemoteOffer:
    """An offer that is known, as it stands on its shop now."""
    return RemoteOffer(
        ref=offer.ref,
        reading=shown,
        title=offer.title,
        sku=offer.sku_as_typed,
        options=offer.options,
        price=offer.price,
    )


async def _let_go(
    session: AsyncSession, offer: Offer, parts: Mapping[Sku, int], *, who: str, now: datetime
) -> Composed:
    """The offer sells no more what it was taken for; a set that nothing else sells has no stock."""
    is_set = sets.takes_several(parts)
    written_off: dict[Sku, int] = {}
    left: dict[Sku, int] = {}
    also_sold_by: list[Offer] = []
    for sku in sorted({part.sku for part in offer.components} - parts.keys()):
        others = [one for one in await offers.of_skus(session, [sku]) if not one.gone]
        also_sold_by += others
        if others:
            continue
        available = max(0, (await queries.position(session, sku)).level.available)
        if is_set:
            await _write_off(session, offer, sku, available, who=who, now=now)
            await questions.withdraw(session, DISAGREES, sku, now=now)
        (written_off if is_set else left)[sku] = available
    return Composed(written_off=written_off, left=left, also_sold_by=also_sold_by)


async def _write_off(
    session: AsyncSession, offer: Offer, sku: Sku, available: int, *, who: str, now: datetime
) -> None:
    postings = [
        Posting(
            sku=sku,
            location=location,
            on_hand=-pieces,
            cause=Cause.CORRECTED,
            source=who,
            reference=f"offer {offer.id}",
            happened_at=now,
            note=f"{offer.title!r} is counted as its parts from now on",
        )
        for location, pieces in (await places.spread(session, sku, available)).items()
    ]
    await book.post(session, postings, now=now)
