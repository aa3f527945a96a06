"""What people do by hand on Shopify alone: the till, draft and edited orders, places, bundles.

Each function's first sentence says what it does, its last what to send; the index shows them.
"""

from typing import Any

from marketsim.control.asked import Asked, BadRequest
from marketsim.market import OrderId, UnitId
from marketsim.shopify.market import ShopifyMarket
from marketsim.world import NoSuchMarket, World


def sell_in_person(world: World, asked: Asked) -> dict[str, Any]:
    """A sale at the till: it asks no stock, and available may fall below 0. Send unit, quantity."""
    market, unit = _unit(world, asked)
    quantity = asked.integer("quantity", 1)
    if quantity < 1:
        raise BadRequest(f"quantity: at least one, got {quantity}")
    order = market.sell_in_person(unit, quantity)
    return {"order": order, "unit": unit, "buyable": market.buyable(unit)}


def draft(world: World, asked: Asked) -> dict[str, Any]:
    """A draft order holds pieces; below 0 it lets them go. Send unit, quantity and location (0)."""
    market, unit = _unit(world, asked)
    location = _place(market, asked, "location", default=0)
    market.reserve(unit, quantity=asked.integer("quantity"), location=location)
    return {"unit": unit, "buyable": market.buyable(unit)}


def remove_from_order(world: World, asked: Asked) -> dict[str, Any]:
    """An order is edited: unshipped pieces are taken out of it. Send order and quantity (1)."""
    order = OrderId(asked.text("order"))
    _shopify(world).remove_from_order(order, quantity=asked.integer("quantity", 1))
    return {"order": order, "done": "edited"}


def open_place(world: World, asked: Asked) -> dict[str, Any]:
    """Another place is opened. Send name."""
    return {"location": _shopify(world).open_place(_name(asked))}


def rename_place(world: World, asked: Asked) -> dict[str, Any]:
    """A place gets another name. Send location and name."""
    market = _shopify(world)
    location = _place(market, asked, "location")
    market.rename_place(location, _name(asked))
    return {"location": location, "name": _name(asked)}


def close_place(world: World, asked: Asked) -> dict[str, Any]:
    """A place is closed, and what lies there moved to another. Send location and move_to."""
    market = _shopify(world)
    closed, there = (_place(market, asked, name) for name in ("location", "move_to"))
    if closed == there:
        raise BadRequest("move_to: another place than the one that is closed")
    market.close_place(closed, move_to=there)
    return {"location": closed, "done": "closed"}


def bundle(world: World, asked: Asked) -> dict[str, Any]:
    """A unit becomes a bundle, whose stock no app may write. Send unit and bundle (true)."""
    market, unit = _unit(world, asked)
    is_bundle = asked.yes_or_no("bundle", default=True)
    (market.bundle if is_bundle else market.unbundle)(unit)
    return {"unit": unit, "bundle": is_bundle}


def tick(world: World, asked: Asked) -> dict[str, Any]:
    """A person unticks what counts a unit, or has it sold on at 0. Send unit, tracked, sells_on."""
    market, unit = _unit(world, asked)
    market.count(unit, tracked=asked.yes_or_no("tracked", default=True))
    market.sell_on(unit, ticked=asked.yes_or_no("sells_on", default=False))
    return {"unit": unit, "buyable": market.buyable(unit)}


def _name(asked: Asked) -> str:
    name = asked.text("name")
    if not name.strip():
        raise BadRequest("name: a place has a name")
    return name


def _shopify(world: World) -> ShopifyMarket:
    market = world.market("shopify")
    if not isinstance(market, ShopifyMarket):
        raise NoSuchMarket("shopify")
    return market


def _unit(world: World, asked: Asked) -> tuple[ShopifyMarket, UnitId]:
    return _shopify(world), UnitId(asked.text("unit"))


def _place(market: ShopifyMarket, asked: Asked, name: str, default: int | None = None) -> int:
    location, places = asked.integer(name, default), len(market.store.locations)
    if not 0 <= location < places:
        raise BadRequest(f"{name}: 0 to {places - 1}, got {location}")
    return location
