"""Whatever arrives at the webhooks' door that is not right: named, with what to do, and nothing
is stored that should not be, or lost that should be kept."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.support.delivery_door import (
    SENDERS,
    DeliveryDoor,
    FromShopify,
    Sender,
    from_both,
    open_delivery_door,
    refused,
)

from peg.web.webhooks import WEBHOOK_BODY_BYTES_MAX

LIMIT = WEBHOOK_BODY_BYTES_MAX


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[DeliveryDoor]:
    async with open_delivery_door(tmp_path) as door:
        yield door


def refusals(told: Sequence[MutableMapping[str, Any]]) -> list[str]:
    return [line["error"] for line in told if line["event"] == "webhook.refused"]


@from_both
async def test_what_is_signed_is_kept(door: DeliveryDoor, sender: Sender) -> None:
    answer = await door.send(sender)

    assert answer.status_code == 200
    assert [(one.shop, one.topic) for one in await door.kept()] == [(sender.shop, sender.topic)]


@from_both
async def test_with_any_byte_of_it_changed_nothing_is_stored(
    door: DeliveryDoor, sender: Sender
) -> None:
    body = sender.body()
    headers = sender.signed(body)
    signed = [name for name in headers if name == sender.signature or sender.path.endswith("etsy")]

    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert refused(await door.send(sender, changed, headers), 401, "NotSigned")
    for name in signed:
        for place, letter in enumerate(headers[name]):
            value = headers[name][:place] + chr(ord(letter) ^ 1) + headers[name][place + 1 :]
            answer = await door.send(sender, body, {**headers, name: value.strip() or "x"})
            assert refused(answer, 401, "NotSigned")

    assert await door.kept() == []


@from_both
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_what_somebody_made_up_is_not_stored(
    door: DeliveryDoor, sender: Sender, data: st.DataObject
) -> None:
    headers = sender.signed(sender.body())
    body = data.draw(st.binary(max_size=200).filter(lambda made: made != sender.body()))
    text = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
    forged = data.draw(st.dictionaries(st.sampled_from(sorted(headers)), text))

    answer = await door.send(sender, body, {**headers, **forged})

    assert refused(answer, 401, "NotSigned")
    assert await door.kept() == []


@from_both
async def test_without_any_one_of_its_headers_nothing_unsigned_is_stored(
    door: DeliveryDoor, sender: Sender
) -> None:
    body = sender.body()
    for missing in sender.signed(body):
        headers = {name: it for name, it in sender.signed(body).items() if name != missing}
        answer = await door.send(sender, body, headers)

        # A topic or a number that Shopify's delivery lost makes it no less signed.
        spared = missing in {"X-Shopify-Topic", "X-Shopify-Webhook-Id"}
        assert answer.status_code == 200 if spared else refused(answer, 401, "NotSigned")
    assert all(one.shop == sender.shop for one in await door.kept())


@from_both
async def test_of_a_header_that_comes_twice_the_first_counts(
    door: DeliveryDoor, sender: Sender
) -> None:
    body = sender.body()
    right = sender.signed(body)
    for name in right:
        twice = [*right.items(), (name, "another")]
        assert (await door.send(sender, body, twice)).status_code == 200
        first = [(name, "another"), *right.items()]
        answer = await door.send(sender, body, first)
        assert answer.status_code in {200, 401}

    kept = await door.kept()
    assert {one.shop for one in kept} == {sender.shop}
    assert [one.delivery for one in kept].count("d-1") == 1 + (sender.path == "/webhooks/shopify")


@from_both
async def test_a_replay_is_acknowledged_and_kept_once(door: DeliveryDoor, sender: Sender) -> None:
    answers = await asyncio.gather(*(door.send(sender) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(await door.kept()) == 1


async def test_a_month_later_shopifys_replay_is_still_known_and_etsys_is_refused(
    door: DeliveryDoor,
) -> None:
    for sender in SENDERS:
        await door.send(sender)
    await door.ground.clock.sleep(timedelta(days=30).total_seconds())

    again = await door.send(SENDERS[0])
    with capture_logs() as told:
        stale = await door.send(SENDERS[1], number="d-2")

    assert again.status_code == 200
    assert refused(stale, 401, "NotSigned")
    assert "the right secret has signed this" in stale.json()["detail"]
    assert "clock" in stale.json()["detail"]
    assert refusals(told) == ["SignedLongAgo"]
    assert len(await door.kept()) == 2


async def test_the_log_has_the_name_by_which_the_runbooks_know_a_refusal(
    door: DeliveryDoor,
) -> None:
    body = SENDERS[0].body()
    with capture_logs() as told:
        await door.send(SENDERS[0], body + b" ", SENDERS[0].signed(body))

    assert refusals(told) == ["BadSignature"]


@from_both
async def test_a_delivery_under_another_shops_name_or_door_is_not_stored(
    door: DeliveryDoor, sender: Sender
) -> None:
    other = next(one for one in SENDERS if one is not sender)
    body = sender.body()

    answer = await door.client.post(other.path, content=body, headers=sender.signed(body))

    assert refused(answer, 401, "NotSigned")
    assert await door.kept() == []


@pytest.mark.parametrize(
    "domain",
    [
        *("", "gems", "evil.com", "gems.myshopify.com.evil.com", "evil.com/gems.myshopify.com"),
        *("gems.myshopify.com:443", "-gems.myshopify.com", ".myshopify.com", "g ems.myshopify.com"),
        "a" * 5_000 + ".myshopify.com",
    ],
)
async def test_a_shop_domain_that_is_none_is_named(door: DeliveryDoor, domain: str) -> None:
    sender = FromShopify()
    body = sender.body()

    answer = await door.send(sender, body, {**sender.signed(body), "X-Shopify-Shop-Domain": domain})

    assert refused(answer, 401, "NotSigned")
    assert "NAME.myshopify.com" in answer.json()["detail"]
    assert len(answer.content) < 600
    assert await door.kept() == []


@from_both
async def test_an_oversized_delivery_is_refused_however_it_is_sent(
    door: DeliveryDoor, sender: Sender
) -> None:
    body = b"x" * (LIMIT + 1)
    sent = 0

    async def in_chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 100_000
            yield b"x" * 100_000

    announced = await door.send(sender, body)
    lying = await door.send(sender, b"{}", {"Content-Length": "9" * 30})
    chunked = await door.client.post(sender.path, content=in_chunks(), headers=sender.signed(b""))

    assert all(refused(one, 413, "BodyTooLarge") for one in (announced, lying, chunked))
    assert sent <= LIMIT + 200_000
    assert await door.kept() == []


@from_both
async def test_a_body_of_just_the_limit_is_kept(door: DeliveryDoor, sender: Sender) -> None:
    assert (await door.send(sender, b"x" * LIMIT)).status_code == 200


@from_both
@pytest.mark.parametrize("length", ["²", "٣", "-1", "1e9", ""])
async def test_an_odd_announcement_of_its_length_changes_nothing(
    door: DeliveryDoor, sender: Sender, length: str
) -> None:
    body = sender.body()
    headers = [
        *((name.encode(), value.encode()) for name, value in sender.signed(body).items()),
        (b"content-length", length.encode("latin-1", "replace")),
    ]

    answer = await door.client.post(sender.path, content=body, headers=headers)

    assert answer.status_code == 200


@from_both
async def test_a_sender_that_hangs_up_is_told_apart_and_nothing_is_stored(
    door: DeliveryDoor, sender: Sender
) -> None:
    answers: list[int] = []
    arriving: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True}
    ]

    async def receive() -> MutableMapping[str, Any]:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answers.append(int(str(message["status"])))

    scope = {"type": "http", "method": "POST", "path": sender.path, "query_string": b""}
    await door.app({**scope, "headers": [], "http_version": "1.1"}, receive, send)

    assert answers == [400]
    assert await door.kept() == []
