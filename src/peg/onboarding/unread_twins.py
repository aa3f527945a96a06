"""What waits while a shop cannot be read, since its twin may stand there. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferRef, Sku
from peg.onboarding.matching import Match, Matching


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
    on_shopify = frozenset(_skus_on_shopify(known))
    waiting: list[OfferRef] = []
    sure = []
    for one in matching.matches:
        late = [] if _has_twin(one, on_shopify) else [ref for ref in one.refs if ref not in mapped]
        waiting += late
        rest = tuple(ref for ref in one.refs if ref not in late)
        sure += [replace(one, refs=rest)] if rest else []
    return replace(matching, matches=sure, waiting=waiting)


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
