"""Two offers that may be the same piece, before a person has said."""

from dataclasses import dataclass

from peg.domain.identity import OfferRef

Pair = tuple[OfferRef, OfferRef]
"""A Shopify offer and an Etsy offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two offers that may be the same thing; a person decides. `confidence` is 0 to 100."""

    shopify: OfferRef
    etsy: OfferRef
    confidence: int
    reasons: tuple[str, ...]
