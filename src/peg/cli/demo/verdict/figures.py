"""The figures of a rehearsal that no invariant is about."""

from collections.abc import Mapping
from typing import Any

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
