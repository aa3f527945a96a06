"""What Shopify leaves out of a delivery, it is asked for: the order's number is enough for that."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.inbox_work import tried
from tests.support.signed_by_shopify import saying, sold_ring, told_by
from tests.support.two_shops import RING, open_two_shops


@pytest.mark.parametrize(
    "odd",
    [
        {"refunds": None},
        {"line_items": None},
        {"line_items": [7]},
        {"currency": "gold"},
        {"updated_at": "yesterday"},
    ],
    ids=str,
)
async def test_an_order_that_can_be_read_in_part_is_fetched_at_once(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await sold_ring(shops)

        await shops.deliver(saying(letter, told_by(letter) | odd))
        await tried(shops.acceptor)

        assert (await shops.level(RING)).committed == 1
        assert await shops.outcomes() == [("orders/create", "new")]


async def test_of_an_order_whose_number_alone_is_told_the_rest_is_fetched(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await sold_ring(shops)

        await shops.deliver(saying(letter, {"id": told_by(letter)["id"]}))
        await tried(shops.acceptor)

        assert (await shops.level(RING)).committed == 1
