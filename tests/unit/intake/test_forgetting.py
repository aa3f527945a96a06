"""Buyers' data in deliveries are forgotten once they were worked on, and at once if asked."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.delivery_door import DeliveryDoor, FromEtsy, FromShopify, open_delivery_door

from peg.db.transaction import begin, reading
from peg.domain.moment import for_people
from peg.intake.housekeeping import Housekeeping
from peg.ledger import questions
from peg.onboarding import answers
from peg.reads import alerts

ASKED = json.dumps({"shop_domain": "gems.myshopify.com", "customer": {"email": "ann@x.test"}})
REQUEST = json.dumps(
    {
        "shop_domain": "gems.myshopify.com",
        "orders_requested": [4001, 4002],
        "customer": {"id": 191167, "email": "ann@x.test", "phone": "555-625-1199"},
        "data_request": {"id": 9999},
    }
)
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


async def test_somebody_hears_of_a_customer_who_asks_what_is_kept_with_what_to_do_by_when(
    door: DeliveryDoor,
) -> None:
    topic, numbers = "customers/data_request", ["first", "the same once more"]
    replies = [
        await door.send(FromShopify(), REQUEST.encode(), topic=topic, number=number)
        for number in numbers
    ]
    await door.works()

    (told,) = await standing(door)
    kept = await door.kept()
    assert [reply.status_code for reply in replies] == [200, 200]
    assert [one.outcome for one in kept] == ["a person is asked"] * 2
    assert told.name == "data_request"
    assert for_people(door.ground.clock.now() + timedelta(days=30))[:10] in told.sentence
    assert "4001, 4002" in told.sentence  # the orders it is about
    assert "ann@x.test" not in told.sentence


async def test_a_request_is_over_once_somebody_says_that_it_was_answered(
    door: DeliveryDoor,
) -> None:
    topic = "customers/data_request"
    await door.send(FromShopify(), REQUEST.encode(), topic=topic)
    await door.works()

    async with begin(door.ground.database) as session:
        (asked,) = await questions.open_questions(session)
        now = door.ground.clock.now()
        await answers.answer(session, asked.id, "answered", who="ann", now=now)

    assert asked.default == "wait"
    assert await standing(door) == []


@pytest.mark.parametrize("body", [b"{}", b'{"customer": 7, "orders_requested": {"a": 1}}'])
async def test_a_request_that_names_nobody_is_told_all_the_same(
    door: DeliveryDoor, body: bytes
) -> None:
    await door.send(FromShopify(), body, topic="customers/data_request")
    await door.works()

    assert [one.name for one in await standing(door)] == ["data_request"]


async def standing(door: DeliveryDoor) -> list[alerts.AlertRow]:
    async with reading(door.ground.database) as session:
        return await alerts.standing(session, now=door.ground.clock.now())


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
