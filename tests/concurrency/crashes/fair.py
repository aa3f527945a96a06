"""Both practice shops as a process of their own, the folder of a PEG on them, and what happens."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from tests.concurrency.crashes.points import Act
from tests.simulation.stocktake import take_stock

from peg.cli.demo.connecting import connect_both
from peg.cli.demo.person import sort_out
from peg.cli.demo.practice import Control, Ports, free_port, practice
from peg.migrations.schema import ensure_current
from peg.wiring.ground import open_ground
from peg.wiring.peg import open_peg

PIECES = 60
QUICK = {
    "PEG_POLL_SHOPIFY_S": "1",
    "PEG_POLL_ETSY_S": "1",
    "PEG_GLANCE_S": "1",
    "PEG_RECONCILE_S": "2",
    "PEG_LOG_FORMAT": "json",
}
"""PEG looks often, so that it soon comes to rest, and to every point."""

ASTRAY = ",".join(f"*.webhook_{one}=0" for one in ("lost", "doubled", "reordered", "delayed"))
"""A webhook that goes astray would lead PEG to another point than the one that is meant."""

FAULTS = f"{ASTRAY},etsy.old_refresh_lives=1"
"""Whether a used refresh token can be used again at Etsy is disputed. If not, the access is lost
with an answer that nobody could keep: no start can bring it back, and PEG has a person connect."""

LOOK_S = 0.1
TOKEN_LEFT = timedelta(minutes=4)
"""Less than PEG wants a token to have left."""


class NothingLeft(Exception):
    """No piece is on sale any more that would do."""


@dataclass(slots=True, kw_only=True)
class Fair:
    """What a test moves, and reads the truth from.

    Attributes:
        names: by the shops' piece, the SKU that the book has it under.
        environment: of every life of PEG.
    """

    home: Path
    control: Control
    http: httpx2.AsyncClient
    names: Mapping[str, str]
    environment: Mapping[str, str]
    _to_cancel: str | None = field(default=None)

    async def prepare(self, act: Act) -> bool:
        """What has to be there before the act; whether PEG has to be done with it first."""
        if act is not Act.CANCELLED_ON_SHOPIFY:
            return False
        self._to_cancel = await self.buy("shopify", single=True)
        return True

    async def happen(self, act: Act) -> None:
        """Do it."""
        match act:
            case Act.ONE_SOLD_ON_SHOPIFY:
                await self.buy("shopify", single=True)
            case Act.SOME_SOLD_ON_SHOPIFY:
                await self.buy("shopify", single=False)
            case Act.ONE_SOLD_ON_ETSY:
                await self.buy("etsy", single=True)
            case Act.CANCELLED_ON_SHOPIFY:
                await self.control.act("orders/cancel", market="shopify", order=self._to_cancel)
            case Act.TYPED_ON_SHOPIFY:
                unit = await self._unit("shopify", single=False)
                await self.control.act("stock", market="shopify", unit=unit, delta=-1)
            case Act.SHOPIFYS_TOKEN_ENDS:
                self._token_is_about_to_end("shopify")
            case Act.ETSYS_TOKEN_ENDS:
                self._token_is_about_to_end("etsy")
            case Act.NOTHING | Act.STARTS | Act.GIVES_UP_AN_ORDER | Act.GIVES_UP_A_PART:
                pass

    async def buy(self, market: str, *, single: bool) -> str:
        """Somebody buys and pays one piece that both shops show."""
        unit = await self._unit(market, single=single)
        order = (await self.control.act("orders", market=market, unit=unit))["order"]
        await self.control.act("orders/pay", market=market, order=order)
        return str(order)

    async def sell_on_both(self) -> None:
        """Of several pieces one is sold on each: PEG has to write to both shops."""
        for market in ("shopify", "etsy"):
            await self.buy(market, single=False)

    async def close_the_shops(self) -> None:
        """No more buyers come, and what was bought is paid and shipped."""
        state = await self.control.act("buyers/stop")
        while state["state"] != "done":
            await asyncio.sleep(LOOK_S)
            state = await self.control.read("buyers")

    async def _unit(self, market: str, *, single: bool) -> str:
        return (await self.on_both(single=single))[market]

    async def on_both(self, *, single: bool) -> Mapping[str, str]:
        """By shop, the units of one piece that both show, and that there is one of or several."""
        units = (await self.control.read("units"))["units"]
        shown: dict[str, dict[str, str]] = {}
        for unit in units:
            alone = list(unit["pieces"].values()) == [1]
            as_there_are = unit["buyable"] == unit["allowed"]
            if alone and as_there_are and (unit["allowed"] == 1 if single else unit["allowed"] > 3):
                (piece,) = unit["pieces"]
                shown.setdefault(piece, {})[unit["market"]] = unit["unit"]
        on_both = [where for _, where in sorted(shown.items()) if len(where) == 2]
        if not on_both:
            raise NothingLeft(f"{'a single piece' if single else 'several pieces'} on both shops")
        return on_both[0]

    def leases_end(self) -> None:
        """As if the minute had passed for which a dead process has a token to itself."""
        with closing(sqlite3.connect(self.home / "peg.db", isolation_level=None)) as book:
            book.execute("UPDATE leases SET until = ?", (_in_the_book(datetime.now(UTC)),))

    def _token_is_about_to_end(self, market: str) -> None:
        self.leases_end()
        until = _in_the_book(datetime.now(UTC) + TOKEN_LEFT)
        with closing(sqlite3.connect(self.home / "peg.db", isolation_level=None)) as book:
            statement = "UPDATE grants SET access_until = ? WHERE shop LIKE ?"
            book.execute(statement, (until, f"{market}:%"))


def _in_the_book(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


@asynccontextmanager
async def open_fair(home: Path, *, seed: int, pieces: int = PIECES) -> AsyncIterator[Fair]:
    """Both shops run; PEG is connected to them and has imported them, and does not run."""
    ports = Ports(shopify=free_port(), etsy=free_port())
    urls, port = ports.urls(), free_port()
    environment = {
        **QUICK,
        "PEG_HOME": str(home),
        "PEG_PORT": str(port),
        "PEG_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PEG_SHOPIFY_URL": urls["shopify"],
        "PEG_ETSY_URL": urls["etsy"],
        "PEG_ETSY_CONSENT_URL": urls["etsy"],
    }
    async with (
        httpx2.AsyncClient() as http,
        practice(ports, seed=seed, pieces=pieces, faults=FAULTS, http=http, home=home) as control,
    ):
        names = await _connect_and_import(control, urls, environment)
        yield Fair(home=home, control=control, http=http, names=names, environment=environment)


async def _connect_and_import(
    control: Control, urls: Mapping[str, str], environment: Mapping[str, str]
) -> Mapping[str, str]:
    async with open_ground(environment, log_level="error") as ground:
        await ensure_current(ground.database)
        async with open_peg(ground) as peg:
            await connect_both(peg, control, urls, peg_url=environment["PEG_PUBLIC_URL"])
            engine = await peg.engine()
            await peg.importer(engine).run(lambda _step, _count: None)
            done = await sort_out(peg, engine, control)
            await take_stock(peg, control, done.names)
            return {piece: str(sku) for piece, sku in done.names.items()}
