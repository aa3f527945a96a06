"""What was renamed on Etsy since PEG looked last: followed before an import keeps what it read.

An import keeps the SKUs that it finds, and a name that another variation has by now would be kept
with that one's SKU: nobody could tell any more that it was renamed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.domain.identity import Channel, OfferRef
from peg.domain.offer import RemoteOffer
from peg.intake import renamed
from peg.intake.patience import Patience
from peg.intake.readings import Basis, without_unanswered

log = structlog.get_logger()


async def follow(
    session: AsyncSession,
    found: Mapping[OfferRef, RemoteOffer],
    basis: Basis,
    *,
    patience: Patience,
    now: datetime,
) -> dict[OfferRef, RemoteOffer]:
    """Know by their new names what was renamed; what an import may keep, and match, of all it read.

    Nothing of a listing whose variations cannot be renamed yet, since one of them is being written.
    """
    if not basis:
        return dict(found)  # nothing is known by any name
    shown = [remote.reading for remote in found.values()]
    answered = await without_unanswered(session, basis)
    await renamed.follow(session, shown, answered, patience=patience, now=now)
    waiting = await renamed.not_followed(session, shown)
    for shop, listing in sorted(waiting):
        log.warning("import.listing_waits", shop=shop, listing=listing)
    return {ref: remote for ref, remote in found.items() if (ref.shop, ref.listing) not in waiting}


async def with_known_skus(
    session: AsyncSession, found: Mapping[OfferRef, RemoteOffer]
) -> dict[OfferRef, RemoteOffer]:
    """The same, where a variation has the SKU of another one of its listing with its own instead.

    Nobody knows then which of the two it is, and a sale of it is asked about: both go on being
    known by the SKUs that they had.
    """
    typed: dict[tuple[str, str], set[str]] = {}
    known = {
        ref: offer
        for ref, offer in (await offers.by_refs(session, list(found))).items()
        if ref.channel is Channel.ETSY and ref.variant
    }
    for ref, offer in known.items():
        typed.setdefault((ref.shop, ref.listing), set()).add(offer.sku_as_typed)
    return {
        ref: replace(remote, sku=known[ref].sku_as_typed)
        if ref in known
        and known[ref].components
        and not known[ref].may_be_typed(remote.sku)
        and remote.sku in typed[ref.shop, ref.listing]
        else remote
        for ref, remote in found.items()
    }
