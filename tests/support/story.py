"""What happens on two markets, spoken for by hand: a ring, five chains and a set of both."""

from datetime import UTC, datetime, timedelta
from typing import Any

from marketsim.market import (
    By,
    EditedByHand,
    InPerson,
    OfferChanged,
    OrderId,
    Returned,
    Sold,
    UnitId,
)
from marketsim.pieces import MARKETS, Catalogue, Listing, MarketName, Piece, PieceId, Unit
from marketsim.seen import Seen
from marketsim.shopify.stock import UNLIMITED
from marketsim.truth import Truth, report

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RING, CHAIN = PieceId("ring"), PieceId("chain")
Parts = tuple[tuple[PieceId, int], ...]
PARTS: dict[str, Parts] = {
    "ring": ((RING, 1),),
    "chain": ((CHAIN, 1),),
    "set": ((RING, 1), (CHAIN, 1)),
}


def piece(name: PieceId, on_hand: int) -> Piece:
    return Piece(
        id=name,
        name=name,
        category="RING",
        stone="NONE",
        metal="SS92",
        weight_points=0,
        one_of_a_kind=on_hand == 1,
        on_hand=(on_hand,),
    )


def catalogue(*, tracked: bool = True) -> Catalogue:
    unit = Unit(parts=PARTS["ring"], sku="R", price_minor=100, stock=(1,), tracked=tracked)
    listing = Listing(
        market="shopify", title="Ring", description="", tags=(), category="RING", units=(unit,)
    )
    return Catalogue(
        seed=1,
        currency="USD",
        locations=("Atelier",),
        pieces=(piece(RING, 1), piece(CHAIN, 5)),
        listings=(listing,),
    )


class Story:
    """Tells the truth what happens, second by second."""

    def __init__(self, *, tracked: bool = True) -> None:
        self.now = NOON
        self.orders = 0
        self.truth = Truth(catalogue(tracked=tracked), now=lambda: self.now)
        self.seen = {market: Seen(lambda: self.now) for market in MARKETS}
        self.truth.crossings.seen.update(self.seen)

    def offered(self, market: MarketName, unit: str, buyable: int) -> None:
        self.shows(market, unit, buyable, by="marketplace")

    def shows(
        self,
        market: MarketName,
        unit: str,
        buyable: int,
        *,
        by: By = "app",
        after_s: float = 0,
    ) -> None:
        self.now += timedelta(seconds=after_s)
        self.truth.hear(
            OfferChanged(
                market=market,
                unit=UnitId(unit),
                parts=PARTS[unit],
                buyable=buyable,
                by=by,
                at=self.now,
                endless=buyable >= UNLIMITED,
            )
        )

    def sells(
        self, market: MarketName, unit: str, *, left: int, quantity: int = 1, after_s: float = 0
    ) -> OrderId:
        self.now += timedelta(seconds=after_s)
        self.orders += 1
        order = OrderId(f"o{self.orders}")
        self.truth.hear(
            Sold(
                market=market,
                order=order,
                unit=UnitId(unit),
                quantity=quantity,
                parts=PARTS[unit],
                at=self.now,
            )
        )
        self.shows(market, unit, left, by="buyer")
        return order

    def reads(self, *units: tuple[MarketName, str], after_s: float = 0) -> None:
        """The app reads what these offers show."""
        self.now += timedelta(seconds=after_s)
        for market, unit in units:
            self.seen[market].read(UnitId(unit))

    def reads_orders(self, *markets: MarketName, after_s: float = 0) -> None:
        """The app reads these markets' orders, to their end."""
        self.now += timedelta(seconds=after_s)
        for market in markets:
            self.seen[market].read_orders()

    def cancels(self, market: MarketName, unit: str, order: OrderId, *, restocked: bool) -> None:
        self.truth.hear(
            Returned(
                market=market,
                order=order,
                unit=UnitId(unit),
                quantity=1,
                parts=PARTS[unit],
                restocked=restocked,
                at=self.now,
            )
        )

    def in_person(self, piece: PieceId, delta: int, *, after_s: float = 0) -> None:
        self.now += timedelta(seconds=after_s)
        self.truth.hear(InPerson(parts=((piece, 1),), delta=delta, at=self.now))

    def edits(self, market: MarketName, unit: str, delta: int) -> None:
        self.truth.hear(
            EditedByHand(
                market=market, unit=UnitId(unit), parts=PARTS[unit], delta=delta, at=self.now
            )
        )

    def report(self, ceiling_s: float = 60) -> dict[str, Any]:
        return report(self.truth, at=self.now, ceiling_s=ceiling_s)


def opened(*, tracked: bool = True) -> Story:
    story = Story(tracked=tracked)
    for market in ("shopify", "etsy"):
        story.offered(market, "ring", 1)
        story.offered(market, "chain", 5)
    return story
