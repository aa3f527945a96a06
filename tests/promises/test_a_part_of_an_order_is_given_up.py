"""An order that has other pieces too loses the one that was sold twice, and no more, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.deciding import decides, number_of, on_shopify, told
from tests.support.little_catalogue import CHAIN, GOLD, RING, SHELF
from tests.support.little_shop import LittleShop, open_little_shop

from marketsim.market import OrderId
from peg.db.transaction import reading
from peg.domain.identity import Sku
from peg.ledger import queries
from peg.ledger.given_back import TAKEN_OUT
from peg.propagation import pauses
from peg.propagation.pauses import Paused
from peg.propagation.resolving import CaseClosed
from peg.propagation.taking_out import SENT_MEANWHILE

pytestmark = pytest.mark.virtual_time

REFUND = "refundCreate("
HEARD_LOOKS = 2_000


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path) as shop:
        yield shop


async def sold_twice(shop: LittleShop) -> tuple[OrderId, OrderId, int]:
    """A ring with a band on Shopify, and the ring on Etsy: both orders, and the case's number."""
    market = shop.rehearsal.world.market("shopify")
    on_shop = market.buy_together({shop.units["shopify", sku]: 1 for sku in (RING, GOLD)})
    market.pay(on_shop)
    on_etsy = shop.buys("etsy", RING)
    return on_shop, on_etsy, await heard(shop)


async def heard(shop: LittleShop) -> int:
    """The number of the case, once PEG knows that both orders are paid."""
    (case,) = await shop.cases()
    for _ in range(HEARD_LOOKS):
        if all(one.paid for one in (await told(shop, case.id)).orders):
            return case.id
        await asyncio.sleep(0.01)
    raise TimeoutError


def left_of(shop: LittleShop, order: OrderId) -> dict[str, tuple[int, int]]:
    """By SKU, what of an order its buyer still has, and what of that is to be shipped."""
    lines = on_shopify(shop, order)["lines"]
    return {line["sku"]: (line["current"], line["unfulfilled"]) for line in lines}


async def book_of(shop: LittleShop, sku: Sku) -> tuple[int, int, int]:
    async with reading(shop.rehearsal.ground.database) as session:
        position = await queries.position(session, sku)
    return position.level.on_hand, position.level.committed, position.oversold


async def paid_back(shop: LittleShop, order: OrderId) -> str:
    return str(await shop.shopify_door.paid_back(number_of(order)))


async def test_the_ring_leaves_the_order_and_is_paid_back_and_the_band_is_still_sent(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)

    failed = await decides(shop, number, keep=on_etsy)

    there = on_shopify(shop, on_shop)
    assert (failed, there["financial_status"]) == ({}, "PARTIALLY_REFUNDED")
    assert there["cancelled_at"] is None
    assert left_of(shop, on_shop) == {RING: (0, 0), GOLD: (1, 1)}
    case = await told(shop, number)
    (given_up,) = case.given_up
    assert (given_up.outcome, given_up.keeps_the_rest) == (TAKEN_OUT, True)
    assert given_up.paid_back == given_up.ordered == "123.00 USD"
    assert case.closed_at is not None


async def test_the_ring_is_on_no_shop_after_that_and_the_band_stays_sold_once(
    shop: LittleShop,
) -> None:
    _, on_etsy, number = await sold_twice(shop)
    await shop.ends_at(RING, 0)
    await shop.ends_at(GOLD, SHELF[GOLD] - 1)

    await decides(shop, number, keep=on_etsy)

    await shop.stays(RING, 0, 0)
    await shop.stays(GOLD, SHELF[GOLD] - 1, SHELF[GOLD] - 1)
    assert await book_of(shop, RING) == (1, 1, 0)
    assert await book_of(shop, GOLD) == (SHELF[GOLD], 1, 0)


