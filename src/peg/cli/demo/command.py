"""`peg demo`: both practice shops, real connections, real buyers, and a verdict at the end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from random import Random

import httpx2

from peg.cli.demo.at_work import AtWork
from peg.cli.demo.connecting import connect_both, persistently
from peg.cli.demo.drawer import right_pairs
from peg.cli.demo.home import Home, fresh_home
from peg.cli.demo.person import Sorted, sort_out
from peg.cli.demo.practice import Control, Ports, practice
from peg.cli.demo.processor import Processor
from peg.cli.demo.setting import (
    AT_ONCE,
    CEILING_S,
    IMPORT_AGAIN_AFTER_S,
    POLL_S,
    QUICK,
    QUICK_PEOPLE,
    SETTLES_WITHIN_S,
)
from peg.cli.demo.settling import settled
from peg.cli.demo.telling import told
from peg.cli.demo.verdict.asking import first_look
from peg.cli.demo.verdict.judge import Rehearsed, judge
from peg.cli.demo.wanted import Wanted, rates
from peg.cli.demo.watching import LOOK_EVERY_S, Watcher
from peg.cli.running import listen, serve
from peg.cli.terminal import Here, Terminal
from peg.domain.counted import counted
from peg.onboarding.imports import Imported
from peg.web.app import create_app
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg, open_peg
from peg.workers.embedded import Embedded


async def demo(wanted: Wanted | None = None, *, here: Here) -> int:
    """Watch PEG at work between two practice shops.

    Both shops run as a program of their own; they are connected through their consent pages,
    imported and matched; then they open to buyers. The exit code is 0 only if every invariant
    held and every offer shows its target at the end.
    """
    _end_by_sigterm()
    chosen = (wanted or Wanted()).settled_ports()
    ports = Ports(shopify=chosen.shopify_port, etsy=chosen.etsy_port)
    faults = rates(chosen.faults)
    # A line of the log would tear the picture, which shows every alert by itself.
    log_level = "error" if here.json else "critical"
    with fresh_home(here.warn) as home:
        stage = replace(here, environment=_environment(here, home, ports, chosen))
        async with (
            httpx2.AsyncClient() as http,
            practice(
                ports,
                seed=chosen.seed,
                pieces=chosen.pieces,
                faults=faults,
                http=http,
                home=home.path,
            ) as control,
            stage.ground(log_level=log_level) as ground,
            open_peg(ground, patience=QUICK) as peg,
        ):
            await control.act("clock/speed", speed=chosen.clock_speed)
            return await _rehearse(here, chosen, ports, control, peg, home)


def _end_by_sigterm() -> None:
    """As by Ctrl-C: the practice shops, a process of their own, must not outlive this one."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _rehearse(
    here: Terminal, wanted: Wanted, ports: Ports, control: Control, peg: Peg, home: Home
) -> int:
    watcher = Watcher(here, control)
    peg_url = f"http://127.0.0.1:{wanted.port}"
    shops = await connect_both(peg, control, ports.urls(), peg_url=peg_url)
    home.begun = True
    watcher.say(f"Connected {shops[0].name} on Shopify and {shops[1].name} on Etsy.")
    engine = await peg.engine()
    imported = await persistently(
        partial(_import, peg, engine), pause=partial(peg.ground.clock.sleep, IMPORT_AGAIN_AFTER_S)
    )
    beginning = await first_look(control)
    undecided = await _undecided(peg, control)
    sorted_out = await sort_out(peg, engine, control, undecided=undecided)
    watcher.say(_words(imported, sorted_out))
    async with _working(peg, wanted.port) as work:
        watcher.say(f"Live in the browser: {peg_url}/")
        her = AtWork(
            peg=peg,
            engine=work.engine,
            control=control,
            sorted_out=sorted_out,
            undecided=undecided,
            rng=Random(f"{wanted.seed}/jeweller"),  # noqa: S311 - what a seed decides is no secret
            say=watcher.say,
        )
        processor = Processor.watched(peg.ground.clock)
        rest = await watcher.watch(work.engine, _trade(wanted, work.engine, control, her))
        run = Rehearsed(
            beginning=beginning,
            sorted_out=her.so_far(),
            ceiling_s=CEILING_S,
            settled=rest,
            home=home.path,
            log=peg.ground.settings.log_path,
            key_file=peg.ground.settings.key_file,
        )
        found = await judge(work.engine, control, run)
        told_beside = {
            "onboarding": _onboarding(imported, sorted_out),
            "jeweller": her.told(),
            "machine": processor.facts(),
        }
        facts = {**wanted.facts(), **found, **told_beside}
        exit_code = here.show(told(facts, payment_s=wanted.payment_s, ceiling_s=CEILING_S))
        if exit_code:
            here.warn(home.keep())
        if not wanted.headless:
            await watcher.keep_open(peg_url)
    return exit_code


