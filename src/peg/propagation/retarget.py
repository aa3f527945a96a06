"""Compute anew what offers should show, after anything that bears on it has changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers, rules
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction
from peg.domain.identity import Channel, OfferId, Sku
from peg.ledger import queries
from peg.marketplaces import etsy
from peg.propagation import undone, withheld
from peg.propagation.board import set_aims
from peg.propagation.targets import Aim, Limits, Supply, aim

QUANTITY_MAX = {Channel.ETSY: etsy.QUANTITY_MAX}
"""More than that a channel does not take, however much there is."""

OFFERS_PER_LOOK_MAX = 500
"""SQLite limits the variables of one statement."""


async def retarget(
    session: AsyncSession, skus: Iterable[Sku], *, now: datetime
) -> Sequence[OfferId]:
    """Give every offer that any of these items is part of its newest target.

    Returns the offers whose target changed.
    """
    require_transaction(session)
    return await retarget_offers(session, await offers.of_skus(session, sorted(skus)), now=now)


async def retarget_offers(
    session: AsyncSession, affected: Sequence[Offer], *, now: datetime
) -> Sequence[OfferId]:
    """Give these offers their newest targets; the ones that changed."""
    live = _live(affected)
    aims = await _aims(session, live)
    shops = {offer.id: offer.ref.shop for offer in live}
    return await set_aims(
        session, {offer: (shops[offer], wanted) for offer, wanted in aims.items()}, now=now
    )


async def aims_before_undoing(
    session: AsyncSession, wanted: Sequence[Offer]
) -> Mapping[OfferId, Aim]:
    """What these offers should show if no write had been undone."""
    return await _aims(session, _live(wanted), heeds_undone=False)


async def aims_unwithheld(session: AsyncSession, wanted: Sequence[Offer]) -> Mapping[OfferId, Aim]:
    """What these offers should show if nothing kept them off sale beside the book."""
    return await _aims(session, _live(wanted), heeds_withheld=False)


async def stranded(session: AsyncSession) -> Sequence[Offer]:
    """Offers that show nothing although there are pieces: none lies where their shop sells from."""
    live = _live(await offers.everything(session))
    aims = await _aims(session, live)
    return [offer for offer in live if aims[offer.id].stranded]


def _live(wanted: Sequence[Offer]) -> list[Offer]:
    return [one for one in wanted if one.components and one.tracked and not one.gone]


async def _aims(
    session: AsyncSession,
    live: Sequence[Offer],
    *,
    heeds_undone: bool = True,
    heeds_withheld: bool = True,
) -> Mapping[OfferId, Aim]:
    aims: dict[OfferId, Aim] = {}
    for start in range(0, len(live), OFFERS_PER_LOOK_MAX):
        part = live[start : start + OFFERS_PER_LOOK_MAX]
        aims |= await _some_aims(
            session, part, heeds_undone=heeds_undone, heeds_withheld=heeds_withheld
        )
    return aims


async def _some_aims(
    session: AsyncSession, live: Sequence[Offer], *, heeds_undone: bool, heeds_withheld: bool
) -> Mapping[OfferId, Aim]:
    skus = {component.sku for offer in live for component in offer.components}
    levels = await queries.levels_of(session, sorted(skus))
    places = await mirror.places_of(session, live)
    limits = await rules.limits_of(session, live)
    ids = [offer.id for offer in live]
    back = await undone.of_offers(session, ids) if heeds_undone else {}
    reasons = await withheld.of_offers(session, ids) if heeds_withheld else {}
    aims = {}
    for offer in live:
        supplies = [
            Supply(need=component.quantity, levels=levels.get(component.sku, {}))
            for component in offer.components
        ]
        rule = limits[offer.id]
        caps = [rule.cap, QUANTITY_MAX.get(offer.ref.channel)]
        cap = min((one for one in caps if one is not None), default=None)
        most = {one.place: one.quantity for one in back.get(offer.id, ())}
        limit = Limits(
            buffer=rule.buffer or 0, cap=cap, withheld=reasons.get(offer.id, ()), undone=most
        )
        aims[offer.id] = aim(supplies, places[offer.id], limit)
    return aims
