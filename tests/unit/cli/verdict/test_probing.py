"""Whoever acknowledges a delivery before it is kept is found out; whoever waits is not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import httpx2
import pytest
from tests.support.bench import open_book

from marketsim.build import build_world
from marketsim.control import control_app
from marketsim.webhooks import Notice
from peg.cli.demo.practice import Control
from peg.cli.demo.verdict.probing import hasty
from peg.db.engine import Database
from peg.db.transaction import begin

Subscriber = Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


def notice(market: str) -> Notice:
    return Notice(
        id=f"of {market}",
        subscription="s1",
        topic="orders/create",
        url="http://peg.test",
        body=b"{}",
        sign=lambda _body, _attempt: {},
    )


async def found_out(database: Database, subscriber: Subscriber, *, delivered: bool) -> list[str]:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(subscriber)) as webhooks:
        world = build_world(seed=1, http=webhooks, pieces=20)
        world.faults.set_rates(dict.fromkeys(world.faults.rates(), 0.0))
        for market, practice in world.practices.items() if delivered else ():
            practice.courier.send(notice(market))
            for _ in range(20):
                await asyncio.sleep(0)
        transport = httpx2.ASGITransport(app=control_app(world))
        async with httpx2.AsyncClient(transport=transport) as http:
            found = await hasty(Control(http, "http://market.test"), database)
        await world.close()
    return list(found)


async def test_an_acknowledgement_that_waits_for_the_book_is_no_haste(database: Database) -> None:
    async def keeps(_: httpx2.Request) -> httpx2.Response:
        async with begin(database):
            return httpx2.Response(200)

    assert await found_out(database, keeps, delivered=True) == []


async def test_one_that_comes_while_nothing_can_be_kept_is_named(database: Database) -> None:
    async def answers(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200)

    named = await found_out(database, answers, delivered=True)

    assert named == ["shopify delivery of shopify", "etsy delivery of etsy"]


async def test_where_nothing_was_ever_delivered_there_is_nothing_to_find(
    database: Database,
) -> None:
    async def refuses(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(500)

    assert await found_out(database, refuses, delivered=False) == []
