"""A list is read page by page: nothing twice, nothing left out, whatever comes in meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from tests.support.bench import (
    ETSY,
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    shopify_ref,
)
from tests.support.web_door import WebDoor, open_web

from peg.db.transaction import begin
from peg.domain.identity import ShopId


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[WebDoor]:
    async with open_web(tmp_path) as door:
        async with begin(door.ground.database) as session:
            bench = Bench(session)
            await bench.stock(RING, 50)
            await bench.stock(NECKLACE, 1)
            await bench.offer(etsy_ref(), RING)
            await bench.offer(shopify_ref(), RING)
        yield door


async def sell(door: WebDoor, *orders: tuple[ShopId, str, float]) -> None:
    """Take orders in that were placed so many minutes after noon."""
    refs = {ETSY: etsy_ref(), SHOPIFY: shopify_ref()}
    async with begin(door.ground.database) as session:
        for shop, order, created in orders:
            told = OrderTold(order=order, shop=shop, created=created)
            await Bench(session).take_in(told.told(created, line(refs[shop], committed=1)))


async def page(door: WebDoor, path: str, **query: str | int) -> list[dict[str, Any]]:
    answer = await door.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_pages_of_orders_hold_each_once_while_others_come_in(door: WebDoor) -> None:
    at_once = [(ETSY, "7", 2), (SHOPIFY, "7", 2), (ETSY, "8", 2)]
    await sell(door, (ETSY, "1", 1), *at_once, (SHOPIFY, "9", 3))

    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    while found := await page(door, "/api/orders", **query):
        seen += [f"{one['shop']}/{one['order']}" for one in found]
        query["after"] = seen[-1]
        await sell(door, (ETSY, f"9{len(seen)}", 4 + len(seen)))

    assert seen[0] == f"{SHOPIFY}/9"
    assert seen[-1] == f"{ETSY}/1"
    assert sorted(seen[1:4]) == [f"{ETSY}/7", f"{ETSY}/8", f"{SHOPIFY}/7"]
    assert len(seen) == 5


async def test_an_order_has_its_own_lines_only(door: WebDoor) -> None:
    await sell(door, (ETSY, "1", 1), (SHOPIFY, "2", 2))

    found = await page(door, "/api/orders", limit=1)

    assert [one["order"] for one in found] == ["2"]
    assert [row["line"] for row in found[0]["lines"]] == ["1"]


@pytest.mark.parametrize("after", ["x", "etsy:1001/", "/1", "etsy:1001/77", "\0", "shopify:x/1"])
async def test_a_page_behind_no_order_is_refused_with_how_to_name_one(
    door: WebDoor, after: str
) -> None:
    answer = await door.client.get("/api/orders", params={"after": after})

    assert (answer.status_code, answer.json()["title"]) == (404, "UnknownOrder")
    assert "etsy:61234567/3412345678" in answer.json()["detail"]


async def test_the_history_of_a_piece_is_read_page_by_page(door: WebDoor) -> None:
    await sell(door, *((ETSY, str(number), number) for number in range(5)))
    whole = (await door.client.get(f"/api/stock/{RING}/history")).json()["entries"]

    seen: list[int] = []
    query = {"limit": 2}
    while found := (await door.client.get(f"/api/stock/{RING}/history", params=query)).json()[
        "entries"
    ]:
        seen += [one["id"] for one in found]
        query["after"] = seen[-1]

    assert seen == [one["id"] for one in whole]
    assert len(seen) == 6


async def test_of_many_offers_the_database_hands_out_no_more_than_a_page(door: WebDoor) -> None:
    async with begin(door.ground.database) as session:
        for number in range(100, 110):
            await Bench(session).offer(etsy_ref(str(number)), RING, NECKLACE)
    asked: list[str] = []
    event.listen(
        door.ground.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: asked.append(statement),
    )

    first = await page(door, "/api/offers", sku=NECKLACE, limit=3)
    second = await page(door, "/api/offers", sku=NECKLACE, limit=3, after=int(first[-1]["id"]))

    assert [one["listing"] for one in first + second] == [str(100 + place) for place in range(6)]
    offers_read = [one for one in asked if "FROM offers" in one]
    assert offers_read
    assert all("LIMIT" in one for one in offers_read)


async def test_pieces_and_offers_are_read_page_by_page(door: WebDoor) -> None:
    first = await page(door, "/api/stock", limit=1)
    second = await page(door, "/api/stock", limit=1, after=str(first[0]["sku"]))
    offers = await page(door, "/api/offers", limit=1)
    rest = await page(door, "/api/offers", after=str(offers[0]["id"]))

    assert [one["sku"] for one in first + second] == [NECKLACE, RING]
    assert [one["shop"] for one in offers + rest] == [ETSY, SHOPIFY]
