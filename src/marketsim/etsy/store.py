"""Everything the practice shop holds, and its counters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from marketsim.clock import MarketClock
from marketsim.etsy.receipts import Receipt
from marketsim.etsy.records import Listing, Product
from marketsim.market import NoSuchUnit, UnitId
from marketsim.pieces import PieceId
from marketsim.seen import Seen

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverwrittenSale:
    """An inventory write that put a quantity back which a sale had just taken."""

    listing: int
    unit: UnitId
    sold: int
    quantity_before: int
    quantity_after: int
    at: datetime


@dataclass(slots=True, kw_only=True)
class Profiles:
    """The shop's settings that listings refer to, as the JSON that the API shows, by id."""

    shipping: dict[int, Json] = field(default_factory=dict)
    readiness: dict[int, Json] = field(default_factory=dict)
    returns: dict[int, Json] = field(default_factory=dict)
    sections: dict[int, Json] = field(default_factory=dict)


class Store:
    """Listings, receipts, profiles and units of one shop.

    `step` counts everything that changes stock, so that a read and a sale can be put in order even
    when the clock stands still.
    """

    def __init__(self, clock: MarketClock, *, seed: int) -> None:
        """Hold nothing yet; draw names and lags from `seed`."""
        self.clock = clock
        self.rng = Random(f"{seed}/etsy")
        self.opened_at = clock.now()
        self.seen = Seen(clock.now)
        self.listings: dict[int, Listing] = {}
        self.receipts: dict[int, Receipt] = {}
        self.profiles = Profiles()
        self.units: dict[UnitId, tuple[tuple[PieceId, int], ...]] = {}
        self.listing_of: dict[UnitId, Listing] = {}
        self.images: dict[int, str] = {}
        self.overwritten: list[OverwrittenSale] = []
        self.step = 0
        self._newest = {
            "listing": 1_733_000_000 + seed % 1_000,
            "product": 21_000_000_000,
            "offering": 27_000_000_000,
            "value": 1_014_000_000_000,
            "receipt": 3_640_000_000,
            "transaction": 4_750_000_000,
            "image": 6_120_000_000,
            "other": 236_000_000_000,
        }

    def now(self) -> datetime:
        """The market's time, UTC."""
        return self.clock.now()

    def new_id(self, kind: str) -> int:
        """The next number of its kind; numbers are never used again."""
        self._newest[kind] += self.rng.randint(1, 9)
        return self._newest[kind]

    def took_a_step(self) -> int:
        """Count a change of stock."""
        self.step += 1
        return self.step

    def add(self, listing: Listing) -> None:
        """Take in a new listing with its units."""
        self.listings[listing.id] = listing
        self.know_units(listing)

    def know_units(self, listing: Listing) -> None:
        """Remember the units of a listing for ever."""
        for product in listing.products:
            self.units.setdefault(product.unit, product.parts)
            self.listing_of[product.unit] = listing

    def find(self, unit: UnitId) -> tuple[Listing, Product | None]:
        """A unit's listing and, while it has one, its product.

        Raises:
            NoSuchUnit: the unit never existed.
        """
        if unit not in self.listing_of:
            raise NoSuchUnit(unit)
        listing = self.listing_of[unit]
        if listing.id not in self.listings:
            return listing, None
        return listing, next((p for p in listing.products if p.unit == unit), None)

    def newest_first(self) -> Iterator[Listing]:
        """Listings by creation, the newest first."""
        return reversed(self.listings.values())
