"""Buyers' data in deliveries are forgotten once they were worked on, and at once if asked."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.delivery_door import DeliveryDoor, FromEtsy, FromShopify, open_delivery_door

from peg.intake.housekeeping import Housekeeping

ASKED = json.dumps({"shop_domain": "gems.myshopify.com", "customer": {"email": "ann@x.test"}})
A_DAY_S = timedelta(days=1).total_seconds()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[DeliveryDoor]:
    async with open_delivery_door(tmp_path) as door:
        yield door


async def about_a_product(door: DeliveryDoor, number: str) -> None:
    """A delivery of Shopify that needs no call to be worked on."""
    sender = FromShopify()
    await door.send(sender, b'{"id": 1, "note": "for Ann"}', topic="products/update", number=number)


async def bodies(door: DeliveryDoor) -> dict[str, bytes]:
    return {one.delivery: one.body for one in await door.kept()}


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
async def test_what_shopify_asks_to_forget_is_forgotten_at_once(
    door: DeliveryDoor, topic: str
) -> None:
    await about_a_product(door, "old")
    await door.send(FromEtsy(), number="etsys")
    await door.works()

    answer = await door.send(FromShopify(), ASKED.encode(), topic=topic, number="asks")
    await door.works()

    found = await bodies(door)
    assert answer.status_code == 200
    assert (found["old"], found["asks"]) == (b"", b"")
    assert found["etsys"]  # it is another shop's, and still to be worked on


async def test_a_replay_of_what_was_forgotten_is_still_known(door: DeliveryDoor) -> None:
    await about_a_product(door, "old")
    await door.works()
    await door.send(FromShopify(), ASKED.encode(), topic="shop/redact", number="asks")
    await door.works()

    await about_a_product(door, "old")

    assert (await bodies(door))["old"] == b""


async def test_a_question_what_is_known_of_a_customer_is_acknowledged(door: DeliveryDoor) -> None:
    topic = "customers/data_request"
    answer = await door.send(FromShopify(), ASKED.encode(), topic=topic)
    await door.works()

    (kept,) = await door.kept()
    assert (answer.status_code, kept.outcome) == (200, "nothing to do")


async def test_what_was_worked_on_is_forgotten_within_days_and_nothing_else(
    door: DeliveryDoor,
) -> None:
    ground = door.ground
    keeper = Housekeeping(ground.database, ground.clock)
    await about_a_product(door, "worked on")
    await door.works()
    await door.send(FromEtsy(), number="waits")
    await ground.clock.sleep(6 * A_DAY_S)
    await about_a_product(door, "younger")
    await door.works()

    await keeper.tidy()
    before = await bodies(door)
    await ground.clock.sleep(A_DAY_S)
    await keeper.tidy()
    after = await bodies(door)

    assert all(before.values())
    assert {number for number, body in after.items() if not body} == {"worked on"}
