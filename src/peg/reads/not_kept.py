"""What PEG does not keep in step, why, and what ends that: one definition, for lists and pages."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import not_kept as catalog
from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.catalog.proposals import OpenPair
from peg.domain.identity import OfferId, ShopId, Sku, fold_sku, usable_sku
from peg.shops import directory

NAMED_MAX = 3
"""So many are named where more than a number is to be told and a list is not asked for."""


class Why(StrEnum):
    """Why the figure of an offer is not kept true."""

    PAIR = "pair"  # it may be the same piece as another: a person is asked
    NOT_COUNTED = "not_counted"  # its shop does not count it
    COUNTED_NO_MORE = "counted_no_more"  # nor this one, which PEG keeps otherwise
    SELLS_ON = "sells_on"  # its shop sells it on when none is left, whatever it shows
    SKU_DOUBLED = "sku_doubled"  # several offers of its shop carry it
    NO_SKU = "no_usable_sku"  # none that both marketplaces can carry
    NOT_IMPORTED = "not_imported"  # a shop, or an offer, cannot be read: no more is in its way


class NotKept(BaseModel):
    """One offer that PEG does not keep in step; `remedy` says what ends that.

    Attributes:
        pair: the number of the surest pair with it that is open.
    """

    offer: OfferId
    shop: ShopId
    title: str
    options: dict[str, str]
    sku_as_typed: str
    why: Why
    pair: int | None
    remedy: str


class Few(BaseModel):
    """So many, and the first of them by name."""

    count: int
    names: list[str]


class Glance(BaseModel):
    """What waits to be matched, in short.

    Attributes:
        pairs: open, the surest first.
        offers: not kept in step, those of open pairs apart.
        by_shop: how many offers of each are not kept in step, those of open pairs among them.
    """

    pairs: Few
    offers: Few
    by_shop: dict[ShopId, int]


async def not_kept(session: AsyncSession) -> Sequence[NotKept]:
    """Every such offer of the connected shops, by its number."""
    open_pairs = _by_offer(await proposals.open_pairs(session))
    known = await offers.by_ids(session, list(await _not_kept(session)))
    doubled = await catalog.doubled_skus(session)
    return [_told(one, open_pairs.get(one.id), doubled) for one in known.values()]


async def typed(session: AsyncSession, sku: Sku) -> Sequence[NotKept]:
    """Those whose SKU is typed so, of which nobody knows what they sell."""
    alike = [one for one in await offers.typed_alike(session, None, sku) if not one.components]
    if not alike:
        return []
    wanted = {one.id for one in alike}
    return [one for one in await not_kept(session) if one.offer in wanted]


async def at_a_glance(session: AsyncSession) -> Glance:
    """How many there are, and the first by name: cheap, whatever their number."""
    pairs = await proposals.open_pairs(session)
    found = await _not_kept(session)
    paired = _by_offer(pairs)
    others = [key for key in found if key not in paired]
    first = [one.etsy for one in pairs[:NAMED_MAX]], others[:NAMED_MAX]
    known = await offers.by_ids(session, [key for keys in first for key in keys])
    names = [[known[key].short_name for key in keys] for keys in first]
    return Glance(
        pairs=Few(count=len(pairs), names=names[0]),
        offers=Few(count=len(others), names=names[1]),
        by_shop=dict(Counter(found.values())),
    )


async def _not_kept(session: AsyncSession) -> Mapping[OfferId, ShopId]:
    left = await directory.disconnected(session)
    found = await catalog.not_kept(session)
    return {key: shop for key, shop in found.items() if shop not in left}


def _by_offer(pairs: Sequence[OpenPair]) -> Mapping[OfferId, int]:
    """The surest pair of each offer."""
    return {offer: one.id for one in reversed(pairs) for offer in (one.shopify, one.etsy)}


def _told(offer: Offer, pair: int | None, doubled: Collection[tuple[ShopId, str]]) -> NotKept:
    why = _why(offer, pair, doubled)
    return NotKept(
        offer=offer.id,
        shop=offer.ref.shop,
        title=offer.title,
        options=dict(offer.options),
        sku_as_typed=offer.sku_as_typed,
        why=why,
        pair=pair,
        remedy=_REMEDIES[why].format(pair=pair, offer=offer.id, sku=offer.sku_as_typed),
    )


def _why(offer: Offer, pair: int | None, doubled: Collection[tuple[ShopId, str]]) -> Why:
    if not offer.tracked:
        return Why.COUNTED_NO_MORE if offer.components else Why.NOT_COUNTED
    if offer.components:
        return Why.SELLS_ON
    if pair is not None:
        return Why.PAIR
    if (offer.ref.shop, fold_sku(offer.sku_as_typed)) in doubled:
        return Why.SKU_DOUBLED
    return Why.NO_SKU if usable_sku(offer.sku_as_typed) is None else Why.NOT_IMPORTED


_REMEDIES = {
    Why.PAIR: "may be the same piece as on the other shop: `peg match` (pair {pair})",
    Why.NOT_COUNTED: "not counted there: turn tracking on, then `peg import`",
    Why.COUNTED_NO_MORE: 'sells without end, not counted there: tick "Track quantity" there, and'
    " PEG keeps it again",
    Why.SELLS_ON: 'sells on at zero: untick "Continue selling when out of stock" there',
    Why.SKU_DOUBLED: "several offers are typed {sku!r}: mend that there, then `peg import`; or say"
    " which piece it is, `peg match compose {offer} SKU`",
    Why.NO_SKU: "no SKU that both shops can carry: type one there, then `peg import`; or say which"
    " piece it is, `peg match compose {offer} SKU`",
    Why.NOT_IMPORTED: "`peg import` takes it in, once every shop and offer there can be read",
}
