"""Two people buy the last piece on two shops, before either can know of the other."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import DEAF, open_little_shop

from marketsim.market import NotForSale

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("webhooks", [True, False], ids=["webhooks", "no webhook"])
async def test_two_buyers_of_the_last_piece_make_one_case_with_both_orders(
    tmp_path: Path, *, webhooks: bool
) -> None:
    async with open_little_shop(tmp_path, rates={} if webhooks else DEAF) as shop:
        both = {shop.buys("shopify", RING).rpartition("/")[2], shop.buys("etsy", RING)}

        (case,) = await shop.cases()
        assert {claim.order_id for claim in case.orders} == both
        assert case.oversold == 1
        await shop.stays(RING, 0, 0)
        assert len(await shop.cases()) == 1
        found = shop.truth()["double_sales"]
        assert (len(found["inside"]), found["outside"]) == (1, [])


async def test_a_buyer_who_comes_after_the_withdrawal_finds_nothing_to_buy(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)

        with pytest.raises(NotForSale):
            shop.buys("etsy", RING)
        assert shop.sold_twice() == 0
