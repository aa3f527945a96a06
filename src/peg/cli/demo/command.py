"""`peg demo`: both practice shops, real connections, real buyers, and a verdict at the end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import httpx2
from cyclopts import Parameter
from cyclopts.validators import Number as Within

from peg.cli.demo.connecting import connect_both, persistently
from peg.cli.demo.home import Home, fresh_home
from peg.cli.demo.person import Sorted, sort_out
from peg.cli.demo.practice import BadRehearsal, Control, Ports, free_port, practice
from peg.cli.demo.setting import (
    CEILING_S,
    FAULTS,
    IMPORT_AGAIN_AFTER_S,
    POLL_S,
    QUICK,
    QUICK_PEOPLE,
    SETTLES_WITHIN_S,
    USUAL,
)
from peg.cli.demo.settling import settled
from peg.cli.demo.telling import told
from peg.cli.demo.verdict.asking import first_look
from peg.cli.demo.verdict.judge import Rehearsed, judge
from peg.cli.demo.watching import LOOK_EVERY_S, Watcher
from peg.cli.running import serve
from peg.cli.saying import say
from peg.cli.terminal import Here, Terminal
from peg.cli.words import Number
from peg.domain.near import did_you_mean, quoted
from peg.onboarding.imports import Imported
from peg.web.app import create_app
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg, open_peg
from peg.workers.embedded import Embedded

PACE_MAX, SPEED_MAX, PAYMENT_S_MAX = 60_000, 86_400, 86_400
"""A thousand orders a second, a day a second, a day: whatever is more was not meant."""

UNPAID_SHARE_MAX = 0.9
"""The others are for those who cancel, and those who send something back."""


def _within(**limits: float) -> Parameter:
    """What lies outside is refused before anything is started."""
    return Parameter(validator=Within(**limits))


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to rehearse.

    Attributes:
        headless: end by itself and print figures; without it the page in the browser shows it live.
        orders: after so many orders the shops close.
        pace: orders a minute, on both marketplaces together.
        rhythm: `season`: the days and nights of one week, up to twice as busy as the mean; `even`:
            at equal gaps, as measuring needs it.
        seed: decides catalogue, buyers and faults.
        payment_s: mean seconds from order to payment; Etsy tells of a sale once it is paid.
        unpaid_share: orders that are never paid; no webhook of Etsy's tells of those.
        pieces: at least so many pieces are on the shelf.
        faults: `usual`: what the practice shops do by themselves, as `marketsim faults` lists it,
            without webhooks that come hours late: few are lost, few answers break, few reads are
            stale. `none`: nothing by chance; their rules stay, and what always lags: Etsy's
            receipts, Shopify's totals and jobs. `hard`: as `usual`, with webhooks lost 20 %,
            doubled 20 %, reordered 20 %, server errors 5 %, answers lost 2 %, Etsy's reads stale
            5 %. Or rates of your own, name=rate,...
        clock_speed: how fast the time of both marketplaces and of PEG runs. Every limit, wait and
            figure is in that time, so faster is harder: the machine gets no faster.
        shopify_port: port of the practice Shopify; 0 for any free one.
        etsy_port: port of the practice Etsy; 0 for any free one.
        port: port of PEG; 0 for any free one.
    """

    headless: Annotated[bool, Parameter(negative="")] = False
    orders: Annotated[Number, _within(gte=1)] = 60
    pace: Annotated[float, _within(gt=0, lte=PACE_MAX)] = 120.0
    rhythm: Literal["season", "even"] = "season"
    seed: Number = 7
    payment_s: Annotated[float, _within(gte=0, lte=PAYMENT_S_MAX)] = 1.5
    unpaid_share: Annotated[float, _within(gte=0, lte=UNPAID_SHARE_MAX)] = 0.03
    pieces: Annotated[Number, _within(gte=1)] = 320
    faults: str = USUAL
    clock_speed: Annotated[float, _within(gt=0, lte=SPEED_MAX)] = 1.0
    shopify_port: Annotated[Number, _within(gte=0, lte=65_535)] = 0
    etsy_port: Annotated[Number, _within(gte=0, lte=65_535)] = 0
    port: Annotated[Number, _within(gte=0, lte=65_535)] = 0

    def settled_ports(self) -> "Wanted":
        """The same with every port chosen."""
        return replace(
            self,
            shopify_port=self.shopify_port or free_port(),
            etsy_port=self.etsy_port or free_port(),
            port=self.port or free_port(),
        )


