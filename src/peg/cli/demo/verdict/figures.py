"""The figures of a rehearsal that no invariant is about."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.raises import covering
from peg.cli.demo.verdict.record import Happened, Record

SLOWEST = 5
"""So many of the slowest sales are told singly."""

HASTE_MAX = 0.005
"""At most this share of the calls may be refused for going too fast, injected refusals apart."""


def calls(shops: Mapping[str, Mapping[str, Any]], sales: int) -> dict[str, Any]:
    """Calls to both marketplaces, in all and by kind, a sale."""
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


def refusals(shops: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
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
        "too_many": earned > total * HASTE_MAX,
    }


def verified(followed: Sequence[Mapping[str, Any]], record: Record, book: Book) -> dict[str, Any]:
    """Seconds from a sale until PEG had verified that another offer shows no more than there is.

    Args:
        followed: each sale that an offer followed, as the control API tells it; where it was
            lowered by the marketplace itself or by a person there is nothing to verify.
        record: what happened on the marketplaces.
        book: PEG's attempts, with the end of each.
    """
    lowered = {(*one.key, one.at): one for one in record.happened if one.by_app}
    ended: list[tuple[float, Mapping[str, Any]]] = []
    for sale in followed:
        at = datetime.fromisoformat(sale["lowered_at"])
        one = lowered.get((sale["lowered_on"], sale["unit"], at))
        ended_at = _verified_at(one, book) if one is not None else None
        if ended_at is not None:
            sold_at = datetime.fromisoformat(sale["sold_at"])
            ended.append(((max(ended_at, at) - sold_at).total_seconds(), sale))
    ended.sort(key=lambda one: one[0])
    took = [seconds for seconds, _ in ended]
    return {
        "count": len(took),
        "p50": _at(took, 0.5),
        "p99": _at(took, 0.99),
        "max": _at(took, 1.0),
        "slowest": [
            {**sale, "seconds": round(seconds, 4)} for seconds, sale in ended[: -SLOWEST - 1 : -1]
        ],
    }


def _verified_at(lowered: Happened, book: Book) -> datetime | None:
    offer = book.units.get(lowered.key)
    tries = covering(lowered, offer, book.attempts) if offer is not None else []
    ends = [one.ended_at for one in tries if one.ended_at is not None]
    # One that was over before may have done it only where the clocks are apart.
    return min((end for end in ends if end >= lowered.at), default=min(ends, default=None))


def _at(took: Sequence[float], share: float) -> float | None:
    return round(took[math.ceil(share * len(took)) - 1], 4) if took else None
