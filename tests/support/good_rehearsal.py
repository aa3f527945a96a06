"""Both records of a small rehearsal in which everything held: what each judge wants to see.

A ring and five chains stand on both shops, beside an opal. Two chains were sold on Etsy and
shipped, a ring on Shopify was cancelled and put back with its proof, and the opal was sold to two
at once: it was made once more, so that the book has none left, and the case is closed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.support.clocks import MONDAY_NOON

from peg.cli.demo.verdict.book import (
    Attempt,
    Book,
    Case,
    KeptLine,
    KnownOffer,
    Moved,
    Proof,
    States,
    Stock,
)
from peg.cli.demo.verdict.record import DoubleSale, Happened, Pieces, Record, SoldLine, Unit
from peg.domain.identity import OfferId, ShopId, Sku

SHOPIFY, ETSY = ShopId("shopify:gems.myshopify.com"), ShopId("etsy:1001")
RING, CHAIN, OPAL = Sku("RING-1"), Sku("CHAIN-2"), Sku("OPAL-3")
NAMES = {"ring": RING, "chain": CHAIN, "opal": OPAL}
RING_ON_SHOPIFY, RING_ON_ETSY = OfferId(1), OfferId(2)
CHAIN_ON_SHOPIFY, CHAIN_ON_ETSY = OfferId(3), OfferId(4)
OPAL_ON_SHOPIFY, OPAL_ON_ETSY = OfferId(5), OfferId(6)
SECRET = "shpat_a-token-of-the-practice-shop"


def second(number: float) -> datetime:
    return MONDAY_NOON + timedelta(seconds=number)


def happened(
    what: Literal["sold", "returned", "edited", "shown"],
    market: str,
    piece: str,
    *,
    at: float,
    left: int,
    **more: Any,
) -> Happened:
    """One thing that happened to a piece, so many seconds after noon; a unit goes by its piece."""
    where: dict[str, Any] = {"at": second(at), "market": market, "unit": piece}
    return Happened(what=what, pieces={piece: 1}, remaining={piece: left}, **where, **more)


def sold(
    market: str, piece: str, order: str, *, at: float, left: int, quantity: int = 1
) -> Happened:
    return happened("sold", market, piece, at=at, left=left, order=order, quantity=quantity)


def shown(
    market: str, piece: str, before: int, after: int, *, at: float, left: int, by: str = "app"
) -> Happened:
    told: dict[str, Any] = {"before": before, "buyable": after, "by": by}
    return happened("shown", market, piece, at=at, left=left, **told)


def edited(market: str, piece: str, delta: int, *, at: float, left: int) -> Happened:
    return happened("edited", market, piece, at=at, left=left, delta=delta)


def returned(market: str, piece: str, order: str, *, at: float, left: int) -> Happened:
    back: dict[str, Any] = {"order": order, "quantity": 1, "restocked": True}
    return happened("returned", market, piece, at=at, left=left, **back)


def unit(market: str, piece: str, buyable: int) -> Unit:
    pieces: Pieces = {piece: 1}
    return Unit(market=market, unit=piece, pieces=pieces, buyable=buyable)


def good_record() -> Record:
    return Record(
        ceiling_s=60,
        remaining={"ring": 1, "chain": 3, "opal": 0},
        at_first={"ring": 1, "chain": 5, "opal": 1},
        shown_first={"ring": 1, "chain": 5, "opal": 1},
        units=[
            unit(market, piece, left)
            for market in ("shopify", "etsy")
            for piece, left in (("ring", 1), ("chain", 3), ("opal", 0))
        ],
        happened=[
            sold("shopify", "ring", "S1", at=0, left=0),
            shown("shopify", "ring", 1, 0, at=0, left=0, by="buyer"),
            shown("etsy", "ring", 1, 0, at=1, left=0),
            sold("etsy", "chain", "E1", at=10, left=3, quantity=2),
            shown("etsy", "chain", 5, 3, at=10, left=3, by="buyer"),
            shown("shopify", "chain", 5, 3, at=11, left=3),
            returned("shopify", "ring", "S1", at=20, left=1),
            shown("shopify", "ring", 0, 1, at=20, left=1, by="marketplace"),
            shown("etsy", "ring", 0, 1, at=25, left=1),
            sold("etsy", "opal", "E2", at=30, left=0),
            sold("shopify", "opal", "S2", at=31, left=-1),
            edited("shopify", "opal", 1, at=60, left=0),
        ],
        lines=[
            SoldLine(market="shopify", order="S1", line="1", unit="ring", open=0, restocked=1),
            SoldLine(market="etsy", order="E1", line="2", unit="chain", open=0, gone=2),
            SoldLine(market="etsy", order="E2", line="3", unit="opal", open=1),
            SoldLine(market="shopify", order="S2", line="4", unit="opal", open=1),
        ],
        cancelled=frozenset({"S1"}),
        double_sales=[
            DoubleSale(
                verdict="inside",
                piece="opal",
                first="E2",
                second="S2",
                at=second(31),
                because="sale",
            )
        ],
        slowest_s=1.0,
        acknowledged=frozenset({("shopify", "n1"), ("etsy", "n2")}),
        secrets=frozenset({SECRET}),
    )


def good_book() -> Book:
    return Book(
        names=NAMES,
        stock={RING: Stock(available=1), CHAIN: Stock(available=3), OPAL: Stock(available=0)},
        moves=[
            Moved(at=second(-60), sku=RING, available=1),
            Moved(at=second(-60), sku=CHAIN, available=5),
            Moved(at=second(-60), sku=OPAL, available=1),
            Moved(at=second(0.5), sku=RING, available=0),
            Moved(at=second(10.5), sku=CHAIN, available=3),
            Moved(at=second(21), sku=RING, available=1),
        ],
        lines={
            ("shopify", "S1", "1"): kept(RING, States(open=0, restocked=1)),
            ("etsy", "E1", "2"): kept(CHAIN, States(open=0, gone=2)),
            ("etsy", "E2", "3"): kept(OPAL, States(open=1)),
            ("shopify", "S2", "4"): kept(OPAL, States(open=1)),
        },
        posted={("etsy", "E2", OPAL): 1, ("shopify", "S2", OPAL): 1},
        cases=[case()],
        attempts=[
            Attempt(begun_at=second(0.5), ended_at=second(2), quantities={RING_ON_ETSY: 0}),
            Attempt(begun_at=second(10.5), ended_at=second(12), quantities={CHAIN_ON_SHOPIFY: 3}),
            raising(),
        ],
        offers={one.id: one for one in offers()},
        units={
            (shop.partition(":")[0], piece): number
            for shop, piece, number in (
                (SHOPIFY, "ring", RING_ON_SHOPIFY),
                (ETSY, "ring", RING_ON_ETSY),
                (SHOPIFY, "chain", CHAIN_ON_SHOPIFY),
                (ETSY, "chain", CHAIN_ON_ETSY),
                (SHOPIFY, "opal", OPAL_ON_SHOPIFY),
                (ETSY, "opal", OPAL_ON_ETSY),
            )
        },
        inbox=frozenset({("shopify", "n1"), ("etsy", "n2"), ("etsy", "n3")}),
        traces={"peg.log": b"an order came in", "peg.db": b"sealed"},
    )


def case() -> Case:
    """The opal's; its second buyer waits for one made once more."""
    found = Case(sku=OPAL, opened_at=second(32), open=False, closed_at=second(60))
    return replace(found, orders=frozenset({"E2", "S2"}))


