"""A shop that typed no SKUs on Etsy is matched by its words: nearly all found, little wrong."""

from collections.abc import Mapping
from itertools import count

import pytest
from tests.support.bench import ETSY, NOON, SHOPIFY

from marketsim.catalogue.draw import draw_catalogue
from marketsim.pieces import Listing, Unit
from peg.domain.identity import OfferRef
from peg.domain.money import Money
from peg.domain.offer import Parts, Reading, RemoteOffer, Shelf
from peg.onboarding.matching import match

Parted = tuple[tuple[str, int], ...]
"""What a sale of an offer really takes."""


def offers_of(seed: int) -> tuple[list[RemoteOffer], Mapping[OfferRef, Parted]]:
    """Three hundred pieces as a jeweller words them on each shop; and what each offer really is."""
    found, truth = [], {}
    numbers = count(1)
    for listing in draw_catalogue(seed, pieces=300).listings:
        for unit in listing.units:
            ref = OfferRef(
                shop=SHOPIFY if listing.market == "shopify" else ETSY,
                listing=str(next(numbers)),
                variant="1",
            )
            found.append(as_found(ref, listing, unit))
            truth[ref] = unit.parts
    return found, truth


def as_found(ref: OfferRef, listing: Listing, unit: Unit) -> RemoteOffer:
    parts = {"": Parts(available=sum(unit.stock))}
    return RemoteOffer(
        ref=ref,
        reading=Reading(ref=ref, parts=parts, shelf=Shelf.LISTED, begun_at=NOON),
        title=listing.title,
        sku=unit.sku if ref.shop == SHOPIFY else "",
        options={option.name: option.value for option in unit.options},
        price=Money(unit.price_minor, "USD"),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pieces_without_a_sku_on_etsy_find_their_twins(seed: int) -> None:
    offers, truth = offers_of(seed)
    on_etsy = {truth[offer.ref] for offer in offers if offer.ref.shop == ETSY}
    twins = {truth[offer.ref] for offer in offers if offer.ref.shop == SHOPIFY} & on_etsy

    pairs = [(truth[one.shopify], truth[one.etsy]) for one in match(offers).proposals]

    right = [ours for ours, theirs in pairs if ours == theirs]
    assert len(right) >= 0.97 * len(twins)
    assert len(pairs) - len(right) <= 0.01 * len(twins)
