"""What each shop shows of each offer, and what it should."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import findings, mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.findings import Finding
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId, Sku
from peg.domain.offer import Shelf
from peg.ledger import queries
from peg.propagation import board
from peg.propagation.board import Standing
from peg.propagation.pauses import pause_of
from peg.reconciliation.behind import why_behind
from peg.reconciliation.compare import Behind, CauseClass
from peg.shops import directory


class Part(BaseModel):
    """One item that a sale of the offer takes, and how many of it."""

    sku: Sku
    quantity: int


class OfferRow(BaseModel):
    """One sellable unit on one shop.

    `options` tell which variant of its listing it is, such as its size; empty where it is the only
    one. `shown` and `target` are pieces by the marketplace's place; `target` is null while the
    offer is mapped to no item; until then `shown` is what the import read at `found_at`, and empty
    where the shop does not count it. `in_step`: the shop was seen to show the newest target; null
    while there is none, since it is not kept. `tracked`: the shop counts it; PEG cannot keep true
    what is not counted. `oversells`: it is sold on when none is left, whatever it shows.
    `connected`: a person did not take its shop out. `stopped`: why nothing is written to its shop
    now, null where that goes on. `refused`: the marketplace refuses to change it, `last_outcome`
    says why. `question`: it waits for the answer to this one. `tries`: so often it was driven to
    its newest target in vain.
    """

    id: OfferId
    shop: ShopId
    listing: str
    variant: str
    title: str
    options: dict[str, str]
    sku_as_typed: str
    parts: list[Part]
    price: str
    shown: dict[str, int]
    found_at: datetime | None
    shelf: str | None
    target: dict[str, int] | None
    why: list[str]
    connected: bool
    stopped: str | None
    in_step: bool | None
    refused: bool
    question: int | None
    tries: int
    tracked: bool
    oversells: bool
    parked: bool
    gone: bool
    changed_at: datetime | None
    last_outcome: str | None


async def all_offers(
    session: AsyncSession,
    *,
    shop: str | None = None,
    sku: Sku | None = None,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[OfferRow]:
    """Every offer, those of one shop, or those of one item; a page of them by their ids.

    Of an item are those that sell it, and those it is typed on.

    Raises:
        UnknownShop: no such shop is connected.
        UnknownSku: no such item, and it is typed nowhere.
    """
    of_shop = None if shop is None else (await directory.named(session, shop)).id
    found = await offers.page(session, shop=of_shop, sku=sku, after=after, limit=limit)
    if sku is not None and not found and not after:
        await queries.position(session, sku)
    return await rows_of(session, found)


async def rows_of(session: AsyncSession, found: Sequence[Offer]) -> Sequence[OfferRow]:
    """Offers with what is believed to be shown of them and what should be."""
    ids = [offer.id for offer in found]
    known = await mirror.expected_of(session, ids)
    at_import = await findings.of_offers(session, [key for key in ids if key not in known])
    standings = await board.standings(session, ids)
    left = await directory.disconnected(session)
    stopped = await _stopped(session)
    asked = await _asked(session, standings, known)
    return [
        _row(
            offer,
            _shown(offer, known.get(offer.id, {}), at_import.get(offer.id)),
            standings.get(offer.id) if offer.tracked else None,
            connected=offer.ref.shop not in left,
            stopped=stopped.get(offer.ref.shop),
            question=asked.get(offer.id),
        )
        for offer in found
    ]


async def _asked(
    session: AsyncSession,
    standings: Mapping[OfferId, Standing],
    known: Mapping[OfferId, Mapping[str, Expectation]],
) -> Mapping[OfferId, int]:
    """The offers that are not driven before a person has answered, each with its question."""
    waits: dict[OfferId, Behind] = {}
    for shop in sorted({one.shop for one in standings.values() if one.dirty}):
        mine = {key: one for key, one in standings.items() if one.shop == shop}
        waits |= await why_behind(session, shop, mine, known)
    return {
        key: one.evidence["question"] for key, one in waits.items() if one.cause is CauseClass.ASKED
    }


async def _stopped(session: AsyncSession) -> Mapping[ShopId, str]:
    """The shops that nothing is written to, each with what ends that."""
    found = {}
    for shop in await directory.all_shops(session):
        if not shop.status.reachable:
            found[shop.id] = f"no access: `peg connect {shop.channel}`"
        elif (pause := await pause_of(session, shop.id)) is not None:
            found[shop.id] = f"paused: `peg resume {pause.scope}`"
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """What buyers find of an offer: as the mirror has it, or as an import found it `at`."""

    pieces: Mapping[str, int]
    shelf: Shelf | None = None
    at: datetime | None = None


def _shown(offer: Offer, known: Mapping[str, Expectation], at_import: Finding | None) -> _Shown:
    if not offer.tracked and not offer.gone:
        return _Shown({})
    if known:
        shelf = Shelf.GONE if offer.gone else next(one.shelf for one in known.values())
        listed = shelf is Shelf.LISTED
        return _Shown({place: one.quantity if listed else 0 for place, one in known.items()}, shelf)
    if at_import is None:
        return _Shown({})
    if offer.gone:
        return _Shown(dict.fromkeys(at_import.shown, 0), Shelf.GONE)
    return _Shown(at_import.shown, at_import.shelf, at_import.at)


def _row(
    offer: Offer,
    shown: _Shown,
    standing: Standing | None,
    *,
    connected: bool,
    stopped: str | None,
    question: int | None,
) -> OfferRow:
    return OfferRow(
        id=offer.id,
        shop=offer.ref.shop,
        listing=offer.ref.listing,
        variant=offer.ref.variant,
        title=offer.title,
        options=dict(offer.options),
        sku_as_typed=offer.sku_as_typed,
        parts=[Part(sku=part.sku, quantity=part.quantity) for part in offer.components],
        price=str(offer.price),
        shown=dict(shown.pieces),
        found_at=shown.at,
        shelf=shown.shelf.value if shown.shelf is not None else None,
        target=dict(standing.target.quantities) if standing is not None else None,
        why=list(standing.target.why) if standing is not None else [],
        connected=connected,
        stopped=stopped,
        in_step=None if standing is None else not standing.dirty,
        refused=standing is not None and standing.dirty and standing.refused_at is not None,
        question=question,
        tries=standing.attempts if standing is not None and standing.dirty else 0,
        tracked=offer.tracked,
        oversells=offer.oversells,
        parked=offer.parked,
        gone=offer.gone,
        changed_at=standing.changed_at if standing is not None else None,
        last_outcome=standing.last_outcome if standing is not None else None,
    )