def kept(sku: Sku, states: States) -> KeptLine:
    return KeptLine(told=states, applied={sku: states})


def proof() -> Proof:
    return Proof(
        begun_at=second(22),
        readings={RING_ON_SHOPIFY: second(22.5), RING_ON_ETSY: second(22.5)},
        orders={SHOPIFY: second(23), ETSY: second(23)},
    )


def raising() -> Attempt:
    """The ring goes back on sale on Etsy."""
    return Attempt(
        begun_at=second(24),
        ended_at=second(26),
        quantities={RING_ON_ETSY: 1},
        proofs={RING_ON_ETSY: proof()},
        kept_before=True,
    )


def offers() -> list[KnownOffer]:
    return [
        KnownOffer(id=number, shop=shop, needs={sku: 1}, target=target)
        for number, shop, sku, target in (
            (RING_ON_SHOPIFY, SHOPIFY, RING, 1),
            (RING_ON_ETSY, ETSY, RING, 1),
            (CHAIN_ON_SHOPIFY, SHOPIFY, CHAIN, 3),
            (CHAIN_ON_ETSY, ETSY, CHAIN, 3),
            (OPAL_ON_SHOPIFY, SHOPIFY, OPAL, 0),
            (OPAL_ON_ETSY, ETSY, OPAL, 0),
        )
    ]
