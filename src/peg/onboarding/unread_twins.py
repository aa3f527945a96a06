"""What waits while a shop, or an offer on one, cannot be read: its twin may stand there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferRef, ShopId, Sku, fold_sku, usable_sku
from peg.domain.offer import RemoteOffer
from peg.domain.proposal import Pair
from peg.marketplaces.port import UnreadableOffer
from peg.onboarding.matching import Match, Matching
from peg.onboarding.traits.contrast import Said, contrasts
from peg.onboarding.traits.telling import Traits, traits_of, traits_told


def wait_for_twins(
    matching: Matching, known: Sequence[Offer], *, mapped: AbstractSet[OfferRef]
) -> Matching:
    """The same without what a reading of the missing shop might undo.

    An offer on Shopify begins an item whether or not it is proposed with another; one on Etsy does
    so only if it is in no pair. So a shop that is missing can make too many items of Etsy's offers
    alone: a new one waits, unless an offer on Shopify carries its SKU to the letter, read now or
    known as that piece from before. Two items of one piece would sell it twice; waiting costs
    nothing but time.
    """
    late = _begin_items(matching, known, mapped)
    return replace(_without(matching, frozenset(late)), waiting=late)


@dataclass(frozen=True, slots=True)
class Hidden:
    """An offer on Shopify that could not be read, as its answer tells, or else as PEG knew it."""

    ref: OfferRef | None
    name: str
    sku: str
    traits: Traits

    def may_be(self, offer: RemoteOffer) -> bool:
        """Two usable SKUs that differ are two pieces; without one the words may rule it out."""
        if usable_sku(self.sku) is not None:
            return fold_sku(self.sku) == fold_sku(offer.sku)
        found = contrasts(self.traits, traits_of(offer))
        return all(one.said is not Said.DIFFERENT for one in found)


def hidden_on_shopify(
    unread: Iterable[tuple[ShopId, UnreadableOffer]], known: Sequence[Offer]
) -> Sequence[Hidden]:
    """Those of the offers that could not be read which might be a piece that is new on Etsy."""
    before = {(one.ref.shop, one.ref.listing, one.ref.variant): one for one in known}
    return [
        _hidden(shop, odd, before.get((shop, odd.listing, odd.variant)))
        for shop, odd in unread
        if shop.partition(":")[0] == Channel.SHOPIFY
    ]


def _hidden(shop: ShopId, odd: UnreadableOffer, known: Offer | None) -> Hidden:
    title = odd.title or (known.title if known else "")
    sku = odd.sku or (known.sku_as_typed if known else "")
    return Hidden(
        ref=known.ref if known else None,
        name=f"{title or odd.listing or 'an offer without a number'!r} on {shop}",
        sku=sku,
        traits=traits_told(known.options if known else {}, title, sku),
    )


def wait_for_hidden(
    matching: Matching,
    found: Mapping[OfferRef, RemoteOffer],
    hidden: Sequence[Hidden],
    known: Sequence[Offer],
    *,
    mapped: AbstractSet[OfferRef],
    settled: AbstractSet[OfferRef],
    rejected: AbstractSet[Pair],
) -> Matching:
    """The same for single offers on Shopify: what may be the twin of one waits, as for a shop.

    Not for one whose twin is known, nor for a pair that a person has said are two things.
    """
    twins = {}
    for ref in _begin_items(matching, known, mapped):
        for one in hidden:
            apart = one.ref is not None and (one.ref in settled or (one.ref, ref) in rejected)
            if not apart and one.may_be(found[ref]):
                twins[ref] = one.name
                break
    return replace(_without(matching, twins.keys()), hidden=twins)


def _begin_items(
    matching: Matching, known: Sequence[Offer], mapped: AbstractSet[OfferRef]
) -> Sequence[OfferRef]:
    """New offers on Etsy for which no offer on Shopify says which piece they are."""
    on_shopify = frozenset(_skus_on_shopify(known))
    return [
        ref
        for one in matching.matches
        if not _has_twin(one, on_shopify)
        for ref in one.refs
        if ref not in mapped
    ]


def _without(matching: Matching, late: AbstractSet[OfferRef]) -> Matching:
    left = [
        replace(one, refs=tuple(ref for ref in one.refs if ref not in late))
        for one in matching.matches
    ]
    return replace(matching, matches=[one for one in left if one.refs])


def _has_twin(one: Match, on_shopify: AbstractSet[Sku]) -> bool:
    read = any(ref.channel is Channel.SHOPIFY for ref in one.refs)
    return read or one.sku in on_shopify


def _skus_on_shopify(known: Sequence[Offer]) -> list[Sku]:
    """Those of pieces that an offer there sells, one at a time, and is typed with."""
    return [
        part.sku
        for offer in known
        if offer.ref.channel is Channel.SHOPIFY and len(offer.components) == 1 and not offer.gone
        for part in offer.components
        if part.quantity == 1 and part.sku == offer.sku_as_typed
    ]
