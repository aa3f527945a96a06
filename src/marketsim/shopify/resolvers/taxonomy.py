"""Searching the product taxonomy."""

from typing import Any

from marketsim.shopify.call import call_of
from marketsim.shopify.resolvers.base import Info, Resolvers, constant
from marketsim.shopify.taxonomy import search


def categories(_source: Any, info: Info, **args: Any) -> Any:
    """Categories whose name holds the searched text."""
    return call_of(info).page(
        info, search(args.get("search") or ""), args, key_of=lambda it: (it["fullName"], 0)
    )


RESOLVERS: Resolvers = {
    ("QueryRoot", "taxonomy"): constant({}),
    ("Taxonomy", "categories"): categories,
}
