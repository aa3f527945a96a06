"""What PEG has written down, every time of it told by the marketplaces' clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from peg.cli.demo.verdict.record import UnitKey
from peg.domain.identity import OfferId, ShopId, Sku

LineKey = tuple[str, str, str]
"""Marketplace, order and line, as the marketplace numbers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the book holds of one item over all places."""

    available: int
    oversold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A posting that changed what may be promised of an item, and how many remained then."""

    at: datetime
    sku: Sku
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Pieces or units of a line by what became of them."""

    open: int
    restocked: int = 0
    gone: int = 0

    def __add__(self, other: "States") -> "States":
        return States(
            open=self.open + other.open,
            restocked=self.restocked + other.restocked,
            gone=self.gone + other.gone,
        )

    def times(self, need: int) -> "States":
        """The pieces of one component."""
        return States(open=need * self.open, restocked=need * self.restocked, gone=need * self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """One line of an order: as it was told, and what was posted of each item for it.

    `resolved` is False while a person is asked what was sold.
    """

    told: States
    applied: Mapping[Sku, States]
    resolved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One double sale that the book knows of.

    Attributes:
        kept: some were kept for somebody just then.
        orders: all that had a claim while it was open; a sale in person goes by `in person`.
    """

    sku: Sku
    opened_at: datetime
    open: bool
    closed_at: datetime | None = None
    kept: bool = False
    orders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a raise stood on."""

    begun_at: datetime
    readings: Mapping[OfferId, datetime]
    orders: Mapping[ShopId, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One write of stock, stored before it was sent.

    Attributes:
        quantities: what it was to show of each offer, over all places that it names.
        proofs: by offer, of those it was allowed to raise.
        kept_before: whether the former state of the whole listing was kept.
        unanswered: nobody knew what became of it.
    """

    begun_at: datetime
    ended_at: datetime | None
    quantities: Mapping[OfferId, int]
    proofs: Mapping[OfferId, Proof] = field(default_factory=dict)
    kept_before: bool = False
    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOffer:
    """One offer, what a sale of it takes, and what it should show.

    Attributes:
        by_place: how many its places have, each by itself, where the shop counts by place: pieces
            of a set that lie apart are no set.
        target: None before the first.
        why: the reasons that made it lower than the stock allows.
        asked: a question about it, or about an item of it, waits for a person.
    """

    id: OfferId
    shop: ShopId
    needs: Mapping[Sku, int]
    by_place: int | None = None
    target: int | None = None
    why: Sequence[str] = ()
    tracked: bool = True
    parked: bool = False
    gone: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything that the judges ask of PEG.

    Attributes:
        names: by the practice shops' piece, the SKU that the jeweller gave it.
        labelled: pieces that the jeweller counted by hand.
        wrong_sums: items whose entries do not add up to their position or their places.
        posted: pieces sold and not shipped, by the entries of each order and item.
        untold: postings of which nobody was told, a sentence each.
        asked: the items under an open question.
        undelivered: messages of the outbox that wait, or were given up.
        inbox: every delivery that was kept, by marketplace and id.
        unhandled: deliveries that wait to be worked on, or were given up.
        settled: whether everything came to rest in time.
        off_target: offers that show something else than their target, as read afresh.
        traces: where secrets were looked for, with what stands there.
        untrue: what PEG's own watch, which runs in production too, finds broken, by invariant.
    """

    names: Mapping[str, Sku]
    labelled: frozenset[str] = frozenset()
    stock: Mapping[Sku, Stock] = field(default_factory=dict)
    wrong_sums: Sequence[Sku] = ()
    moves: Sequence[Moved] = ()
    lines: Mapping[LineKey, KeptLine] = field(default_factory=dict)
    posted: Mapping[tuple[str, str, Sku], int] = field(default_factory=dict)
    untold: Sequence[str] = ()
    undelivered: int = 0
    cases: Sequence[Case] = ()
    asked: frozenset[str] = frozenset()
    attempts: Sequence[Attempt] = ()
    offers: Mapping[OfferId, KnownOffer] = field(default_factory=dict)
    units: Mapping[UnitKey, OfferId] = field(default_factory=dict)
    inbox: frozenset[tuple[str, str]] = frozenset()
    unhandled: int = 0
    settled: bool = True
    off_target: Sequence[str] = ()
    traces: Mapping[str, bytes] = field(default_factory=dict)
    untrue: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sku(self, piece: str) -> Sku:
        """What the jeweller calls a piece; one that was never named goes by the shops' word."""
        return self.names.get(piece, Sku(piece))
