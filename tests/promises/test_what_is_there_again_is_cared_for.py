"""What a marketplace takes away and gives back is never for sale beside what was sold meanwhile."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import DEAF, LittleShop, open_little_shop

pytestmark = pytest.mark.virtual_time

COMPARES = {"PEG_RECONCILE_S": "10"}


def etsy_takes_away(shop: LittleShop) -> None:
    shop.rehearsal.etsy.market.take_away(shop.units["etsy", RING])


def etsy_gives_back(shop: LittleShop) -> None:
    shop.rehearsal.etsy.market.give_back(shop.units["etsy", RING])


async def test_a_ring_that_was_sold_while_its_listing_was_away_is_not_sold_again(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment=COMPARES) as shop:
        etsy_takes_away(shop)
        await shop.until(lambda: "listing_gone" in shop.alerts)
        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)

        etsy_gives_back(shop)
        assert shop.shows(RING) == (0, 1)

        await shop.ends_at(RING, 0)
        assert "ghost_unit" in shop.alerts
        assert shop.sold_twice() == 0


@pytest.mark.parametrize("rates", [{}, DEAF], ids=["webhooks", "no webhook"])
async def test_a_ring_that_is_back_before_it_is_sold_is_taken_off_when_it_is(
    tmp_path: Path, rates: dict[str, float]
) -> None:
    async with open_little_shop(tmp_path, rates=rates, environment=COMPARES) as shop:
        etsy_takes_away(shop)
        await shop.until(lambda: "listing_gone" in shop.alerts)
        etsy_gives_back(shop)
        await shop.is_known_to_be_there("etsy", RING)

        shop.buys("shopify", RING)

        await shop.ends_at(RING, 0)
        assert "ghost_unit" not in shop.alerts
        assert await shop.questions() == []
