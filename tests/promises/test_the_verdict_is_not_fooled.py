"""A rehearsal is judged by what both sides really wrote down: whoever tampers with that is found.

PEG and both practice shops run; then one thing is changed behind their backs, and put back.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, insert, select, text
from tests.support.little_catalogue import CHAIN, RING, SHELF
from tests.support.little_shop import LittleShop, open_little_shop

from marketsim.control import control_app
from peg.cli.demo.person import Sorted
from peg.cli.demo.practice import Control
from peg.cli.demo.settling import settled
from peg.cli.demo.verdict.asking import Beginning, first_look
from peg.cli.demo.verdict.judge import Rehearsed, judge
from peg.cli.demo.verdict.keeping import RECORD
from peg.db.columns import metadata
from peg.db.engine import Database
from peg.db.transaction import begin

pytestmark = pytest.mark.virtual_time

KEY = "a-key-of-more-than-twenty-characters"
TAMPERINGS = (
    ("I1", "levels", "UPDATE levels SET on_hand = on_hand + 1 WHERE sku = 'STUDS-1'"),
    ("I2", "applied", "UPDATE applied SET committed = committed + 1 WHERE sku = 'CHAIN-5'"),
    ("I3", "attempts", "UPDATE attempts SET proof = NULL"),
    ("I4", "outbox", "DELETE FROM outbox WHERE topic = 'inventory.updated'"),
    ("I4", "targets", "UPDATE targets SET quantities = '{\"\": 7}' WHERE shop LIKE 'etsy:%'"),
    (
        "I5",
        "cases",
        "INSERT INTO cases (sku, oversold, orders, opened_at, closed_at, note)"
        " SELECT 'CHAIN-5', 0, '[]', begun_at, begun_at, '' FROM attempts LIMIT 1",
    ),
    ("I6", "inbox", "DELETE FROM inbox"),
    ("I7", "attempts", "DELETE FROM attempts WHERE proof IS NULL"),
)
"""Which invariant is broken by changing which table, and how."""


class Stage:
    """A little trade that has come to rest, and its judge."""

    def __init__(self, shop: LittleShop, control: Control, home: Path, began: Beginning) -> None:
        self.shop = shop
        self.home = home
        self.control = control
        self._began = began

    @property
    def database(self) -> Database:
        return self.shop.rehearsal.ground.database

    async def broken(
        self, *, settled: bool = True, ceiling_s: float = 60, by: Control | None = None
    ) -> dict[str, list[str]]:
        """What the judge finds, by invariant, asking another witness if there is one."""
        names = {str(sku): sku for sku in SHELF}
        run = Rehearsed(
            beginning=self._began,
            sorted_out=Sorted(mapped=0, labelled=frozenset(), names=names),
            ceiling_s=ceiling_s,
            settled=settled,
            home=self.home,
            log=self.home / "peg.log",
            key_file=self.home / "master.key",
        )
        found = await judge(self.shop.rehearsal.engine, by or self.control, run)
        judged = found["judged"].items()
        return {promise[:2]: facts["broken"] for promise, facts in judged if facts["broken"]}

    @asynccontextmanager
    async def tampered(self, table: str, statement: str) -> AsyncIterator[None]:
        """A table that somebody changes, and that is put back at the end."""
        rows = metadata.tables[table]
        async with begin(self.database) as session:
            before = [dict(row) for row in (await session.execute(select(rows))).mappings()]
            await session.execute(text(statement))
        yield
        async with begin(self.database) as session:
            await session.execute(delete(rows))
            if before:
                await session.execute(insert(rows), before)


class LateWitness(Control):
    """One who says that the book was free again long after every answer had come."""

    def __init__(self, control: Control) -> None:
        self._true = control
        self._asked = 0

    async def read(self, path: str, **query: Any) -> dict[str, Any]:
        found = await self._true.read(path, **query)
        self._asked += path == "clock"
        if (path, self._asked) == ("clock", 2):
            found["now"] = (datetime.fromisoformat(found["now"]) + timedelta(hours=1)).isoformat()
        return found

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        return await self._true.act(path, **body)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_little_shop(tmp_path) as shop:
        transport = httpx2.ASGITransport(app=control_app(shop.rehearsal.world))
        async with httpx2.AsyncClient(transport=transport) as http:
            control = Control(http, "http://market.test")
            (tmp_path / "master.key").write_text(f"k1:{KEY}\n")
            began = await first_look(control)
            shop.buys("shopify", CHAIN)
            order = shop.buys("shopify", RING)
            await shop.ends_at(CHAIN, 4)
            await shop.ends_at(RING, 0)
            shop.cancels("shopify", order)
            await shop.ends_at(RING, 1)
            assert await settled(shop.rehearsal.engine, control, within_s=60)
            yield Stage(shop, control, tmp_path, began)


async def test_whatever_is_tampered_with_breaks_its_invariant_and_no_other(stage: Stage) -> None:
    honest = await stage.broken()
    found = []
    for _, table, statement in TAMPERINGS:
        async with stage.tampered(table, statement):
            found.append(await stage.broken())
    again = await stage.broken()

    assert honest == again == {}
    assert [list(one) for one in found] == [[invariant] for invariant, _, _ in TAMPERINGS], found


async def test_of_a_run_that_did_not_hold_the_practice_shops_own_record_is_kept(
    stage: Stage,
) -> None:
    assert await stage.broken() == {}
    kept_of_an_honest_run = (stage.home / RECORD).exists()

    await stage.broken(settled=False)

    told = [json.loads(line) for line in (stage.home / RECORD).read_text().splitlines()]
    assert not kept_of_an_honest_run
    assert {(one["what"], one["market"]) for one in told} >= {
        ("sold", "shopify"),
        ("returned", "shopify"),
        ("shown", "etsy"),
    }
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)


async def test_unrest_lateness_and_haste_are_told_and_so_are_secrets_in_the_log(
    stage: Stage,
) -> None:
    restless = await stage.broken(settled=False)
    late = await stage.broken(ceiling_s=0.0)
    hasty = await stage.broken(by=LateWitness(stage.control))
    (token, *_) = stage.shop.rehearsal.etsy.shop.grants.access
    with (stage.home / "peg.log").open("a") as log:
        log.write(f"sent {token}, sealed by {KEY}\n")
    leaking = await stage.broken()

    assert (list(restless), list(late), list(leaking)) == (["I4"], ["I4"], ["I8"])
    assert "acknowledged while nothing could be kept" in str(hasty["I6"])
    assert len(leaking["I8"]) == 2
    assert token not in str(leaking)
