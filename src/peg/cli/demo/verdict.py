"""Judge a rehearsal: from the marketplaces' own truth, from fresh readings, and from the book."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.cli.demo.practice import Control
from peg.db.transaction import reading
from peg.domain.identity import OfferId
from peg.domain.offer import Reading
from peg.intake import inbox
from peg.ledger import cases, order_rows, questions
from peg.propagation import board
from peg.propagation.board import Standing
from peg.reconciliation.invariants import Truth
from peg.wiring.engine import Engine

ORDERS = {"shopify": "orders", "etsy": "receipts"}
"""What each marketplace calls them."""


async def judge(
    engine: Engine, control: Control, *, ceiling_s: float, settled: bool
) -> dict[str, Any]:
    """Every figure of the rehearsal, and whether each invariant held."""
    truth = await control.read("truth", ceiling_s=ceiling_s)
    shops = {name: await control.read(f"truth/{name}") for name in ("shopify", "etsy")}
    differing = await _differing(engine)
    untrue = await engine.truth_watch.look()
    async with reading(engine.ground.database) as session:
        book = await _book(session)
    sales = sum(side["orders"] for side in truth["sales"].values())
    found = {
        "sales": truth["sales"],
        "seconds_from_sale_to_withdrawal": truth["seconds_to_lower"],
        "still_waiting": truth["waiting"],
        "oversellable_now": truth["oversellable_now"],
        "api_calls": _calls(shops, sales),
        "refused_429": _refusals(shops),
        "double_sales": truth["double_sales"],
        "drift": differing,
        "orders_missing": _missing_orders(book, shops),
        "cases": book["cases"],
        "questions": book["questions"],
        "untrue": [one.sentence for one in untrue],
    }
    broken = {one.truth for one in untrue}
    found["invariants"] = _invariants(found, book, shops, broken=broken, settled=settled)
    found["ok"] = all(found["invariants"].values())
    return found


def _invariants(
    found: Mapping[str, Any],
    book: Mapping[str, Any],
    shops: Mapping[str, Mapping[str, Any]],
    *,
    broken: set[Truth],
    settled: bool,
) -> dict[str, bool]:
    """Those of the eight that a rehearsal can see: no price changes here, and no log is kept."""
    outside, inside = found["double_sales"]["outside"], found["double_sales"]["inside"]
    return {
        "I1 the entries add up": not broken & {Truth.SUMS, Truth.CASES},
        "I2 every order was taken in": (not found["orders_missing"] and Truth.LINES not in broken),
        "I3 nothing sold was put back on sale": not outside and Truth.PROOFS not in broken,
        "I4 every offer shows its target": settled and not found["drift"]["offers"],
        "I5 a piece sold twice only inside the window, with a case": (
            not outside and book["cases_ever"] >= len(sold_to_two(inside, shops))
        ),
        "I6 no acknowledged delivery was lost": book["inbox_waiting"] is None and not book["dead"],
    }


def sold_to_two(
    inside: Sequence[Mapping[str, Any]], shops: Mapping[str, Mapping[str, Any]]
) -> frozenset[str]:
    """Pieces of which the book must have a case.

    Not of one that a person took away by hand, unheard of until it was sold: nobody can tell that
    from our own withdrawal. Nor of one whose order was cancelled: it may have been so when PEG
    first heard of it.
    """
    cancelled = {
        str(order["id"])
        for name, told in shops.items()
        for order in told[ORDERS[name]]
        if order.get("cancelled_at") or order.get("status") == "canceled"
    }
    return frozenset(
        one["piece"]
        for one in inside
        if one["first"] is not None
        and one["first"]["by"] == "sale"
        and not cancelled & {str(one["first"]["order"]), str(one["second"]["order"])}
    )


async def _book(session: AsyncSession) -> dict[str, Any]:
    everything = await cases.all_cases(session, open_only=False)
    asked = await questions.open_questions(session)
    return {
        "orders": await order_rows.counted_by_shop(session),
        "cases": [
            {"sku": case["sku"], "oversold": case["oversold"], "closed_at": case["closed_at"]}
            for case in everything
        ],
        "cases_ever": len({case["sku"] for case in everything}),
        "questions": [question.sentence for question in asked],
        "inbox_waiting": await inbox.oldest_waiting_at(session),
        "dead": await inbox.dead(session),
    }


def _missing_orders(
    book: Mapping[str, Any], shops: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, int]:
    """Orders that the marketplaces hold and the book does not, by marketplace."""
    kept = {shop.split(":", 1)[0]: count for shop, count in book["orders"].items()}
    missing = {name: len(told[ORDERS[name]]) - kept.get(name, 0) for name, told in shops.items()}
    return {name: count for name, count in missing.items() if count}


async def _differing(engine: Engine) -> dict[str, Any]:
    """Read every offer afresh; which show something else than their target, and why not yet."""
    async with reading(engine.ground.database) as session:
        known = {offer.id: offer for offer in await offers.everything(session) if not offer.gone}
        standings = await board.standings(session, list(known))
        asked = {question.subject for question in await questions.open_questions(session)}
    readings: dict[OfferId, Reading] = {}
    for shop, door in engine.shops.items():
        mine = {known[key].ref: key for key in standings if known[key].ref.shop == shop}
        for ref, seen in (await door.marketplace.read(list(mine))).items():
            readings[mine[ref]] = seen
    wrong = [
        _difference(known[key], standing, readings[key])
        for key, standing in standings.items()
        if not _shows(standing, readings[key])
    ]
    held = [one for one in wrong if _is_asked(one, asked)]
    return {
        "checked": len(standings),
        "offers": [one for one in wrong if one not in held],
        "kept_by_a_question": held,
    }


def _shows(standing: Standing, seen: Reading) -> bool:
    shown = seen.shown()
    return all(shown.get(place, 0) == n for place, n in standing.target.quantities.items())


def _difference(offer: Offer, standing: Standing, seen: Reading) -> dict[str, Any]:
    return {
        "offer": offer.id,
        "shop": offer.ref.shop,
        "title": offer.title,
        "skus": [part.sku for part in offer.components],
        "target": dict(standing.target.quantities),
        "shows": seen.shown(),
        "shelf": seen.shelf.value,
        "parked": offer.parked,
        "last": standing.last_outcome,
    }


def _is_asked(one: Mapping[str, Any], asked: set[str]) -> bool:
    """Under an open question the lower figure stands; what a person took off sale stays off."""
    lower = sum(one["shows"].values()) <= sum(one["target"].values())
    return lower and (
        one["parked"] or str(one["offer"]) in asked or any(sku in asked for sku in one["skus"])
    )


def _calls(shops: Mapping[str, Mapping[str, Any]], sales: int) -> dict[str, Any]:
    kinds = {
        f"{name}.{operation}": count
        for name, told in shops.items()
        for operation, count in told["calls"]["by_operation"].items()
    }
    total = sum(kinds.values())
    return {
        "total": total,
        "per_sale": round(total / sales, 2) if sales else None,
        "per_sale_by_kind": {
            kind: round(count / sales, 3) for kind, count in sorted(kinds.items()) if sales
        },
    }


def _refusals(shops: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Refusals for going too fast that were earned, and those that a fault injected."""
    etsy, shopify = shops["etsy"]["calls"], shops["shopify"]["calls"]
    earned = etsy["throttled"]["per_second"] + etsy["throttled"]["per_day"] + shopify["throttled"]
    injected = (
        etsy["throttled"]["injected"] + shopify["throttled_injected"] + shopify["http_429_injected"]
    )
    total = etsy["total"] + shopify["total"]
    return {
        "earned": earned,
        "injected": injected,
        "earned_share": round(earned / total, 5) if total else 0.0,
    }


def failures(invariants: Mapping[str, bool]) -> Sequence[str]:
    """The invariants that did not hold."""
    return [name for name, held in invariants.items() if not held]
