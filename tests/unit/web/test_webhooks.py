import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, text
from tests.support.clocks import StandingClock
from tests.support.laid_book import lay_book
from tests.support.signers import PlainSignatures

from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.intake.reception import Reception
from peg.intake.tables import inbox
from peg.web.app import create_app
from peg.web.webhooks import WEBHOOK_BODY_BYTES_MAX
from peg.wiring.ground import Ground, open_ground

SHOPIFY = ShopId("shopify:gems.myshopify.com")
ETSY_1, ETSY_2 = ShopId("etsy:1001"), ShopId("etsy:1002")
SIGNATURES = {
    SHOPIFY: PlainSignatures("shopify"),
    ETSY_1: PlainSignatures("one app"),
    ETSY_2: PlainSignatures("one app"),
}


@dataclass(frozen=True, slots=True)
class Door:
    ground: Ground
    client: httpx2.AsyncClient

    async def shopify(self, body: bytes, **headers: str) -> httpx2.Response:
        signed = {
            "X-Shopify-Shop-Domain": "gems.myshopify.com",
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Webhook-Id": "w-1",
            "X-Shopify-Hmac-Sha256": "not to be kept",
            "signature": SIGNATURES[SHOPIFY].sign(body),
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post("/webhooks/shopify", content=body, headers=signed | named)

    async def etsy(self, body: bytes) -> httpx2.Response:
        signed = {"webhook-id": "e-1", "signature": SIGNATURES[ETSY_1].sign(body)}
        return await self.client.post("/webhooks/etsy", content=body, headers=signed)

    async def can_write(self, *, yes: bool) -> None:
        async with reading(self.ground.database) as session:
            await session.execute(text(f"PRAGMA query_only = {int(not yes)}"))

    async def kept(self) -> list[tuple[str, str, str, bytes]]:
        columns = (inbox.c.shop, inbox.c.topic, inbox.c.delivery, inbox.c.body)
        async with reading(self.ground.database) as session:
            rows = await session.execute(select(*columns).order_by(inbox.c.id))
            return [(row.shop, row.topic, row.delivery, row.body) for row in rows]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        await lay_book(ground.database)
        app = create_app(ground, Reception(ground.database, ground.clock, SIGNATURES))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Door(ground, client)


async def test_a_signed_delivery_is_kept_byte_for_byte_before_it_is_acknowledged(
    door: Door,
) -> None:
    body = b'{ "id":1,\t"note":"\xe2\x9c\xa8" }'

    answer = await door.shopify(body)

    assert answer.status_code == 200
    assert await door.kept() == [(SHOPIFY, "orders/create", "w-1", body)]


async def test_the_same_delivery_twice_at_once_is_acknowledged_twice_and_kept_once(
    door: Door,
) -> None:
    answers = await asyncio.gather(*(door.shopify(b"{}") for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(await door.kept()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"signature": ""},
        {"signature": "0" * 64},
        {"X_Shopify_Shop_Domain": "stranger.myshopify.com"},
        {"X_Shopify_Shop_Domain": ""},
    ],
)
async def test_what_nobody_known_has_signed_is_refused_and_not_kept(
    door: Door, headers: dict[str, str]
) -> None:
    answer = await door.shopify(b"{}", **headers)

    assert answer.status_code == 401
    assert answer.json()["title"] == "NotSigned"
    assert await door.kept() == []


async def test_a_body_changed_on_the_way_is_refused(door: Door) -> None:
    signature = SIGNATURES[SHOPIFY].sign(b'{"quantity":1}')

    answer = await door.shopify(b'{"quantity":9}', signature=signature)

    assert answer.status_code == 401


async def test_an_oversized_body_is_refused_even_if_signed(door: Door) -> None:
    answer = await door.shopify(b"x" * (WEBHOOK_BODY_BYTES_MAX + 1))

    assert answer.status_code == 413
    assert answer.json()["title"] == "BodyTooLarge"
    assert await door.kept() == []


async def test_a_body_that_grows_past_the_limit_without_saying_so_is_cut_off(door: Door) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    answer = await door.client.post("/webhooks/shopify", content=endless())

    assert answer.status_code == 413
    assert sent <= WEBHOOK_BODY_BYTES_MAX + 200_000


async def test_an_unknown_topic_is_acknowledged_and_kept(door: Door) -> None:
    answer = await door.shopify(b"{}", X_Shopify_Topic="moons/rise")

    assert answer.status_code == 200  # else Shopify would delete the subscription in the end
    assert [row[1] for row in await door.kept()] == ["moons/rise"]


async def test_a_compliance_request_is_answered(door: Door) -> None:
    for number, topic in enumerate(("customers/data_request", "customers/redact", "shop/redact")):
        answer = await door.shopify(b"{}", X_Shopify_Topic=topic, X_Shopify_Webhook_Id=f"c{number}")

        assert answer.status_code == 200


async def test_a_signed_delivery_without_an_id_is_kept_once(door: Door) -> None:
    for body in (b'{"id":1}', b'{"id":1}', b'{"id":2}'):
        answer = await door.shopify(body, X_Shopify_Webhook_Id="")
        assert answer.status_code == 200

    assert [row[3] for row in await door.kept()] == [b'{"id":1}', b'{"id":2}']


async def test_signed_nonsense_is_kept_for_the_doctor_to_see(door: Door) -> None:
    assert (await door.shopify(b"{not json")).status_code == 200
    assert (await door.etsy(b"{not json")).status_code == 200

    assert [row[1] for row in await door.kept()] == ["orders/create", "unknown"]


async def test_two_etsy_shops_of_one_app_are_told_apart_by_what_was_signed(door: Door) -> None:
    body = b'{"event_type":"order.paid","shop_id":1002,"resource_url":"https://x/r/1"}'

    answer = await door.etsy(body)

    assert answer.status_code == 200
    assert await door.kept() == [(ETSY_2, "order.paid", "e-1", body)]


async def test_no_signature_of_a_delivery_is_kept(door: Door) -> None:
    await door.shopify(b"{}")

    async with reading(door.ground.database) as session:
        headers = await session.scalar(select(inbox.c.headers))

    assert headers is not None
    assert headers["x-shopify-topic"] == "orders/create"
    assert "x-shopify-hmac-sha256" not in headers


async def test_when_the_disk_is_full_the_marketplace_is_asked_to_send_again(door: Door) -> None:
    async with begin(door.ground.database) as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))

    answer = await door.shopify(b"x" * 900_000)

    assert answer.status_code == 503
    assert answer.json()["title"] == "DiskFull"
    assert answer.headers["retry-after"]
    assert await door.kept() == []