async def _import(peg: Peg, engine: Engine) -> Imported:
    return (await peg.importer(engine).run(lambda _step, _count: None)).whole()


async def _trade(wanted: Wanted, engine: Engine, control: Control, her: AtWork) -> bool:
    """Let the buyers in once all is right; whether it was again after the last of them."""
    await settled(engine, control, within_s=SETTLES_WITHIN_S)
    await control.act(
        "buyers/start",
        orders=wanted.orders,
        pace=wanted.pace,
        rhythm=wanted.rhythm,
        payment_s=wanted.payment_s,
        unpaid_share=wanted.unpaid_share,
        **QUICK_PEOPLE,
        **(AT_ONCE if wanted.rhythm == "even" else {}),
    )
    working = asyncio.ensure_future(her.work())
    try:
        await _until_closed(control)
        await working
    finally:
        working.cancel()
    rest = await settled(engine, control, within_s=SETTLES_WITHIN_S)
    for shop in engine.shops:
        # What a shop breaks off is begun anew, as PEG's own next comparison would be.
        await persistently(
            partial(engine.reconciler.reconcile, shop), pause=partial(asyncio.sleep, LOOK_EVERY_S)
        )
    return rest and await settled(engine, control, within_s=SETTLES_WITHIN_S)


async def _undecided(peg: Peg, control: Control) -> frozenset[str]:
    """A piece of which the jeweller says only while she trades that two offers sell it."""
    pairs = await right_pairs(peg, control)
    known = [piece for pair, piece in pairs if pair.shopify.components or pair.etsy.components]
    return frozenset(known[:1])


async def _until_closed(control: Control) -> None:
    while True:
        if (await control.read("buyers"))["state"] == "done":
            return
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def _working(peg: Peg, port: int) -> AsyncIterator[Embedded]:
    """PEG as `peg run` runs it, for as long as the block lasts."""
    work = await Embedded.prepare(peg)
    with listen("127.0.0.1", port, instead="name another port by `--port`") as listening:
        server = serve(create_app(peg.ground, work, peg.desk), host="127.0.0.1", port=port)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        await server.ready.wait()
        working = asyncio.ensure_future(work.run())
        try:
            yield work
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            server.should_exit = True
            await serving


def _environment(here: Terminal, home: Home, ports: Ports, wanted: Wanted) -> dict[str, str]:
    """A fresh home; addresses that were set stay, so that a proxy may stand between."""
    urls = ports.urls()
    wiped = ("PEG_DATABASE_URL", "PEG_MASTER_KEY", "PEG_MASTER_KEY_FILE")
    kept = {name: text for name, text in here.environment.items() if name not in wiped}
    ours = {
        "PEG_HOME": str(home.path),
        "PEG_PORT": str(wanted.port),
        "PEG_PUBLIC_URL": f"http://127.0.0.1:{wanted.port}",
        "PEG_CLOCK_SPEED": str(wanted.clock_speed),
    }
    return {
        **POLL_S,
        "PEG_SHOPIFY_URL": urls["shopify"],
        "PEG_ETSY_URL": urls["etsy"],
        "PEG_ETSY_CONSENT_URL": urls["etsy"],
        **{name: text for name, text in kept.items() if text},
        **ours,
    }


def _words(imported: Imported, person: Sorted) -> str:
    asked = len(imported.asked)
    return (
        f"Imported {counted(imported.items, 'item')} and {counted(imported.offers, 'offer')}:"
        f" {imported.matched} matched by SKU, {counted(person.mapped, 'offer')} mapped by hand,"
        f" {counted(len(person.labelled), 'piece')} labelled anew."
        + (f" The shops disagree on {asked}: PEG asks." if asked else "")
    )


def _onboarding(imported: Imported, person: Sorted) -> dict[str, int | None]:
    return {
        "items": imported.items,
        "offers": imported.offers,
        "matched_by_sku": imported.matched,
        "mapped_by_hand": person.mapped,
        "labelled_anew": len(person.labelled),
        "shops_disagree": len(imported.asked),
    }
