"""Where the pieces lie that an order's line takes of one item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, ShopId, Sku
from peg.domain.order import Share
from peg.ledger.book import Posting
from peg.ledger.line_effects import AppliedRow
from peg.ledger.line_shares import at_locations, by_place, deal, stay
from peg.ledger.places import fullest, place_of_the_rest, spread, tells_places


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlaces:
    """The places of one line's pieces.

    Attributes:
        places: the marketplace's locations with ours.
        kept: the line's units, as they were settled before.
        units: as they are settled now.
        before: what will be posted before this line.
    """

    session: AsyncSession
    shop: ShopId
    places: Mapping[str, LocationId]
    kept: Sequence[Share]
    units: Sequence[Share]
    before: Sequence[Posting]

    async def of(
        self, sku: Sku, need: int, here: Sequence[AppliedRow]
    ) -> Mapping[LocationId, Share]:
        """An item's pieces, by our own places; `here` is what was applied of it before."""
        pieces = [share.times(need) for share in self.units]
        if not tells_places(self.shop):
            return await self._spread(sku, pieces, here)
        unknown = place_of_the_rest(self.places, before=self._unknown_before(here))
        return at_locations(pieces, self.places, unknown=unknown) or {unknown: Share()}

    def _unknown_before(self, here: Sequence[AppliedRow]) -> LocationId | None:
        named = {self.places.get(share.place) for share in self.kept if share.place is not None}
        was_unknown = any(share.place is None for share in self.kept)
        found = [row.location for row in here if row.location not in named]
        return next(iter(found), None) if was_unknown else None

    async def _spread(
        self, sku: Sku, pieces: Sequence[Share], here: Sequence[AppliedRow]
    ) -> Mapping[LocationId, Share]:
        """Those that were applied stay where they were; others are taken from where some lie."""
        found = by_place(stay(pieces, [row.pieces for row in here]).shares)
        loose = found.pop(None, Share())
        if found and loose.is_nothing:
            return _ours(found)
        room = await spread(self.session, sku, loose.taken, before=self.before)
        if not room:
            known = next(iter(here), None)
            room = {known.location if known else await fullest(self.session, sku): 0}
        return _ours(by_place([*found.values(), *deal(loose, room)]))


def _ours(found: Mapping[str | None, Share]) -> Mapping[LocationId, Share]:
    return {LocationId(place): share for place, share in found.items() if place is not None}