async def test_of_three_chains_an_order_loses_only_those_that_are_not_there(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy = shop.buys("shopify", CHAIN, 3), shop.buys("etsy", CHAIN, 4)
    number = await heard(shop)

    await decides(shop, number, keep=on_etsy)

    assert left_of(shop, on_shop) == {CHAIN: (1, 1)}
    assert await paid_back(shop, on_shop) == "246.00 USD"
    assert (await told(shop, number)).closed_at is not None
    await shop.ends_at(CHAIN, 0)
    assert await book_of(shop, CHAIN) == (5, 5, 0)


async def test_a_lost_answer_pays_nothing_back_twice(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    shop.loses_the_answer("shopify", REFUND, lambda: None)

    failed = await decides(shop, number, keep=on_etsy)

    assert failed == {}
    assert len(shop.asked("shopify", REFUND)) == 1
    assert await paid_back(shop, on_shop) == "123.00 USD"
    assert (await told(shop, number)).given_up[0].paid_back == "123.00 USD"


async def test_a_command_that_dies_as_it_asks_is_typed_again_and_pays_back_once(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    dying = asyncio.create_task(decides(shop, number, keep=on_etsy))
    shop.meanwhile("shopify", REFUND, dying.cancel)
    with suppress(asyncio.CancelledError):
        await dying
    (stored,) = (await told(shop, number)).given_up

    with suppress(CaseClosed):  # unless the PEG that runs has heard of it by now
        await decides(shop, number, keep=on_etsy)
    await shop.ends_at(RING, 0)

    assert stored.sent_at is not None
    assert await paid_back(shop, on_shop) == "123.00 USD"
    assert left_of(shop, on_shop) == {RING: (0, 0), GOLD: (1, 1)}
    case = await told(shop, number)
    assert (case.given_up[0].outcome, case.closed_at is not None) == (TAKEN_OUT, True)


async def test_two_commands_at_once_pay_back_once(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)

    both = (decides(shop, number, keep=on_etsy) for _ in range(2))
    await asyncio.gather(*both, return_exceptions=True)

    keys = {one.rpartition('"key"')[2] for one in shop.asked("shopify", REFUND)}
    assert len(keys) == 1
    assert await paid_back(shop, on_shop) == "123.00 USD"


async def test_a_ring_that_a_person_took_out_meanwhile_is_not_asked_for(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    market = shop.rehearsal.world.market("shopify")

    def takes_it_out() -> None:
        market.refund(on_shop, quantity=1, restock="no_restock")

    shop.meanwhile("shopify", "query OrderById", takes_it_out)

    failed = await decides(shop, number, keep=on_etsy)

    assert (failed, shop.asked("shopify", REFUND)) == ({}, [])
    assert (await told(shop, number)).given_up[0].outcome == TAKEN_OUT
    assert await book_of(shop, RING) == (1, 1, 0)


async def test_an_order_that_was_sent_meanwhile_is_let_be(shop: LittleShop) -> None:
    """Asked for it, Shopify would pay back a ring that is on its way."""
    on_shop, on_etsy, number = await sold_twice(shop)
    market = shop.rehearsal.world.market("shopify")
    shop.meanwhile("shopify", "query OrderById", lambda: market.fulfil(on_shop))

    await decides(shop, number, keep=on_etsy)

    assert shop.asked("shopify", REFUND) == []
    assert (await told(shop, number)).given_up[0].outcome == SENT_MEANWHILE


async def test_nothing_is_taken_out_while_writes_are_paused(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await pauses.pause(session, "shopify", who="mira", why="a fair", now=now)

    with pytest.raises(Paused):
        await decides(shop, number, keep=on_etsy)

    assert shop.asked("shopify", REFUND) == []
    assert left_of(shop, on_shop) == {RING: (1, 1), GOLD: (1, 1)}


@pytest.mark.parametrize(
    ("trap", "tells", "paid"),
    [
        ("refund_payment_fails", "its payment did not go through", "0.00 USD"),
        (
            "refund_keeps_fulfillable",
            "list it among what is to be shipped",
            "123.00 USD",
        ),
    ],
)
async def test_what_of_it_did_not_go_as_it_should_is_told(
    shop: LittleShop, trap: str, tells: str, paid: str
) -> None:
    _, on_etsy, number = await sold_twice(shop)
    shop.faults(**{f"shopify.{trap}": 1.0})

    await decides(shop, number, keep=on_etsy)

    case = await told(shop, number)
    (given_up,) = case.given_up
    assert tells in given_up.outcome
    assert (given_up.paid_back, case.closed_at is not None) == (paid, True)
    await shop.ends_at(RING, 0)


async def test_what_shopify_refuses_is_told_and_asked_anew_with_another_key(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    shop.faults(**{"shopify.refund_refused": 1.0})

    await decides(shop, number, keep=on_etsy)
    refused = (await told(shop, number)).given_up[0].outcome
    shop.faults(**{"shopify.refund_refused": 0.0})
    await decides(shop, number, keep=on_etsy)

    assert refused.startswith("refused: ")
    first, second = shop.asked("shopify", REFUND)
    assert first != second
    assert await paid_back(shop, on_shop) == "123.00 USD"
