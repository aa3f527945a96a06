"""Offers that an import does not keep in step, and why: reported, never guessed."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from peg.domain.identity import OfferRef, ShopId
from peg.domain.offer import RemoteOffer
from peg.marketplaces.port import UnreadableOffer
from peg.onboarding.matching import Matching


class Why(StrEnum):
    """Why PEG leaves an offer alone."""

    SKU_DOUBLED = "sku_doubled"  # several offers of its shop carry it
    UNTRACKED = "untracked"  # the shop does not count it
    SELLS_ON = "sells_on"  # the shop sells it on when none is left, whatever PEG writes
    NO_SKU = "no_usable_sku"  # none that both marketplaces can carry
    UNREADABLE = "unreadable"  # what its shop tells of it lacks what it must have
    SHOP_NOT_READ = "shop_not_read"  # it may be the same piece as one on a shop that was not read
    TWIN_NOT_READ = "twin_not_read"  # it may be the same piece as an offer that could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One offer that is not kept in step; `sku` as typed on its shop.

    Attributes:
        details: what more there is to say of the reason.
    """

    shop: ShopId
    listing: str
    variant: str
    title: str
    sku: str
    why: Why
    details: str = ""


def left_out(
    matching: Matching,
    found: Mapping[OfferRef, RemoteOffer],
    *,
    mapped: AbstractSet[OfferRef] = frozenset(),
) -> list[LeftOut]:
    """What was left out, by reason. One that a person has `mapped` to a piece is not.

    An offer that its shop does not count is left out whoever mapped it. One that is sold on at zero
    is kept as far as it can be, and named: PEG writes its figure, which stops nobody.
    """
    doubled = [ref for refs in matching.duplicates.values() for ref in refs if found[ref].tracked]
    reasons: list[tuple[Why, Sequence[OfferRef]]] = [
        (Why.SKU_DOUBLED, [ref for ref in doubled if ref not in mapped]),
        (Why.UNTRACKED, matching.untracked),
        (Why.NO_SKU, [ref for ref in matching.nameless if ref not in mapped]),
        (Why.SHOP_NOT_READ, matching.waiting),
        (Why.TWIN_NOT_READ, list(matching.hidden)),
    ]
    told = {ref for _, refs in reasons for ref in refs}
    sold_on = [ref for ref, one in found.items() if one.oversells and ref not in told]
    reasons.append((Why.SELLS_ON, sold_on))
    return [
        LeftOut(
            shop=ref.shop,
            listing=ref.listing,
            variant=ref.variant,
            title=found[ref].name,
            sku=found[ref].sku,
            why=why,
            details=matching.hidden.get(ref, ""),
        )
        for why, refs in reasons
        for ref in refs
    ]


def could_not_be_read(unread: Iterable[tuple[ShopId, UnreadableOffer]]) -> list[LeftOut]:
    """Offers of which their shops did not tell enough."""
    return [
        LeftOut(
            shop=shop,
            listing=odd.listing,
            variant=odd.variant,
            title=odd.title,
            sku=odd.sku,
            why=Why.UNREADABLE,
            details=odd.why,
        )
        for shop, odd in unread
    ]
