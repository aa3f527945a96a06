"""Both practice marketplaces, the line, the disk, and whichever life PEG is living on them."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.simulation.clock import SimulatedClock
from tests.simulation.driver import Disk
from tests.simulation.early import Early
from tests.simulation.life import Life, be_born
from tests.simulation.plan import Plan
from tests.simulation.process import Process
from tests.simulation.shape import lay_tables
from tests.simulation.stocktake import asked_pieces, take_stock
from tests.simulation.trace import Trace
from tests.simulation.troubles import Troubles
from tests.simulation.undecided import left_undecided
from tests.simulation.wire import Line, Wire, client
from tests.simulation.wishes import Wishes

from marketsim.build import build_world, served_app
from marketsim.catalogue import Slips
from marketsim.clock import MarketClock
from marketsim.pieces import MARKETS, PieceId
from marketsim.server import dated
from peg.cli.demo.connecting import connect_both
from peg.cli.demo.person import sort_out
from peg.cli.demo.practice import Control
from peg.db.transaction import begin
from peg.domain.identity import Sku
from peg.shops.sealing import parse_keys

OPENING = datetime(2026, 11, 2, 8, tzinfo=UTC)
URLS = {"shopify": "https://shopify.test", "etsy": "https://etsy.test"}
PEG_URL = "https://peg.test"
KEY = "A" * 43 + "="
"""Seals the practice tokens; a key of one's own would be chance that nobody can replay."""

ENVIRONMENT = {
    "PEG_SHOPIFY_URL": URLS["shopify"],
    "PEG_ETSY_URL": URLS["etsy"],
    "PEG_PUBLIC_URL": PEG_URL,
}


class Stage:
    """Everything of one run."""

    def __init__(self, plan: Plan, home: Path, trace: Trace) -> None:
        loop = asyncio.get_running_loop()
        self.plan = plan
        self.home = home
        self.trace = trace
        self.disk = Disk(trace.count)
        self.troubles = Troubles(loop.time)
        self.wishes = Wishes(loop.time)
        self.line = Line(Random(f"line/{plan.seed}"))
        self.rng = Random(f"stage/{plan.seed}")
        self._ring = parse_keys(KEY)
        self._to_peg = Wire(self.line, trace)
        self.world = build_world(
            seed=plan.seed,
            http=client(self._to_peg),
            clock=MarketClock(OPENING, monotonic=loop.time),
            pieces=plan.pieces,
            sets=plan.sets,
            slips=Slips(),
            urls={"shopify": URLS["shopify"], "etsy": URLS["etsy"]},
        )
        self._apps = {
            name: dated(served_app(self.world, name), self.world.clock)
            for name in self.world.practices
        }
        self._by_hand = Wire(Line(Random(0)), trace)
        for name, app in self._apps.items():
            self._by_hand.reach(f"{name}.test", app)
        self.control = Control(client(self._by_hand), URLS["etsy"])
        self.lives = 0
        self.opened_at = OPENING
        self.names: dict[str, Sku] = {}
        self.apart: set[str] = set()
        self.said_at: dict[str, datetime] = {}
        self.early = Early(self.world, plan)
        self.life = self._next_life()

    async def open(self) -> None:
        """Connect through the consent pages, import, let a person sort out the rest, and work."""
        async with begin(self.life.ground.database) as session:
            await session.run_sync(lambda s: lay_tables(s.connection()))
        await connect_both(self.life.peg, self.control, URLS, peg_url=PEG_URL)
        engine = await self.life.peg.engine()
        await self.early.sell()
        (await self.life.peg.importer(engine).run(lambda _step, _by: None)).whole()
        self.apart = await left_undecided(self.life.peg, self.control, self.plan)
        done = await sort_out(self.life.peg, engine, self.control, undecided=self.apart)
        self.names = dict(done.names)
        leave = await asked_pieces(self.life.peg, self.names) if self.plan.chores else set()
        await take_stock(self.life.peg, self.control, self.names, leave=leave)
        await self._go_to_work()
        self.opened_at = self.world.clock.now()

    def piece_of(self, sku: Sku) -> PieceId:
        """What lies on the shelf under that SKU."""
        return next(PieceId(piece) for piece, name in self.names.items() if name == sku)

    def names_known(self) -> dict[str, Sku]:
        """The pieces of which PEG was told all offers, by their SKUs."""
        return {piece: sku for piece, sku in self.names.items() if piece not in self.apart}

    def is_said(self, piece: PieceId, sku: Sku) -> None:
        """PEG has been told which offers are this piece: from now on it answers for all."""
        if piece in self.apart:
            self.apart.discard(piece)
            self.said_at[piece] = self.world.clock.now()
        self.names[piece] = sku

    def answers_for(self, pieces: Collection[str], at: datetime) -> bool:
        """Whether PEG could know then which offers are these pieces."""
        return at >= self.answers_since(pieces) and not self.apart.intersection(pieces)

    def answers_since(self, pieces: Collection[str]) -> datetime:
        """Since when it could: the import, or what the owner said later."""
        return max([self.opened_at, *(self.said_at.get(one, OPENING) for one in pieces)])

    def calm_s(self, since: datetime, until: datetime, *, in_pauses: bool = False) -> float:
        """Seconds between two moments of the market in which nothing was broken.

        A pause of the owner's is a trouble to whatever PEG would have to write.
        """
        begin_s, end_s = ((one - OPENING).total_seconds() for one in (since, until))
        return self.troubles.calm_s(begin_s, end_s, in_pauses=in_pauses)

    def cancelled_orders(self) -> set[str]:
        """Every order that was, by the marketplaces' own names."""
        shopify, etsy = (self.world.practices[name].market.truth() for name in MARKETS)
        return {str(one["id"]) for one in shopify["orders"] if one["cancelled_at"]} | {
            str(one["id"]) for one in etsy["receipts"] if one["status"] == "canceled"
        }

    def calm(self) -> None:
        """From now on nothing goes wrong by chance."""
        faults = self.world.faults
        faults.set_rates({name: 0.0 for name, rate in faults.rates().items() if 0 < rate < 1})

    def kill(self) -> None:
        """End PEG's life where it stands."""
        self.trace.note(f"{self.life.process.name} is killed")
        self.life.process.kill()

    async def start_again(self) -> None:
        """A new process on the same database, once the old one is gone."""
        await self.life.process.buried()
        self.life = self._next_life()
        self.trace.note(f"{self.life.process.name} starts")
        await self._go_to_work()

    async def reconnect(self) -> None:
        """The owner says yes on both consent pages again."""
        await connect_both(self.life.peg, self.control, URLS, peg_url=PEG_URL)

    async def close(self) -> None:
        """Send everybody home."""
        self.life.process.kill()
        await self.life.process.buried()
        await self.early.close()
        await self.world.close()

    async def _go_to_work(self) -> None:
        app = await self.life.work()
        self._to_peg.reach("peg.test", app, on=self.life.process)

    def _next_life(self) -> Life:
        self.lives += 1
        process = Process(f"peg {self.lives}")
        wire = Wire(self.line, self.trace, owner=process)
        for name, app in self._apps.items():
            wire.reach(f"{name}.test", app)
        return be_born(
            process,
            home=self.home,
            disk=self.disk,
            clock=SimulatedClock(OPENING, skew_s=self.plan.skew_s, drift=self.plan.drift),
            rng=Random(f"peg/{self.plan.seed}/{self.lives}"),
            http=client(wire),
            ring=self._ring,
            environment={**ENVIRONMENT, **self.plan.settings},
        )
