"""The figures of a rehearsal that no invariant is about."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.raises import covering
from peg.cli.demo.verdict.record import Happened, Record

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


def verified(record: Record, book: Book) -> dict[str, Any]:
    """Seconds from when a lower figure stood on a shop until PEG had verified that it does."""
    took = sorted(
        max(0.0, (ended_at - one.at).total_seconds())
        for one in record.happened
        if one.by_app and one.buyable < one.before
        if (ended_at := _verified_at(one, book)) is not None
    )
    return {
        "count": len(took),
        "p50": _at(took, 0.5),
        "p99": _at(took, 0.99),
        "max": _at(took, 1.0),
    }


def _verified_at(lowered: Happened, book: Book) -> datetime | None:
    offer = book.units.get(lowered.key)
    tries = covering(lowered, offer, book.attempts) if offer is not None else []
    return min((one.ended_at for one in tries if one.ended_at is not None), default=None)


def _at(took: Sequence[float], share: float) -> float | None:
    return round(took[math.ceil(share * len(took)) - 1], 4) if took else None
