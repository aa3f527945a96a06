"""What a reading tells of offers that sell whatever their figure says, and who hears of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell_once
from peg.bus.outbox import stage
from peg.catalog import mirror, sells_on
from peg.catalog.offers import Offer
from peg.domain.identity import OfferRef
from peg.domain.messages import Alert, OfferDrifted
from peg.domain.offer import Reading, Shelf

log = structlog.get_logger()

ALONE_MAX = 3
"""More of one shop at once are told of together: somebody has changed many with one click."""


async def note(
    session: AsyncSession,
    known: Mapping[OfferRef, Offer],
    readings: Sequence[Reading],
    *,
    now: datetime,
) -> Collection[OfferRef]:
    """Keep which offers sell on, as they were read; those whose figures cannot be judged now.

    What is not counted has no figure to be explained. What is counted again shows a figure that
    none of its sales has moved meanwhile: it tells nothing of the shelf, is believed to be what
    the shop shows, and driven to what the book has. A person's edit would look the same, and a
    piece that was sold there would come back on sale.
    """
    silent = set()
    changed = False
    for reading in readings:
        offer = known.get(reading.ref)
        if offer is None:
            continue
        there = reading.shelf is not Shelf.GONE
        if not (reading.tracked and offer.tracked):
            silent.add(reading.ref)
        if there and _moved(offer, reading):
            changed = True
            await _keep(session, offer, reading, now=now)
    if changed:
        await tell(session, now=now)
    return silent


async def tell(session: AsyncSession, *, now: datetime) -> None:
    """Alarm about offers of known pieces that have begun to sell on, each once until it is over.

    Whoever ticks the alarm off has read it, and sells so on purpose: it does not come again.
    """
    fresh = sorted(await sells_on.newly(session), key=lambda one: (one.ref.shop, one.id))
    for shop, offers in groupby(fresh, key=lambda one: one.ref.shop):
        mine = list(offers)
        if len(mine) > ALONE_MAX:
            sentence = _sentence(mine[0], f" and {len(mine) - 1} more")
            await tell_once(
                session, Alert(name="sells_on", subject=shop, sentence=sentence), now=now
            )
            continue
        for one in mine:
            alert = Alert(name="sells_on", subject=str(one.id), sentence=_sentence(one))
            await tell_once(session, alert, now=now)


def _moved(offer: Offer, reading: Reading) -> bool:
    return (reading.tracked, reading.oversells) != (offer.tracked, offer.oversells)


async def _keep(session: AsyncSession, offer: Offer, reading: Reading, *, now: datetime) -> None:
    tracked, oversells = reading.tracked, reading.oversells
    await sells_on.note(session, offer.id, tracked=tracked, oversells=oversells)
    log.info("offer.sells_on", offer=offer.id, tracked=tracked, oversells=oversells)
    if not offer.components or tracked == offer.tracked:
        return
    if tracked:
        await mirror.begin_with(session, {offer.id: reading})
    await stage(session, OfferDrifted(shop=offer.ref.shop, offer=offer.id), now=now)


def _sentence(offer: Offer, more: str = "") -> str:
    if offer.tracked:
        why, click = "sells", 'on when none is left: untick "Continue selling when out of stock"'
    else:
        why, click = "does not count", 'any more: tick "Track quantity"'
    listed = ", `peg offers --unknown` lists them" if more else ""
    shop = offer.ref.channel.capitalize()
    return (
        f"{shop} {why} {offer.name!r}{more} {click} in its admin{listed}. Until then"
        " no figure of PEG's stops a sale there, and what is sold elsewhere may be sold once more"
    )
