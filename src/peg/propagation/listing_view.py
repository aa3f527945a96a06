"""One listing with all its offers: what they should show, and what they are believed to show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.domain.offer import ANYWHERE, Reading
from peg.intake import surprises
from peg.intake.surprises import NOT_HELD, Held
from peg.propagation import board
from peg.propagation.board import Standing
from peg.propagation.planning import ListingMove, Side, plan_listing, tempered


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """One listing of a marketplace that takes listings only as a whole.

    `doubted`: it seems to be deleted, and a person is asked whether that may be.
    """

    listing: str
    offers: Mapping[OfferRef, Offer]
    standings: Mapping[OfferRef, Standing]
    sides: Mapping[OfferRef, Side]
    doubted: bool = False

    @property
    def move(self) -> ListingMove:
        """What the listing needs; one that a person took off sale is not put back.

        Where nobody has matched some of its variations, only its reading tells whether they sell:
        the others are lowered, and it is withdrawn if that leaves nothing.
        """
        if self.doubted:
            return ListingMove.HELD
        move = plan_listing(self.sides)
        if move is ListingMove.WITHDRAW and self.offers.keys() - self.sides.keys():
            return ListingMove.LOWER
        apart = {ref for ref, side in self.sides.items() if side.switched_off}
        parked = any(offer.parked for ref, offer in self.offers.items() if ref not in apart)
        return ListingMove.NONE if parked and move is ListingMove.RESTORE else move

    def misses(self, readings: Mapping[OfferRef, Reading], wanted: Collection[OfferId]) -> bool:
        """Whether any of the `wanted` offers shows fewer than it is known to."""
        return any(more < 0 for more in self._more_shown(readings, wanted))

    def differs(self, readings: Mapping[OfferRef, Reading], wanted: Collection[OfferId]) -> bool:
        """Whether any of the `wanted` offers shows another figure than it is known to."""
        return any(self._more_shown(readings, wanted))

    def _more_shown(
        self, readings: Mapping[OfferRef, Reading], wanted: Collection[OfferId]
    ) -> Sequence[int]:
        """By how many each of them shows more than it is known to, or fewer."""
        return [
            readings[ref].parts[ANYWHERE].available - side.known.quantity
            for ref, side in self.sides.items()
            if ref in readings and self.offers[ref].id in wanted and side.known.pending is None
            if not side.switched_off
        ]

    def changes(self) -> Sequence[tuple[OfferRef, Side]]:
        """The offers whose figure is not the wanted one."""
        return [
            (ref, side)
            for ref, side in sorted(self.sides.items())
            if side.wanted != side.known.quantity and not side.switched_off
        ]


async def view_listing(session: AsyncSession, shop: ShopId, listing: str) -> ListingView:
    """Read one listing's offers, standings and expectations."""
    found = {
        offer.ref: offer
        for offer in await offers.of_listing(session, shop, listing)
        if not offer.gone
    }
    keys = [offer.id for offer in found.values()]
    known = await mirror.expected_of(session, keys)
    held = await surprises.held(session, keys)
    standings = await board.standings(session, keys)
    sides = {}
    for ref, offer in found.items():
        row = known.get(offer.id, {}).get(ANYWHERE)
        if row is not None:
            standing = standings.get(offer.id)
            aim = standing.target.total if standing else row.quantity
            sides[ref] = _side(aim, row, held.get(offer.id, NOT_HELD))
    return ListingView(
        listing=listing,
        offers=found,
        standings={
            offer.ref: standings[offer.id] for offer in found.values() if offer.id in standings
        },
        sides=sides,
        doubted=any(one.gone for one in held.values()),
    )


def _side(aim: int, row: Expectation, held: Held) -> Side:
    wanted = tempered(aim, row.quantity, held.bases.get(ANYWHERE))
    return Side(wanted=wanted, known=row, held=wanted != aim)
