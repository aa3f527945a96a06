"""Reading items, levels and quantities."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from marketsim.shopify.call import call_of
from marketsim.shopify.records import QUANTITY_NAMES, InventoryItem, Level, Location
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.search import Field, Moment, Number, Word
from marketsim.shopify.stock import unit_of
from marketsim.shopify.wording import decimal

_ITEM_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "sku": Word(get=lambda it: it.sku),
    "created_at": Moment(get=lambda it: it.created_at),
    "updated_at": Moment(get=lambda it: it.updated_at),
    "default": Word(get=lambda it: it.sku),
}
_LEVEL_FIELDS: dict[str, Field] = {
    "inventory_item_id": Number(get=lambda it: it.item.number),
    "inventory_group_id": Number(get=lambda it: it.item.number),
    "item_id": Number(get=lambda it: it.item.number),
    "created_at": Moment(get=lambda it: it.created_at),
    "updated_at": Moment(get=lambda it: it.updated_at),
}


def item(_root: Any, info: Info, id: str) -> InventoryItem | None:  # noqa: A002 - the schema's own name
    """One item, null when it is gone."""
    call = call_of(info)
    call.need("read_inventory", "inventoryItem")
    found: InventoryItem | None = call.find(id, InventoryItem, "inventory item")
    return found


def items(_root: Any, info: Info, **args: Any) -> Any:
    """All items by age; searched by sku, id and times."""
    call = call_of(info)
    call.need("read_inventory", "inventoryItems")
    return call.page(info, call.shop.store.items.values(), args, fields=_ITEM_FIELDS)


def duplicates(source: InventoryItem, info: Info) -> int:
    """How many other items have this very SKU."""
    skus = call_of(info).shop.store.skus
    return max(0, skus[source.sku] - 1) if source.sku else 0


def unit_cost(source: InventoryItem, info: Info) -> dict[str, str] | None:
    """What a piece costs its seller."""
    if source.cost_minor is None:
        return None
    currency = call_of(info).shop.store.currency
    return {"amount": decimal(source.cost_minor), "currencyCode": currency}


def levels_of_item(source: InventoryItem, info: Info, **args: Any) -> Any:
    """An item's levels; inactive ones only when asked for."""
    if source.variant is not None:
        call_of(info).shop.store.seen.read(unit_of(source.variant))
    return _levels(list(source.levels.values()), info, args)


def levels_of_location(source: Location, info: Info, **args: Any) -> Any:
    """A place's levels."""
    return _levels(call_of(info).shop.store.levels_at.get(source.number, []), info, args)


def _levels(levels: Sequence[Level], info: Info, args: dict[str, Any]) -> Any:
    call = call_of(info)
    call.need("read_inventory", "inventoryLevels")
    shown = [it for it in levels if it.is_active or args["includeInactive"]]
    return call.page(info, shown, args, fields=_LEVEL_FIELDS)


def level(
    source: InventoryItem,
    info: Info,
    locationId: str,  # noqa: N803 - the schema's own name
    includeInactive: bool,  # noqa: N803, FBT001 - the same
) -> Level | None:
    """An item's level at a place."""
    place = call_of(info).find(locationId, Location, "location")
    found = source.levels.get(place.number) if place else None
    return found if found and (found.is_active or includeInactive) else None


def variants_of_item(source: InventoryItem, info: Info, **args: Any) -> Any:
    """The one variant of an item."""
    return call_of(info).page(info, [source.variant] if source.variant else [], args)


def quantities(source: Level, _info: Info, names: Sequence[str]) -> list[dict[str, Any]]:
    """The quantities of these names.

    Raises:
        GraphQLError: no such name.
    """
    rows = []
    for name in names:
        if name not in QUANTITY_NAMES:
            raise GraphQLError(
                f"The quantity name '{name}' is not valid.", extensions={"code": "BAD_REQUEST"}
            )
        rows.append(
            {
                "id": f"gid://shopify/InventoryQuantity/{source.number}"
                f"?inventory_item_id={source.item.number}&name={name}",
                "name": name,
                "quantity": source.quantity(name),
                "updatedAt": source.changed_at.get(name),
            }
        )
    return rows


RESOLVERS: Resolvers = {
    ("QueryRoot", "inventoryItem"): item,
    ("QueryRoot", "inventoryItems"): items,
    ("InventoryItem", "duplicateSkuCount"): duplicates,
    ("InventoryItem", "unitCost"): unit_cost,
    ("InventoryItem", "inventoryLevels"): levels_of_item,
    ("InventoryItem", "inventoryLevel"): level,
    ("InventoryItem", "variants"): variants_of_item,
    ("InventoryLevel", "quantities"): quantities,
    ("Location", "inventoryLevels"): levels_of_location,
}
