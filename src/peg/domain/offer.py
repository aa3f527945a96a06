"""What a marketplace shows of an offer, and what it should show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from peg.domain.errors import BadQuantity
from peg.domain.identity import OfferRef
from peg.domain.money import Money
from peg.domain.offer_name import offer_name

ANYWHERE = ""
"""The only place of a channel without locations (Etsy)."""


class Shelf(StrEnum):
    """Whether buyers can find the offer, whatever its quantity."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"  # Etsy inactive, edit, draft, expired; Shopify archived or draft
    SOLD_OUT = "sold_out"  # Etsy's own state: putting it back costs a renewal
    SWITCHED_OFF = "switched_off"  # one variation of an Etsy listing, by its owner: PEG never is
    GONE = "gone"  # deleted on the marketplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One place's figures as the marketplace gives them; None where it has no such figure.

    `stocked` is False where the marketplace tells of a place at which it does not stock the offer:
    whatever is written there is shown nowhere. `changed_at` is by the marketplace's clock: when
    `available` was changed last.
    """

    available: int
    on_hand: int | None = None
    committed: int | None = None
    reserved: int | None = None
    stocked: bool = True
    changed_at: datetime | None = None


WHOLE_SECONDS = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """By how much a marketplace's clock is ahead of ours: at least, and at most."""

    least: timedelta = timedelta(0)
    most: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One offer as read from its marketplace, fresh.

    Attributes:
        parts: by the marketplace's location id; `ANYWHERE` on Etsy.
        begun_at: when PEG began to read (PEG's clock): it may be that old.
        marketplace_at: the marketplace's own clock at the last answer (its Date header).
        took: from the beginning until then.
        tracked: the marketplace counts it; where it does not, it sells whatever the figures say.
        oversells: Shopify's policy "continue selling when out of stock": the figures are counted,
            and sell on below zero.
        sku: as typed there; "" where that reading does not tell it, as Shopify's do not.
        options: which variant of its listing it is, in words, where its SKU is told.
    """

    ref: OfferRef
    parts: Mapping[str, Parts]
    shelf: Shelf
    begun_at: datetime
    marketplace_at: datetime | None = None
    took: timedelta = timedelta(0)
    tracked: bool = True
    oversells: bool = False
    sku: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def clock_ahead(self) -> Ahead:
        """How far the marketplace's clock is ahead of ours; not at all where it does not say.

        It stamped whole seconds, at some moment from the beginning to the end of the reading.
        """
        if self.marketplace_at is None:
            return Ahead()
        most = self.marketplace_at + WHOLE_SECONDS - self.begun_at
        return Ahead(most - WHOLE_SECONDS - self.took, most)

    @property
    def pieces(self) -> int:
        """What its shop counts over all places; what is oversold or sold out counts as none."""
        if self.shelf is Shelf.SOLD_OUT:
            return 0
        return sum(max(0, part.available) for part in self.parts.values())

    def shown(self) -> dict[str, int]:
        """Pieces a buyer could buy, by place; all zero unless listed."""
        listed = self.shelf is Shelf.LISTED
        return {place: part.available if listed else 0 for place, part in self.parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOffer:
    """Everything PEG keeps of one sellable unit found on a marketplace, at import."""

    ref: OfferRef
    reading: Reading
    title: str
    sku: str
    options: Mapping[str, str]
    price: Money
    tags: Sequence[str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def tracked(self) -> bool:
        """Whether its marketplace counts it."""
        return self.reading.tracked

    @property
    def oversells(self) -> bool:
        """Whether it is sold on when none is left, though it is counted."""
        return self.reading.oversells

    @property
    def name(self) -> str:
        """What people call it."""
        return offer_name(self.title, self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one offer should show. Any cause that changes it raises `version`.

    Attributes:
        quantities: by the marketplace's location id; `ANYWHERE` on Etsy.
        listed: False: buyers must not find it (then all quantities are 0).
        why: the reasons that made it lower than the stock allows, for people.
    """

    quantities: Mapping[str, int]
    listed: bool
    version: int
    why: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(quantity < 0 for quantity in self.quantities.values()):
            raise BadQuantity(f"no offer can show less than nothing: {dict(self.quantities)}")
        if not self.listed and any(self.quantities.values()):
            raise BadQuantity("a withdrawn offer shows nothing")

    @property
    def total(self) -> int:
        """Pieces over all places."""
        return sum(self.quantities.values())
