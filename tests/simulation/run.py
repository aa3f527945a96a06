"""Play one plan from the opening to its rest, and judge it."""

import asyncio
import tempfile
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.simulation.doze import Doze
from tests.simulation.episodes import Episodes
from tests.simulation.judge import Judge, Violation
from tests.simulation.owner.access import Owner
from tests.simulation.owner.workday import Workday
from tests.simulation.plan import Plan
from tests.simulation.stage import Stage
from tests.simulation.trace import Trace
from tests.simulation.virtual_loop import VirtualLoop

from peg.monitoring.logs import configure_logs

LAST_LOOK_S = 3600.0
"""After the owner's last answers: the longest order lag, once more."""

SETTLES_S = 3 * 3600.0
"""After the faults have stopped: the longest order lag, and the longest wait between two tries."""

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one: nothing is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended. `trace` is the same for the same history."""

    plan: Plan
    violations: tuple[Violation, ...]
    trace: str
    last_lines: tuple[str, ...]
    orders: int
    virtual_s: float


def simulate(
    plan: Plan, *, until: Collection[str] = (), echo: Callable[[str], None] | None = None
) -> Outcome:
    """Play one plan, whichever process this is.

    Args:
        plan: what happens.
        until: invariants; once one of them is broken it is played no further.
        echo: told each line of the trace.
    """
    configure_logs(log_format="json", level="critical", file=None)
    with tempfile.TemporaryDirectory(
        prefix="peg-simulation-", dir=MEMORY if MEMORY.is_dir() else None
    ) as home:
        loop = VirtualLoop()
        try:
            asyncio.set_event_loop(loop)
            return loop.run_until_complete(_play(plan, Path(home), loop, until, echo))
        finally:
            asyncio.set_event_loop(None)
            loop.close()


async def _play(
    plan: Plan,
    home: Path,
    loop: VirtualLoop,
    until: Collection[str],
    echo: Callable[[str], None] | None,
) -> Outcome:
    trace = Trace(loop.time, echo=echo)
    stage = Stage(plan, home, trace)
    try:
        await stage.open()
        judge, doze = Judge(stage, until), Doze(stage, loop)
        loop.doze, loop.step = doze, judge.after_step
        if await _came_to_its_end(_trade(stage, doze), judge.enough):
            judge.after_step()
            judge.at_the_end()
        loop.doze, loop.step = (lambda _: None), (lambda: None)
        judge.close()
        doze.close()
    finally:
        await stage.close()
    truth = stage.world.truth
    return Outcome(
        plan=plan,
        violations=tuple(judge.violations),
        trace=trace.digest(),
        last_lines=tuple(trace.last),
        orders=sum(len(orders) for orders in truth.orders.values()),
        virtual_s=loop.time(),
    )


async def _came_to_its_end(trade: Coroutine[Any, Any, None], enough: asyncio.Event) -> bool:
    """Whether the trade did, before enough was seen."""
    loop = asyncio.get_running_loop()
    trading, watching = loop.create_task(trade), loop.create_task(enough.wait())
    await asyncio.wait({trading, watching}, return_when=asyncio.FIRST_COMPLETED)
    if trading.done():
        watching.cancel()
        trading.result()
        return True
    trading.cancel()
    await asyncio.wait({trading})
    return False


async def _trade(stage: Stage, doze: Doze) -> None:
    """Open the shops; let everything go wrong that shall; close them, and wait."""
    loop = asyncio.get_running_loop()
    plan = stage.plan
    orders = max(1, round(plan.orders_per_day * plan.days))
    crowd = stage.world.send_buyers(
        replace(plan.people, orders=orders, pace=orders / (plan.trade_s / 60))
    )
    owner = loop.create_task(Owner(stage, doze.appointments).live())
    misfortunes = loop.create_task(Episodes(stage, doze).play())
    workday = Workday(stage, doze)
    chores = loop.create_task(workday.play())
    try:
        await doze.appointments.sleep(plan.trade_s)
        await misfortunes
        await chores
        crowd.close_shop()
        stage.calm()
        stage.trace.note("the shops are closed")
        if plan.chores:
            await workday.tidy_up()
        await doze.appointments.sleep(SETTLES_S)
        if crowd.state != "done":
            await crowd.wait()
            await doze.appointments.sleep(SETTLES_S)
        if plan.chores:
            await workday.last_look()
            await doze.appointments.sleep(LAST_LOOK_S)
    finally:
        chores.cancel()
        owner.cancel()
        misfortunes.cancel()
