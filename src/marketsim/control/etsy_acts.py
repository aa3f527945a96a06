"""What people do by hand on Etsy alone.

Each function's first sentence says what it does, its last what to send; the index shows them.
"""

from typing import Any

from marketsim.control.asked import Asked
from marketsim.etsy.market import EtsyMarket
from marketsim.market import UnitId
from marketsim.world import NoSuchMarket, World


def rename_variation(world: World, asked: Asked) -> dict[str, Any]:
    """A person gives a variation another name, as "US 6" for "6". Send unit and name."""
    market, unit = world.market("etsy"), UnitId(asked.text("unit"))
    if not isinstance(market, EtsyMarket):
        raise NoSuchMarket("etsy")
    market.rename_variation(unit, asked.text("name"))
    return {"unit": unit, "name": asked.text("name"), "buyable": market.buyable(unit)}
