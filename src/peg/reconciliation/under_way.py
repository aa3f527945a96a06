"""One comparison under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferRef, ShopId
from peg.domain.offer import Reading
from peg.intake import renamed
from peg.intake.patience import Patience
from peg.intake.readings import Basis, without_unanswered
from peg.marketplaces.port import OffersPage
from peg.reconciliation.compare import Difference


@dataclass(slots=True)
class Run:
    """What it began with, what it has seen so far, and how many differences of each cause."""

    id: int
    shop: ShopId
    basis: Basis
    known: Mapping[OfferRef, Offer]
    seen: set[OfferRef] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def notes(self, found: Difference) -> None:
        """One difference more of its cause."""
        self.counts[found.cause.value] = self.counts.get(found.cause.value, 0) + 1

    def knows_all(self, page: OffersPage) -> bool:
        """Whether nothing on a page is a stranger, or has another SKU than it was known by."""
        return all(self._knows(remote.reading) for remote in page.offers)

    def _knows(self, reading: Reading) -> bool:
        offer = self.known.get(reading.ref)
        return offer is not None and reading.sku in {"", offer.sku_as_typed}

    async def follow_renamed(
        self, session: AsyncSession, page: OffersPage, *, patience: Patience, now: datetime
    ) -> None:
        """Know by their new names what somebody renamed; a page tells of listings as a whole."""
        shown = [remote.reading for remote in page.offers]
        answered = await without_unanswered(session, self.basis)
        followed = await renamed.follow(session, shown, answered, patience=patience, now=now)
        if followed != answered:
            self.basis = {**self.basis, **followed}
            self.known = {
                offer.ref: offer for offer in await offers.all_of_shop(session, self.shop)
            }
