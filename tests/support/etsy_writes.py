"""What a writer of listings is given: a decision, and a place for the former state."""

from collections.abc import Mapping
from typing import Any

from tests.support.etsy_shop import EtsyShop

from peg.domain.identity import OfferRef
from peg.domain.offer import Reading
from peg.marketplaces.writers import Decide


class Before:
    """Keeps former states, and how the listing stood at the practice Etsy when it was kept."""

    def __init__(self, shop: EtsyShop) -> None:
        self._shop = shop
        self.images: list[dict[str, Any]] = []
        self.products_then: list[dict[str, Any]] = []

    async def keep(self, image: dict[str, Any]) -> None:
        self.images.append(image)
        self.products_then = self._shop.products_of(image["listing"])


def deciding(wanted: Mapping[OfferRef, int]) -> Decide:
    """Always the same decision."""

    async def decide(readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        assert wanted.keys() <= readings.keys()
        return wanted

    return decide
