"""What a person does by hand in either admin."""

import httpx2
import pytest

from marketsim.build import build_world
from marketsim.pieces import MARKETS, MarketName


@pytest.mark.parametrize("name", MARKETS)
async def test_a_person_types_another_sku(name: MarketName) -> None:
    world = build_world(seed=1, http=httpx2.AsyncClient(), pieces=10)
    market = world.market(name)
    unit = market.offered()[0].unit

    market.retype_sku(unit, "NEW-1")

    assert next(one.sku for one in market.offered() if one.unit == unit) == "NEW-1"
    await world.close()


@pytest.mark.parametrize("name", MARKETS)
async def test_a_person_deletes_a_listing_and_it_is_not_on_sale_any_more(name: MarketName) -> None:
    world = build_world(seed=1, http=httpx2.AsyncClient(), pieces=10)
    market = world.market(name)
    unit = market.offered()[0].unit

    market.delete(unit)

    assert market.buyable(unit) == 0
    assert unit in market.units()  # its orders remain
    await world.close()
