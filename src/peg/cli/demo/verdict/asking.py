"""Ask the practice marketplaces for their record, and put it into the judges' words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from peg.cli.demo.practice import Control
from peg.cli.demo.verdict.record import (
    UNCOUNTED,
    DoubleSale,
    Happened,
    Pieces,
    Record,
    SoldLine,
    Unit,
    UnitKey,
)
from peg.domain.clock import Clock

MARKETS = ("shopify", "etsy")
QUESTIONS = 5
"""So often is the time asked: one answer may have been held up on its way."""

Words = Mapping[UnitKey, tuple[str, int]]
"""Title and price of each unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What stood on the marketplaces before PEG wrote anything.

    Attributes:
        shown: of each piece, the lowest figure that a shop showed of it.
        words: every title and price.
    """

    shown: Pieces
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The control API's answers, as they came."""

    truth: Mapping[str, Any]
    shops: Mapping[str, Mapping[str, Any]]
    units: Sequence[Mapping[str, Any]]
    pieces: Sequence[Mapping[str, Any]]
    happenings: Sequence[Mapping[str, Any]]
    followed: Sequence[Mapping[str, Any]]
    attempts: Mapping[str, Sequence[Mapping[str, Any]]]
    secrets: Mapping[str, Sequence[str]]


async def market_now(control: Control) -> datetime:
    """The market's time."""
    return datetime.fromisoformat((await control.read("clock"))["now"])


async def clock_ahead(control: Control, clock: Clock) -> timedelta:
    """How far PEG's clock is before the market's, by the question that was answered soonest."""
    found = []
    for _ in range(QUESTIONS):
        asked_at = clock.now()
        market = await market_now(control)
        took = clock.now() - asked_at
        found.append((took, asked_at + took / 2 - market))
    return min(found)[1]


async def first_look(control: Control) -> Beginning:
    """Note what the shops show before anything is changed."""
    shown: dict[str, int] = {}
    for unit in (await control.read("units"))["units"]:
        if list(unit["pieces"].values()) == [1] and unit["buyable"] < UNCOUNTED:
            (piece,) = unit["pieces"]
            shown[piece] = min(unit["buyable"], shown.get(piece, UNCOUNTED))
    shops = {name: await control.read(f"truth/{name}") for name in MARKETS}
    return Beginning(shown=shown, words=dict(_words(shops)))


async def ask(control: Control, *, ceiling_s: float) -> Answers:
    """Everything that a judge wants to know.

    Deliveries first: what is acknowledged after that is looked for by nobody.
    """
    attempts = {name: (await control.read(f"webhooks/{name}"))["attempts"] for name in MARKETS}
    return Answers(
        truth=await control.read("truth", ceiling_s=ceiling_s),
        shops={name: await control.read(f"truth/{name}") for name in MARKETS},
        units=(await control.read("units"))["units"],
        pieces=(await control.read("pieces"))["pieces"],
        happenings=(await control.read("happenings"))["happenings"],
        followed=(await control.read("followed"))["followed"],
        attempts=attempts,
        secrets=await control.read("secrets"),
    )


def record_of(answers: Answers, beginning: Beginning, *, hasty: Sequence[str]) -> Record:
    """The judges' record; every order goes by its number."""
    truth, shops = answers.truth, answers.shops
    happened = [_happened(told) for told in answers.happenings]
    twice = [
        _numbered(DoubleSale.of(told))
        for verdict in ("inside", "outside", "untold", "untracked", "in_person")
        for told in truth["double_sales"][verdict]
    ]
    heard = [
        (market, one) for market, attempts in answers.attempts.items() for one in _heard(attempts)
    ]
    return Record(
        ceiling_s=truth["double_sales"]["ceiling_s"],
        remaining={one["piece"]: one["remaining"] for one in answers.pieces},
        at_first={one["piece"]: one["on_hand_at_opening"] for one in answers.pieces},
        shown_first=beginning.shown,
        units=[_unit(told) for told in answers.units],
        happened=happened,
        lines=[*_shopify_lines(shops["shopify"], happened), *_etsy_lines(shops["etsy"])],
        cancelled=frozenset(_cancelled(shops)),
        double_sales=twice,
        slowest_s=_slowest_s(truth["seconds_to_lower"]),
        waiting=frozenset((one["market"], one["unit"]) for one in truth["waiting"]["units"]),
        too_many=[
            Unit(
                market=told["market"],
                unit=told["unit"],
                pieces=_counts(answers.units, told["market"], told["unit"]),
                buyable=told["buyable"],
            )
            for told in truth["oversellable_now"]
            if told["tracked"]
        ],
        acknowledged=frozenset(
            (market, one["notice"]) for market, one in heard if one["kind"] != "forged"
        ),
        hasty=hasty,
        forged=sum(one["kind"] == "forged" for _, one in heard),
        reworded=list(_reworded(beginning.words, dict(_words(shops)))),
        secrets=frozenset(secret for told in answers.secrets.values() for secret in told),
    )


