"""Listings made since the import, of which PEG keeps no figure: told where that is a danger."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import sentence_of, tell, tell_once
from peg.catalog import items, offers
from peg.domain.identity import ShopId, Sku, fold_sku, usable_sku
from peg.domain.messages import Alert
from peg.domain.offer import RemoteOffer
from peg.domain.offer_name import offer_name
from peg.ledger import queries

SOLD = "whoever buys it there buys what is sold, or not there"


def subject_of(shop: ShopId, listing: str) -> str:
    """One alert tells of a whole listing."""
    return f"{shop}/{listing}"


async def warn(session: AsyncSession, remote: RemoteOffer, *, now: datetime) -> None:
    """Tell of one that is on sale under the SKU of a piece in the book: it may be sold twice.

    Where none of that is left, what it shows is sold or not there, and that is told anew.
    """
    if not any(more > 0 for more in remote.reading.shown().values()):
        return
    sku = await _piece_of(session, remote)
    if sku is None:
        return
    name, channel = offer_name(remote.title, remote.options), remote.ref.channel
    is_left = (await queries.position(session, sku)).level.available > 0
    may_be = f"so that {sku} may be sold a second time"
    danger = may_be if is_left else f"and none of {sku} is left: {SOLD}"
    sentence = (
        f"{name!r} is for sale on {channel} with the SKU {remote.sku!r} of a piece that PEG knows,"
        " and was made or renamed since the last import: what is sold elsewhere is not taken off"
        f" there, {danger}. Run `peg import`, which matches it by its SKU; or take it off sale"
        " there"
    )
    subject = subject_of(remote.ref.shop, remote.ref.listing)
    alert = Alert(name="listing_unknown", subject=subject, sentence=sentence)
    told = await sentence_of(session, alert.name, subject)
    is_worse = not is_left and told is not None and SOLD not in told
    await (tell if is_worse else tell_once)(session, alert, now=now)


async def _piece_of(session: AsyncSession, remote: RemoteOffer) -> Sku | None:
    """The piece whose SKU is typed there, whatever its case and spaces."""
    typed = usable_sku(remote.sku)
    if typed is not None and await items.by_sku(session, typed) is not None:
        return typed
    meant = usable_sku(fold_sku(remote.sku))
    alike = [] if meant is None else await offers.typed_alike(session, None, meant)
    return next((part.sku for one in alike for part in one.components), None)
