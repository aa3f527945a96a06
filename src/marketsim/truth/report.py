"""The truth as JSON."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from marketsim.truth.records import Lowered, Verdict, quantiles
from marketsim.truth.watch import Truth

CEILING_S = 180.0
"""A poll of two minutes, the receipts' lag and the writing: the default ceiling of a window."""

VERDICTS: tuple[Verdict, ...] = ("inside", "outside", "untold", "untracked", "in_person")

SLOWEST = 5
"""So many sales are named that were followed last."""


def report(truth: Truth, *, at: datetime, ceiling_s: float = CEILING_S) -> dict[str, Any]:
    """Sales, double sales, latencies and what could be oversold now.

    What happened until `at`, each double sale judged by `ceiling_s`.
    """
    evidence = [double.evidence(ceiling_s) for double in truth.double_sales]
    return {
        "at": at.isoformat(),
        "sales": {
            market: {"orders": len(orders), "units": truth.counts[f"sold_on_{market}"]}
            for market, orders in truth.orders.items()
        },
        "in_person": {
            "sold": truth.counts["sold_in_person"],
            "received": truth.counts["received"],
        },
        "came_back": truth.counts["came_back"],
        "returned_but_not_restocked": truth.counts["returned_but_not_restocked"],
        "edited_by_hand": sum(truth.counts[f"edited_on_{market}"] for market in truth.orders),
        "double_sales": {
            "ceiling_s": ceiling_s,
            **{
                verdict: [case for case in evidence if case["verdict"] == verdict]
                for verdict in VERDICTS
            },
        },
        "seconds_to_lower": _latencies(truth.lowered),
        "waiting": _waiting(truth, at),
        "not_measured": {
            name: truth.counts[name]
            for name in (
                "needed_no_change",
                "waits_ended_by_a_buyer",
                "waits_overtaken_by_a_return",
                "covered_edits_cannot_be_followed",
                "untracked_cannot_follow",
            )
        },
        "oversellable_now": _oversellable(truth, at),
    }


def _latencies(lowered: Sequence[Lowered]) -> dict[str, Any]:
    sales = [each for each in lowered if each.cause == "sale"]
    directions = sorted({(each.sold_on, each.lowered_on) for each in sales})
    return {
        "after_sales": quantiles([each.seconds for each in sales]),
        "after_sales_withdrawn": quantiles([each.seconds for each in sales if each.to == 0]),
        "after_sales_in_person": quantiles(
            [each.seconds for each in lowered if each.cause == "in person"]
        ),
        "after_hand_edits": quantiles([each.seconds for each in lowered if each.cause == "edit"]),
        "after_sales_by_direction": {
            f"{sold}->{other}": quantiles(
                [e.seconds for e in sales if (e.sold_on, e.lowered_on) == (sold, other)]
            )
            for sold, other in directions
        },
        "slowest": [_told(each) for each in _slowest(sales)],
    }


def _slowest(sales: Sequence[Lowered]) -> Sequence[Lowered]:
    return sorted(sales, key=lambda each: each.seconds, reverse=True)[:SLOWEST]


def _told(each: Lowered) -> dict[str, Any]:
    return {
        "seconds": round(each.seconds, 4),
        "sold_on": each.sold_on,
        "sold_at": each.sold_at.isoformat(),
        "lowered_on": each.lowered_on,
        "unit": each.unit,
        "to": each.to,
    }


def followed(truth: Truth) -> list[dict[str, Any]]:
    """Each time an offer followed a sale elsewhere, in order."""
    return [
        {**_told(each), "lowered_at": (each.sold_at + timedelta(seconds=each.seconds)).isoformat()}
        for each in truth.lowered
        if each.cause == "sale"
    ]


def _waiting(truth: Truth, now: datetime) -> dict[str, Any]:
    waiting = [offer for offer in truth.offers.values() if offer.waits]
    since = [wait.since for offer in waiting for wait in offer.waits]
    oldest_s = (now - min(since)).total_seconds() if since else None
    units = [{"market": offer.market, "unit": offer.unit} for offer in waiting]
    return {"count": len(since), "oldest_s": oldest_s, "units": units}


def _oversellable(truth: Truth, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "market": offer.market,
            "unit": offer.unit,
            "pieces": [piece for piece, _ in offer.parts],
            "buyable": offer.buyable,
            "allowed": truth.allowed(offer.parts),
            "seconds": (now - offer.window.since).total_seconds(),
            "because": offer.window.opened_by,
            "tracked": offer.tracked,
        }
        for offer in truth.offers.values()
        if offer.window is not None
    ]
