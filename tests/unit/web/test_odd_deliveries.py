"""What is signed and of no use is acknowledged and kept, and the doctor tells of it."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.delivery_door import (
    DeliveryDoor,
    FromEtsy,
    FromShopify,
    Sender,
    from_both,
    open_delivery_door,
    refused,
)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[DeliveryDoor]:
    async with open_delivery_door(tmp_path) as door:
        yield door


@from_both
async def test_a_packed_body_is_judged_as_it_came(door: DeliveryDoor, sender: Sender) -> None:
    plain = sender.body()
    packed = gzip.compress(plain)
    says_so = {"Content-Encoding": "gzip"}

    unsigned = await door.send(sender, packed, {**sender.signed(plain), **says_so})
    assert refused(unsigned, 401, "NotSigned")
    assert await door.kept() == []

    signed = await door.send(sender, packed, {**sender.signed(packed), **says_so})
    await door.works()
    assert signed.status_code == 200
    assert [(one.body, one.outcome) for one in await door.kept()] == [(packed, "set aside")]


@from_both
async def test_an_unknown_topic_is_acknowledged_kept_and_told_of(
    door: DeliveryDoor, sender: Sender
) -> None:
    answer = await door.send(sender, topic="moons/rise")
    await door.works()

    (kept,) = await door.kept()
    assert answer.status_code == 200
    assert (kept.topic, kept.outcome) == ("moons/rise", "set aside")
    assert "'moons/rise'" in (kept.last_error or "")
    assert any("moons/rise" in one for one in await door.findings())


@from_both
@pytest.mark.parametrize(
    "body",
    [b"", b"{not json", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"1" * 5_000],
    ids=["nothing", "no json", "a list", "null", "no text", "deep", "a long number"],
)
async def test_a_signed_body_that_says_nothing_is_acknowledged_kept_and_told_of(
    door: DeliveryDoor, sender: Sender, body: bytes
) -> None:
    answer = await door.send(sender, body)
    await door.works()

    (kept,) = await door.kept()
    assert answer.status_code == 200
    assert (kept.body, kept.outcome) == (body, "set aside")
    assert "the next poll reads" in (kept.last_error or "")


async def test_one_that_is_tried_again_is_told_of_with_what_it_met(door: DeliveryDoor) -> None:
    await door.send(FromShopify())
    await door.works()  # no marketplace can be asked here
    await door.ground.clock.sleep(3_600)

    (finding,) = await door.findings()

    assert "orders/edited" in finding
    assert "is tried again" in finding
    assert "`peg run`" not in finding  # it is at work: it has tried


async def test_one_that_nobody_has_tried_yet_asks_after_peg_run(door: DeliveryDoor) -> None:
    await door.send(FromShopify())
    await door.ground.clock.sleep(3_600)

    (finding,) = await door.findings()

    assert "is `peg run` at work?" in finding


@pytest.mark.parametrize(
    "topic", ["t" * 5_000, "\\ud800", "\\u0000", '{"a": 1}', "7"], ids=["long", *"abcd"]
)
async def test_an_odd_topic_of_etsys_can_be_kept_all_the_same(
    door: DeliveryDoor, topic: str
) -> None:
    quote = "" if topic[0] in "{7" else '"'
    body = f'{{"event_type": {quote}{topic}{quote}, "shop_id": 61234567}}'.encode()

    answer = await door.send(FromEtsy(), body)

    assert answer.status_code == 200
    assert len((await door.kept())[0].topic) <= 64


async def test_numbers_longer_than_any_real_one_are_told_apart_and_kept_once(
    door: DeliveryDoor,
) -> None:
    for number in ("9" * 5_000, "9" * 5_000, "9" * 5_001):
        assert (await door.send(FromShopify(), number=number)).status_code == 200

    assert len({one.delivery for one in await door.kept()}) == 2