async def demo(wanted: Wanted | None = None, *, here: Here) -> int:
    """Watch PEG at work between two practice shops.

    Both shops run as a program of their own; they are connected through their consent pages,
    imported and matched; then they open to buyers. The exit code is 0 only if every invariant
    held and every offer shows its target at the end.
    """
    _end_by_sigterm()
    chosen = (wanted or Wanted()).settled_ports()
    ports = Ports(shopify=chosen.shopify_port, etsy=chosen.etsy_port)
    faults = _rates(chosen.faults)
    # A line of the log would tear the picture, which shows every alert by itself.
    log_level = "error" if here.json else "critical"
    with fresh_home(partial(say, here.err)) as home:
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


def _rates(typed: str) -> str:
    """As the practice shops take them; they know the names.

    Raises:
        BadRehearsal: it is neither a word for them nor a name with its rate.
    """
    if typed not in FAULTS and "=" not in typed:
        words = ", ".join(f"`{word}`" for word in FAULTS)
        raise BadRehearsal(
            f"{quoted(typed)} are no faults{did_you_mean(typed, FAULTS)}: write {words}, or"
            " name=rate,... as `marketsim faults` lists them"
        )
    return FAULTS.get(typed, typed)


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
    watcher.say(f"Connected {shops[0].name} on Shopify and {shops[1].name} on Etsy.")
    engine = await peg.engine()
    imported = await persistently(
        partial(_import, peg, engine), pause=partial(peg.ground.clock.sleep, IMPORT_AGAIN_AFTER_S)
    )
    beginning = await first_look(control)
    sorted_out = await sort_out(peg, engine, control)
    watcher.say(_words(imported, sorted_out))
    async with _working(peg, wanted.port) as work:
        watcher.say(f"Live in the browser: {peg_url}/")
        rest = await watcher.watch(work.engine, _trade(wanted, work.engine, control))
        run = Rehearsed(
            beginning=beginning,
            sorted_out=sorted_out,
            ceiling_s=CEILING_S,
            settled=rest,
            home=home.path,
            log=peg.ground.settings.log_path,
            key_file=peg.ground.settings.key_file,
        )
        found = await judge(work.engine, control, run)
        facts = {**_setting(wanted), **found, "onboarding": _onboarding(imported, sorted_out)}
        exit_code = here.show(told(facts, payment_s=wanted.payment_s, ceiling_s=CEILING_S))
        if exit_code:
            say(here.err, home.keep())
        if not wanted.headless:
            await watcher.keep_open(peg_url)
    return exit_code


async def _import(peg: Peg, engine: Engine) -> Imported:
    return (await peg.importer(engine).run(lambda _step, _count: None)).whole()


async def _trade(wanted: Wanted, engine: Engine, control: Control) -> bool:
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
    )
    await _until_closed(control)
    rest = await settled(engine, control, within_s=SETTLES_WITHIN_S)
    for shop in engine.shops:
        await engine.reconciler.reconcile(shop)
    return rest and await settled(engine, control, within_s=SETTLES_WITHIN_S)


async def _until_closed(control: Control) -> None:
    while True:
        if (await control.read("buyers"))["state"] == "done":
            return
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def _working(peg: Peg, port: int) -> AsyncIterator[Embedded]:
    """PEG as `peg run` runs it, for as long as the block lasts."""
    work = await Embedded.prepare(peg)
    server = serve(create_app(peg.ground, work, peg.desk), host="127.0.0.1", port=port)
    serving = asyncio.ensure_future(server.serve())
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
        f"Imported {imported.items} items and {imported.offers} offers: {imported.matched} items"
        f" matched by SKU, {person.mapped} offers by hand, {len(person.labelled)} pieces labelled"
        " anew." + (f" The shops disagree on {asked}: PEG asks." if asked else "")
    )


def _setting(wanted: Wanted) -> dict[str, Any]:
    return {
        "seed": wanted.seed,
        "orders": wanted.orders,
        "rhythm": wanted.rhythm,
        "faults": wanted.faults,
    }


def _onboarding(imported: Imported, person: Sorted) -> dict[str, int | None]:
    return {
        "items": imported.items,
        "offers": imported.offers,
        "matched_by_sku": imported.matched,
        "mapped_by_hand": person.mapped,
        "labelled_anew": len(person.labelled),
        "shops_disagree": len(imported.asked),
    }
