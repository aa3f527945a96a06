"""What a sale of an offer takes: a set is its pieces, and has no stock of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, locations, offers
from peg.catalog.offers import Offer
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Sku
from peg.domain.offer import Reading, RemoteOffer
from peg.ledger.line_meaning import Component
from peg.ledger.settling import settle
from peg.ledger.unknown import unknown_sku
from peg.onboarding.adopting import adopt, begin_offers
from peg.onboarding.agreement import Side, lies
from peg.onboarding.former import Former, bring_back, let_go
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


class TakenForAPiece(PegError):
    """What is to be a set is a piece of its own to the book, which would be written off."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, offer: Offer, pieces: Mapping[Sku, int]) -> None:
        booked = ", ".join(f"{many} x {sku}" for sku, many in sorted(pieces.items()))
        super().__init__(
            f"offer {offer.id} is {offer.name!r} on {offer.ref.channel}, and the book has {booked}"
            " that nothing else sells. A set has no stock of its own: that comes off the book."
            " Nothing is done yet: add `--yes` if it is the right offer"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed(Former):
    """What composing did; of the items that the offer was taken for before, see `Former`.

    Attributes:
        offer: as it was before.
        brought_back: pieces of it that an earlier composing had written off: they count again.
        asked: pieces of which the offer shows another figure than the book: the lower one holds,
            until a person has said which is right.
    """

    offer: Offer
    brought_back: Mapping[Sku, int] = field(default_factory=dict)
    asked: Sequence[Sku] = ()


async def compose(
    session: AsyncSession,
    offer: Offer,
    parts: Mapping[Sku, int],
    shown: Reading,
    *,
    who: str,
    now: datetime,
    sure: bool = False,
) -> Composed:
    """Say that a sale of the offer takes these items, so many of each.

    An offer that PEG keeps in step already goes on as it stood; another begins with what it shows.
    If that is one piece of an item that the book counts, both figures are heard, as in an import.
    What an earlier composing took off the book by mistake is put back.

    Raises:
        UnknownSku: no such item; nothing is changed.
        TakenForAPiece: pieces would come off the book, and nobody is `sure`; commit nothing then.
    """
    known = await items.by_skus(session, list(parts))
    for sku in parts:
        if sku not in known:
            raise await unknown_sku(session, sku)
    if not offer.components and list(parts.values()) == [1]:
        (sku,) = parts
        match = Match(sku=sku, refs=(offer.ref,))
        adopted = await adopt(session, [match], {offer.ref: as_shown(offer, shown)}, now=now)
        return Composed(offer=offer, asked=adopted.asked)
    components = [Component(sku=sku, quantity=count) for sku, count in sorted(parts.items())]
    if offer.components:
        await offers.map_to(session, {offer.id: components})
    else:
        await begin_offers(session, {offer.id: shown}, {offer.id: components})
    # Nothing is counted by what it shows: whether an order is inside, its parts' figures tell.
    await offers.set_baselines(session, {offer.id: None})
    brought_back = await bring_back(session, offer, parts, who=who, now=now)
    counts = lies(
        Side(
            shop=offer.ref.shop,
            reading=shown,
            places=await locations.of_shop(session, offer.ref.shop),
        )
    )
    await settle(session, dict.fromkeys(parts, counts), now=now)
    former = await let_go(session, offer, parts, who=who, now=now)
    pieces = {sku: many for sku, many in former.written_off.items() if many}
    if pieces and not sure:
        raise TakenForAPiece(offer, pieces)
    await retarget(session, parts, now=now)
    return Composed(
        offer=offer,
        brought_back=brought_back,
        written_off=former.written_off,
        left=former.left,
        also_sold_by=former.also_sold_by,
    )


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