def _slowest_s(lowered: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Of all sales, online and in person."""
    most = [lowered[kind]["max"] for kind in ("after_sales", "after_sales_in_person")]
    return max((one for one in most if one is not None), default=None)


def _happened(told: Mapping[str, Any]) -> Happened:
    found = Happened.of(told)
    return replace(found, order=_number(found.order))


def _numbered(sale: DoubleSale) -> DoubleSale:
    return replace(sale, first=_number(sale.first), second=_number(sale.second))


def _number(name: str) -> str:
    """`gid://shopify/Order/17` goes by 17."""
    return name.rsplit("/", 1)[-1]


def _unit(told: Mapping[str, Any]) -> Unit:
    names = ("market", "unit", "pieces", "buyable")
    return Unit(**{name: told[name] for name in names})


def _counts(units: Iterable[Mapping[str, Any]], market: str, unit: str) -> Pieces:
    found: Pieces = next(
        one["pieces"] for one in units if (one["market"], one["unit"]) == (market, unit)
    )
    return found


def _heard(attempts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in attempts if one["status"] is not None and 200 <= one["status"] < 300]


def _shopify_lines(shop: Mapping[str, Any], happened: Iterable[Happened]) -> Iterator[SoldLine]:
    """A unit stands on one line of an order, so that what came back tells its line."""
    back: dict[tuple[str, str], int] = {}
    for one in happened:
        if one.what == "returned" and one.restocked and one.market == "shopify":
            back[one.order, one.unit] = back.get((one.order, one.unit), 0) + one.quantity
    for order in shop["orders"]:
        number = _number(order["id"])
        for line in order["lines"]:
            restocked = back.get((number, line["unit"]), 0)
            yield SoldLine(
                market="shopify",
                order=number,
                line=_number(line["id"]),
                unit=line["unit"],
                open=line["unfulfilled"],
                restocked=restocked,
                gone=line["quantity"] - line["unfulfilled"] - restocked,
            )


def _etsy_lines(shop: Mapping[str, Any]) -> Iterator[SoldLine]:
    """As a receipt tells: a refund names no line, and moves nothing."""
    for receipt in shop["receipts"]:
        for line in receipt["lines"]:
            shipped, cancelled = receipt["shipped"], receipt["status"] == "canceled"
            yield SoldLine(
                market="etsy",
                order=str(receipt["id"]),
                line=str(line["id"]),
                unit=line["unit"],
                open=0 if shipped or cancelled else line["quantity"],
                restocked=line["quantity"] if cancelled and not shipped else 0,
                gone=line["quantity"] if shipped else 0,
            )


def _cancelled(shops: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from (_number(one["id"]) for one in shops["shopify"]["orders"] if one["cancelled_at"])
    yield from (str(one["id"]) for one in shops["etsy"]["receipts"] if one["status"] == "canceled")


def _words(shops: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[UnitKey, tuple[str, int]]]:
    for product in shops["shopify"]["products"]:
        for variant in product["variants"]:
            yield ("shopify", variant["id"]), (product["title"], variant["price_minor"])
    for listing in shops["etsy"]["listings"]:
        for unit in listing["products"]:
            yield ("etsy", unit["unit"]), (listing["title"], unit["price_minor"])


def _reworded(before: Words, now: Words) -> Iterator[str]:
    for key in sorted(before.keys() & now):
        if before[key] != now[key]:
            yield f"{' '.join(key)}: title or price was changed from {before[key]} to {now[key]}"
