"""A person decides a case: Shopify's order is cancelled and paid back, once; Etsy's is theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.deciding import decides, number_of, on_shopify, told
from tests.support.little_catalogue import RING
from tests.support.little_shop import LittleShop, open_little_shop
from tests.support.rehearsal import ON_ITS_WAY_S

from marketsim.market import OrderId
from peg.db.transaction import begin, reading
from peg.domain.claim import Policy
from peg.ledger import cancellations, queries
from peg.propagation import pauses
from peg.propagation.pauses import Paused
from peg.propagation.resolving import CaseClosed, GivenUpAlready, decide, plan

pytestmark = pytest.mark.virtual_time

CANCEL = "orderCancel("
HEARD_LOOKS = 2_000


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path) as shop:
        yield shop


async def sold_twice(shop: LittleShop) -> tuple[OrderId, OrderId, int]:
    """The orders on Shopify and on Etsy, and the number of their case; PEG has heard of both pays.

    What a buyer has paid is kept with the decision, as far as it is known by then.
    """
    orders = shop.buys("shopify", RING), shop.buys("etsy", RING)
    (case,) = await shop.cases()
    for _ in range(HEARD_LOOKS):
        if all(one.paid for one in (await told(shop, case.id)).orders):
            return *orders, case.id
        await asyncio.sleep(0.01)
    raise TimeoutError


async def watch(shop: LittleShop, seen: set[tuple[int, int]]) -> None:
    """Note what both shops show of the ring, more often than anybody can change it."""
    while True:
        seen.add(shop.shows(RING))
        await asyncio.sleep(ON_ITS_WAY_S / 4)


async def test_the_order_on_shopify_is_cancelled_and_paid_back_and_the_case_closes(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)

    failed = await decides(shop, number, keep=on_etsy)

    there = on_shopify(shop, on_shop)
    assert (failed, there["financial_status"]) == ({}, "REFUNDED")
    assert there["cancelled_at"] is not None
    case = await told(shop, number)
    (given_up,) = case.given_up
    assert (given_up.order_id, given_up.outcome) == (number_of(on_shop), "cancelled")
    assert case.closed_at is not None


async def test_the_piece_is_on_no_shop_after_that_and_the_book_still_has_it_for_its_buyer(
    shop: LittleShop,
) -> None:
    """Cancelled with a restock, it would be on sale on Shopify until PEG took it off again."""
    _, on_etsy, number = await sold_twice(shop)
    await shop.ends_at(RING, 0)
    seen: set[tuple[int, int]] = set()
    watching = asyncio.create_task(watch(shop, seen))

    await decides(shop, number, keep=on_etsy)

    await shop.stays(RING, 0, 0)
    watching.cancel()
    assert seen == {(0, 0)}
    async with reading(shop.rehearsal.ground.database) as session:
        position = await queries.position(session, RING)
    assert (position.level.on_hand, position.level.committed, position.oversold) == (1, 1, 0)


async def test_a_lost_answer_cancels_nothing_twice(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    shop.loses_the_answer("shopify", CANCEL, lambda: None)

    failed = await decides(shop, number, keep=on_etsy)

    assert failed == {}
    assert on_shopify(shop, on_shop)["cancelled_at"] is not None
    assert len(shop.asked("shopify", CANCEL)) == 1


async def test_what_was_decided_before_a_crash_is_done_by_the_same_word_and_once(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    ground = shop.rehearsal.ground
    async with begin(ground.database) as session:
        made = await plan(session, number, [number_of(on_etsy)], policy=Policy.ASK)
        await decide(session, made, who="mira", now=ground.clock.now())
        (kept,) = await cancellations.of_case(session, number)
        await cancellations.sending(session, kept, now=ground.clock.now())
    before = shop.asked("shopify", CANCEL)

    await decides(shop, number, keep=on_etsy)

    assert (before, len(shop.asked("shopify", CANCEL))) == ([], 1)
    with pytest.raises(CaseClosed):
        await decides(shop, number, keep=on_etsy)
    assert on_shopify(shop, on_shop)["financial_status"] == "REFUNDED"


async def test_a_command_that_dies_as_it_asks_is_typed_again_and_pays_back_once(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    dying = asyncio.create_task(decides(shop, number, keep=on_etsy))
    shop.meanwhile("shopify", CANCEL, dying.cancel)
    with suppress(asyncio.CancelledError):
        await dying
    (stored,) = (await told(shop, number)).given_up

    with suppress(CaseClosed):  # unless the PEG that runs has heard of it by now
        await decides(shop, number, keep=on_etsy)
    await shop.ends_at(RING, 0)

    assert stored.sent_at is not None
    assert on_shopify(shop, on_shop)["financial_status"] == "REFUNDED"
    case = await told(shop, number)
    assert (case.given_up[0].outcome, case.closed_at is not None) == ("cancelled", True)
    door = shop.shopify_door
    assert str(await door.paid_back(number_of(on_shop))) == case.given_up[0].ordered


async def test_an_order_that_a_person_cancelled_meanwhile_is_not_asked_for(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    shop.meanwhile("shopify", "query OrderById", lambda: shop.cancels("shopify", on_shop))

    failed = await decides(shop, number, keep=on_etsy)

    assert (failed, shop.asked("shopify", CANCEL)) == ({}, [])
    assert (await told(shop, number)).given_up[0].outcome == "cancelled"


async def test_nothing_is_cancelled_while_writes_are_paused(shop: LittleShop) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await pauses.pause(session, "shopify", who="mira", why="a fair", now=now)

    with pytest.raises(Paused):
        await decides(shop, number, keep=on_etsy)

    assert shop.asked("shopify", CANCEL) == []
    assert on_shopify(shop, on_shop)["cancelled_at"] is None
    assert (await told(shop, number)).given_up == []


async def test_a_cancellation_that_shopify_took_and_did_not_do_leaves_the_case_open(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    shop.faults(**{"shopify.job_fails": 1.0})

    await decides(shop, number, keep=on_etsy)
    in_vain = await told(shop, number)
    shop.faults(**{"shopify.job_fails": 0.0})
    with pytest.raises(GivenUpAlready):
        await decides(shop, number, keep=on_shop)
    await decides(shop, number, keep=on_etsy)

    assert in_vain.given_up[0].outcome == "accepted, and not carried out yet"
    assert in_vain.closed_at is None
    assert on_shopify(shop, on_shop)["cancelled_at"] is not None


async def test_an_order_on_etsy_is_left_to_the_person_and_seen_when_it_is_cancelled(
    shop: LittleShop,
) -> None:
    on_shop, on_etsy, number = await sold_twice(shop)
    asked = [one for one in shop.asked("etsy", "/v3/application/shops") if "GET" not in one]

    await decides(shop, number, keep=on_shop)

    (waits,) = (await told(shop, number)).given_up
    assert (waits.by_hand, waits.ended_at) == (True, None)
    assert (waits.link or "").endswith(f"order_id={number_of(on_etsy)}")
    after = [one for one in shop.asked("etsy", "/v3/application/shops") if "GET" not in one]
    assert after == asked

    shop.cancels("etsy", on_etsy)
    await shop.takes_in_orders("etsy")
    await shop.calm(lambda: None)

    case = await told(shop, number)
    assert (case.given_up[0].outcome, case.closed_at is not None) == ("cancelled", True)
