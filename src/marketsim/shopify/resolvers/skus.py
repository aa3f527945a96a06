"""SKUs that another item has already, for a shop that would not have that."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketsim.shopify.call import Call
from marketsim.shopify.records import InventoryItem

TAKEN = "SKU has already been taken"


def taken(
    call: Call, rows: Sequence[Mapping[str, Any]], freed: Iterable[InventoryItem]
) -> list[int]:
    """Which of the rows ask for a SKU that is another's; none where SKUs may be alike.

    Args:
        call: whose shop it is.
        rows: what is asked of an item or a variant each.
        freed: the items that are about to give up the SKUs they have.
    """
    given_up = [item.sku for item in freed]
    seen: set[str] = set()
    found = []
    for index, sku in enumerate(map(sku_of, rows)):
        if sku and (sku in seen or call.shop.store.skus[sku] > given_up.count(sku)):
            found.append(index)
        seen.add(sku)
    return [] if found and call.shop.strikes("duplicate_skus") else found


def sku_of(row: Mapping[str, Any]) -> str:
    """What is asked for; of a variant it sits inside `inventoryItem`."""
    return (row.get("inventoryItem") or {}).get("sku") or row.get("sku") or ""
