"""What people do by hand: orders, stock, listings, the clock, faults and buyers.

Each function's first sentence says what it does, its last what to send; the index shows them.
"""

from typing import Any

from marketsim.control.asked import Asked, BadRequest
from marketsim.market import EditRefused, Market, OrderId, RestockType, UnitId
from marketsim.pieces import PieceId
from marketsim.world import World

RESTOCK_TYPES: tuple[RestockType, ...] = ("no_restock", "cancel", "return")


def buy(world: World, asked: Asked) -> dict[str, Any]:
    """A buyer orders; nothing is paid yet. Send market, unit, quantity (1), also {unit: number}."""
    market, unit = _unit(world, asked)
    also = {UnitId(name): count for name, count in asked.counts("also").items()}
    order = market.buy_together({unit: _at_least_one(asked), **also})
    return {"order": order, "unit": unit, "buyable": market.buyable(unit)}


def pay(world: World, asked: Asked) -> dict[str, Any]:
    """The payment of an order arrives. Send market and order."""
    market, order = _order(world, asked)
    market.pay(order)
    return {"order": order, "done": "paid"}


def fulfil(world: World, asked: Asked) -> dict[str, Any]:
    """The seller ships all that is unshipped of an order. Send market and order."""
    market, order = _order(world, asked)
    market.fulfil(order)
    return {"order": order, "done": "shipped"}


def cancel(world: World, asked: Asked) -> dict[str, Any]:
    """An order is cancelled. Send market, order and restock (true): whether the pieces are back."""
    market, order = _order(world, asked)
    market.cancel(order, restock=asked.yes_or_no("restock", default=True))
    return {"order": order, "done": "cancelled"}


def refund(world: World, asked: Asked) -> dict[str, Any]:
    """Pieces are refunded. Send market, order, quantity (1), restock (no_restock|cancel|return)."""
    market, order = _order(world, asked)
    wanted = asked.text("restock")
    restock = next((known for known in RESTOCK_TYPES if known == wanted), None)
    if restock is None:
        raise BadRequest(f"restock: one of {', '.join(RESTOCK_TYPES)}, got {wanted!r}")
    market.refund(order, quantity=_at_least_one(asked), restock=restock)
    return {"order": order, "done": "refunded"}


def edit_stock(world: World, asked: Asked) -> dict[str, Any]:
    """A person changes stock in the admin. Send market, unit, delta and location (0)."""
    market, unit = _unit(world, asked)
    locations = len(world.catalogue.locations) if market.name == "shopify" else 1
    location = asked.integer("location", 0)
    if not 0 <= location < locations:
        raise BadRequest(f"location: 0 to {locations - 1} on {market.name}, got {location}")
    delta, there = asked.integer("delta"), market.removable(unit, location=location)
    if -delta > there:
        raise EditRefused(f"delta: {there} of {unit} are there, {-delta} were to be taken away")
    market.edit_stock(unit, delta=delta, location=location)
    return {"unit": unit, "buyable": market.buyable(unit)}


def in_person(world: World, asked: Asked) -> dict[str, Any]:
    """Pieces go over the counter (delta below 0) or come in: no shop is told. Send piece, delta."""
    piece, delta = PieceId(asked.text("piece")), asked.integer("delta")
    if not delta:
        raise BadRequest("delta: fewer or more pieces, not 0")
    return {"piece": piece, "remaining": world.in_person(piece, delta)}


def reactivate(world: World, asked: Asked) -> dict[str, Any]:
    """A person puts a withdrawn listing back on sale (the ghost unit). Send market and unit."""
    market, unit = _unit(world, asked)
    market.reactivate(unit)
    return {"unit": unit, "buyable": market.buyable(unit)}


def repeat_webhook(world: World, asked: Asked) -> dict[str, Any]:
    """What was accepted last is delivered once more, whatever the faults say. Send market."""
    return {"notice": world.practice(asked.text("market")).courier.repeat()}


def advance_clock(world: World, asked: Asked) -> dict[str, Any]:
    """The market's time jumps forward, and whoever waited wakes. Send seconds."""
    world.clock.advance(_not_negative(asked, "seconds"))
    return {"now": world.clock.now().isoformat()}


def set_clock_speed(world: World, asked: Asked) -> dict[str, Any]:
    """Market seconds per real second from now on; 0 stands still. Send speed."""
    world.clock.set_speed(_not_negative(asked, "speed"))
    return {"now": world.clock.now().isoformat(), "speed": world.clock.speed}


def set_faults(world: World, asked: Asked) -> dict[str, Any]:
    """Changes the rates of faults, all or none. Send {name: rate}, each from 0 (off) to 1."""
    try:
        world.faults.set_rates(asked.rates())
    except ValueError as wrong:
        raise BadRequest(str(wrong)) from wrong
    return {"rates": world.faults.rates()}


def reseed_faults(world: World, asked: Asked) -> dict[str, Any]:
    """Begins every fault's stream of chance anew. Send seed."""
    world.faults.reseed(asked.integer("seed"))
    return {"seed": asked.integer("seed")}


def start_buyers(world: World, asked: Asked) -> dict[str, Any]:
    """Opens both shops to buyers. Send habits, such as orders (300) and pace (60 a minute)."""
    return world.send_buyers(asked.habits()).status()


def stop_buyers(world: World, _asked: Asked) -> dict[str, Any]:
    """Closes the shops; orders already placed are still paid, shipped, cancelled and refunded."""
    if world.crowd is None:
        return {"state": "idle"}
    world.crowd.close_shop()
    return world.crowd.status()


def _unit(world: World, asked: Asked) -> tuple[Market, UnitId]:
    return world.market(asked.text("market")), UnitId(asked.text("unit"))


def _order(world: World, asked: Asked) -> tuple[Market, OrderId]:
    return world.market(asked.text("market")), OrderId(asked.text("order"))


def _at_least_one(asked: Asked) -> int:
    quantity = asked.integer("quantity", 1)
    if quantity < 1:
        raise BadRequest(f"quantity: at least one, got {quantity}")
    return quantity


def _not_negative(asked: Asked, name: str) -> float:
    value = asked.number(name)
    if not 0 <= value < 1e9:
        raise BadRequest(f"{name}: not negative and not endless, got {value}")
    return value