async def test_while_the_database_may_only_be_read_nothing_is_acknowledged(door: Door) -> None:
    """As on a disk that was mounted read-only: SQLite says the same words."""
    await door.can_write(yes=False)

    refused, ready = await door.shopify(b"{}"), await door.client.get("/ready")
    await door.can_write(yes=True)
    taken, ready_again = await door.shopify(b"{}"), await door.client.get("/ready")

    for answer in (refused, ready):
        assert (answer.status_code, answer.json()["title"]) == (503, "DatabaseReadOnly")
    assert (taken.status_code, ready_again.status_code) == (200, 200)
    assert len(await door.kept()) == 1


async def test_while_another_program_locks_the_database_nothing_is_acknowledged(
    door: Door, tmp_path: Path
) -> None:
    async with begin(door.ground.database) as session:
        await session.execute(text("PRAGMA busy_timeout = 20"))
    other = sqlite3.connect(tmp_path / "peg.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    refused = await door.shopify(b"{}")
    other.execute("ROLLBACK")
    taken = await door.shopify(b"{}")

    other.close()
    assert refused.status_code == 503
    assert refused.json()["title"] == "DatabaseLocked"
    assert taken.status_code == 200


async def test_how_many_deliveries_came_and_how_they_ended_is_counted(door: Door) -> None:
    await door.shopify(b"{}")
    await door.shopify(b"{}")
    await door.shopify(b"{}", signature="")

    told = (await door.client.get("/metrics")).text

    assert 'peg_webhooks_total{channel="shopify",outcome="new"} 1.0' in told
    assert 'peg_webhooks_total{channel="shopify",outcome="duplicate"} 1.0' in told
    assert 'peg_webhooks_total{channel="shopify",outcome="unsigned"} 1.0' in told
