"""Stocking an item at a place, and changing the item itself."""

from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.records import InventoryItem, Level, Location
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.inventory_writes import QUANTITY_MAX
from marketsim.shopify.resolvers.keyed import Payload, run_once
from marketsim.shopify.resolvers.skus import TAKEN, taken
from marketsim.shopify.wording import NotMoney, minor


def activate(_root: Any, info: Info, **args: Any) -> Payload:
    """Stock an item at a place; its errors have no code."""
    call = call_of(info)
    call.need("write_inventory", "inventoryActivate")

    def refuse(message: str, code: str) -> Payload:
        return {"inventoryLevel": None, "userErrors": [user_error(message, code=code)]}

    return run_once(info, args, lambda: _activate(call, args), refuse)


def _activate(call: Call, args: dict[str, Any]) -> Payload:
    item = call.look_up(args["inventoryItemId"])
    place = call.look_up(args["locationId"])
    if not isinstance(item, InventoryItem):
        message = "The product couldn't be stocked: it does not exist."
        return _refused(message, "inventoryItemId", "INVALID_INVENTORY_ITEM")
    if not isinstance(place, Location) or not place.is_active:
        message = "The product couldn't be stocked: no such location."
        return _refused(message, "locationId", "INVALID_LOCATION")
    if not item.mutable:
        message = "The product couldn't be stocked: it is made of others."
        return _refused(message, "inventoryItemId", "NON_MUTABLE_INVENTORY_ITEM")
    wrong = _wrong_figure(args, item.levels.get(place.number))
    if wrong is not None:
        return _refused(wrong, "available", "INVALID_QUANTITY")
    given = args.get("onHand") if args.get("available") is None else args["available"]
    return {"inventoryLevel": _stocked(call, item, place, given), "userErrors": []}


def _wrong_figure(args: dict[str, Any], known: Level | None) -> str | None:
    given = [args[name] for name in ("available", "onHand") if args.get(name) is not None]
    if len(given) > 1:
        return "Only one of available and onHand can be set."
    if any(not 0 <= pieces <= QUANTITY_MAX for pieces in given):
        return f"The quantity must be between 0 and {QUANTITY_MAX}."
    if given and known is not None and known.is_active:
        return "Not allowed to set available when the item is already active at the location."
    return None


def _stocked(call: Call, item: InventoryItem, place: Location, pieces: int | None) -> Level:
    """What lay there before stays, where nobody says how many pieces there are."""
    level = call.shop.stock.level_of(item, place)
    level.is_active = True
    level.updated_at = call.shop.store.now()
    if pieces is not None:
        delta = pieces - level.quantities["available"]
        call.shop.stock.move(level, {"available": delta}, by="app")
    if item.variant is not None:
        call.shop.stock.announce([item.variant], by="app")
    return level


def update(_root: Any, info: Info, id: str, input: dict[str, Any]) -> Payload:  # noqa: A002 - the schema's own names
    """Change an item: whether it is tracked, its SKU, its cost."""
    call = call_of(info)
    call.need("write_inventory", "inventoryItemUpdate")
    item = call.find(id, InventoryItem, "inventory item")
    if item is None:
        return {
            "inventoryItem": None,
            "userErrors": [user_error("The product couldn't be found.", "id", code="NOT_FOUND")],
        }
    if taken(call, [input], [item]):
        error = user_error(TAKEN, "input", "sku", code="TAKEN")
        return {"inventoryItem": None, "userErrors": [error]}
    try:
        change_item(call, item, input)
    except NotMoney:
        return {
            "inventoryItem": None,
            "userErrors": [user_error("Cost is invalid.", "input", "cost")],
        }
    if item.variant is not None:
        call.shop.stock.announce([item.variant], by="app")
    return {"inventoryItem": item, "userErrors": []}


def change_item(call: Call, item: InventoryItem, given: dict[str, Any]) -> None:
    """Take over what was given of an item.

    Raises:
        NotMoney: the cost is not an amount.
    """
    if given.get("cost") is not None:
        item.cost_minor = minor(given["cost"])
    if given.get("tracked") is not None:
        item.tracked = given["tracked"]
    if "sku" in given:
        call.shop.store.rename_sku(item, given["sku"] or None)
    if given.get("requiresShipping") is not None:
        item.requires_shipping = given["requiresShipping"]
    item.updated_at = call.shop.store.now()


def _refused(message: str, field: str, code: str) -> Payload:
    return {"inventoryLevel": None, "userErrors": [user_error(message, field, code=code)]}


RESOLVERS: Resolvers = {
    ("Mutation", "inventoryActivate"): activate,
    ("Mutation", "inventoryItemUpdate"): update,
}
