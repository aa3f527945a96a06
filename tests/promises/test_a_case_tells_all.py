"""A piece was sold on both shops at once: its case tells who bought, when, and what each showed."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import LittleShop, open_little_shop

from peg.db.transaction import reading
from peg.domain.claim import Policy
from peg.reads.case_file import CaseFile, case_file

pytestmark = pytest.mark.virtual_time


async def told(shop: LittleShop) -> CaseFile:
    (case,) = await shop.cases()
    async with reading(shop.rehearsal.ground.database) as session:
        return await case_file(session, case.id, policy=Policy.EARLIEST_PAID, fees={})


async def test_a_case_holds_both_orders_and_the_seconds_between_them(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        orders = {shop.buys("shopify", RING), shop.buys("etsy", RING)}

        case = await told(shop)

    assert case.seconds < timedelta(minutes=1).total_seconds()
    assert {one.order_id for one in case.orders} == {order.rpartition("/")[2] for order in orders}
    assert all(one.heard_after_s is not None for one in case.orders)
    assert all(one.pays == one.whole and one.pays is not None for one in case.orders)


async def test_a_case_tells_what_each_shop_showed_and_proposes_who_gets_the_piece(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("shopify", RING)
        shop.buys("etsy", RING)

        case = await told(shop)

    assert [one.showed for one in case.shown] == [1, 1]
    proposed = len(case.proposed.keep), len(case.proposed.lose)
    if len({(one.paid, one.after_s) for one in case.orders}) == 2:
        assert proposed == (1, 1)
        assert case.proposed.why.endswith("is the earliest that is paid")
    else:  # both fell into one second, and nobody knows which was first
        assert proposed == (0, 0)
