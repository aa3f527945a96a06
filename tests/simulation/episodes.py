"""Makes the plan's faults happen, each in its time."""

import asyncio
from collections.abc import Awaitable, Callable
from fnmatch import fnmatch

from tests.simulation.doze import Doze
from tests.simulation.owner.access import LOOKS_EVERY_S
from tests.simulation.plan import DAY_S, ONE_SIDED, RATES, Episode
from tests.simulation.stage import Stage
from tests.simulation.troubles import AFTERMATH_S

from marketsim.market import EditRefused, Market, UnitId

KILL_STEPS_MAX = 400

BY_CHANCE = {**RATES, **ONE_SIDED}

HARMLESS = frozenset({"webhooks doubled", "webhooks forged", "blank SKUs"})
"""Faults that are no excuse for being late."""

COSTS_ACCESS = frozenset({"tokens end early", "refresh broken"})
"""Faults after which the owner may have to connect a shop again."""


class Episodes:
    """The misfortunes of one run."""

    def __init__(self, stage: Stage, doze: Doze) -> None:
        self._stage = stage
        self._doze = doze
        self._usual = stage.world.faults.rates()
        self._acts: dict[str, Callable[[Episode], Awaitable[None]]] = {
            "Shopify dark": self._shopify_dark,
            "Etsy dark": self._etsy_dark,
            "requests time out": self._time_out,
            "PEG is killed": self._kill,
            "the disk fails": self._fail_disk,
            "access revoked": self._revoke,
            "a listing deleted": self._delete,
            "a listing put back by hand": self._put_back,
            "a listing renamed": self._rename,
        }

    async def play(self) -> None:
        """All of them, side by side."""
        async with asyncio.TaskGroup() as group:
            for episode in self._stage.plan.episodes:
                group.create_task(self._one(episode), name=str(episode))

    async def _one(self, episode: Episode) -> None:
        await self._doze.appointments.sleep(episode.at_s)
        self._stage.trace.note(f"begins: {episode}")
        self._doze.stir()
        act = self._strike if episode.kind in BY_CHANCE else self._acts[episode.kind]
        if episode.kind in HARMLESS:
            await act(episode)
        else:
            with self._stage.troubles.lasting(_aftermath_s(episode)):
                await act(episode)
        self._stage.trace.note(f"ends: {episode.kind}")
        self._doze.stir()

    async def _strike(self, episode: Episode) -> None:
        faults = self._stage.world.faults
        names = [
            name
            for name in self._usual
            for pattern in BY_CHANCE[episode.kind]
            if fnmatch(name, pattern)
        ]
        faults.set_rates(dict.fromkeys(names, episode.strength))
        await self._doze.appointments.sleep(episode.lasts_s)
        faults.set_rates({name: self._usual[name] for name in names})

    async def _shopify_dark(self, episode: Episode) -> None:
        await self._dark("shopify.test", episode)

    async def _etsy_dark(self, episode: Episode) -> None:
        await self._dark("etsy.test", episode)

    async def _dark(self, host: str, episode: Episode) -> None:
        self._stage.line.cut.add(host)
        await self._doze.appointments.sleep(episode.lasts_s)
        self._stage.line.cut.discard(host)

    async def _time_out(self, episode: Episode) -> None:
        for host in ("shopify.test", "etsy.test"):
            self._stage.line.timeouts[host] = episode.strength / 2
        await self._doze.appointments.sleep(episode.lasts_s)
        self._stage.line.timeouts.clear()

    async def _kill(self, episode: Episode) -> None:
        """Somewhere in the work that comes next; it is down for a while, then started again."""
        stage, process = self._stage, self._stage.life.process
        dead = asyncio.Event()
        process.when_killed(dead.set)
        process.kill_after(1 + int(episode.strength * stage.rng.randrange(KILL_STEPS_MAX)))
        await dead.wait()
        stage.trace.note(f"{process.name} is killed")
        await self._doze.appointments.sleep(min(episode.lasts_s, 1800.0) * stage.rng.random())
        if not stage.life.process.alive:
            await stage.start_again()

    async def _fail_disk(self, episode: Episode) -> None:
        self._stage.disk.failing = True
        await self._doze.appointments.sleep(min(episode.lasts_s, 600.0))
        self._stage.disk.failing = False

    async def _revoke(self, episode: Episode) -> None:
        """Etsy's owner takes the access back; later she gives it again."""
        faults = self._stage.world.faults
        faults.set_rates({"etsy.grant_revoked": 1.0})
        await self._doze.appointments.sleep(max(3600.0, episode.lasts_s))  # until the next refresh
        faults.set_rates({"etsy.grant_revoked": 0.0})
        await self._doze.appointments.sleep(LOOKS_EVERY_S)

    async def _delete(self, _: Episode) -> None:
        market, unit = self._any_unit()
        self._stage.trace.note(f"a person deletes {unit} on {market.name}")
        market.delete(unit)

    async def _put_back(self, _: Episode) -> None:
        market, unit = self._any_unit(sold=True)
        self._stage.trace.note(f"a person puts {unit} back on {market.name}")
        try:
            market.reactivate(unit)
        except EditRefused:
            self._stage.trace.note("it cannot be")

    async def _rename(self, _: Episode) -> None:
        market, unit = self._any_unit()
        self._stage.trace.note(f"a person retypes the SKU of {unit} on {market.name}")
        market.retype_sku(unit, f"NEW-{self._stage.rng.randrange(10_000)}")

    def _any_unit(self, *, sold: bool = False) -> tuple[Market, UnitId]:
        rng, practices = self._stage.rng, self._stage.world.practices
        market = practices[rng.choice(sorted(practices))].market
        units = sorted(market.units())
        if sold:
            units = [unit for unit in units if market.buyable(unit) == 0] or units
        return market, rng.choice(units)


def _aftermath_s(episode: Episode) -> float:
    """A delivery that is held back may come within a day; lost access waits for its owner."""
    if episode.kind in COSTS_ACCESS:
        return LOOKS_EVERY_S + AFTERMATH_S
    return DAY_S if episode.kind == "webhooks late" else AFTERMATH_S
