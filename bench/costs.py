"""What one piece of work costs in calls, by the practice marketplaces' own counts."""

import asyncio
import math
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from bench.demo import IN_EARNEST, NotMeasured

from peg.catalog import items, offers, rules
from peg.catalog.offers import Offer
from peg.cli.demo.connecting import connect_both
from peg.cli.demo.practice import Control, Ports, free_port, practice
from peg.cli.demo.setting import QUICK
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.ledger import counter
from peg.migrations.schema import ensure_current
from peg.propagation import board, pauses
from peg.propagation.retarget import retarget_offers
from peg.wiring.ground import open_ground
from peg.wiring.peg import Peg, open_peg
from peg.workers.embedded import Embedded

PIECES, CHANGES = 320, 250
SPEED = 60.0
"""An hour within a minute. A call takes so many times longer in market time, so that fewer rounds
fit in: the promise bounds each kind of call from above."""
HOUR_S = 3_600.0
LAG_IS_OVER_S = 6 * QUICK.receipt_lag_s
LOOK_S = 0.05
DONE_WITHIN_S = 60.0

FAULTS = "chance=0,*.webhook_lost=1"
"""Nothing by chance, as a repeated call would count; and no door is open here for webhooks."""

SHARED = ("getShopReceipts", "getListingsByShop")
"""Polls and glances, which go on whatever happens and serve everybody."""

LOOKING = frozenset(
    {
        *SHARED,
        "getListingsInventoryByListingIds",  # a comparison reads what differs once more
        "OrdersUpdatedSince",
        "VariantsPage",
        "LocationsPage",
        "WebhooksPage",
        "oauthToken",
    }
)
"""All that an idle hour may ask: nothing is written."""

QUIET = {"PEG_POLL_SHOPIFY_S": "36000", "PEG_POLL_ETSY_S": "36000", "PEG_RECONCILE_S": "36000"}

Calls = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """PEG at work between both practice shops, and their counts."""

    peg: Peg
    control: Control

    async def counts(self) -> dict[str, Counter[str]]:
        """Calls so far, by marketplace and operation."""
        return {
            one: Counter((await self.control.read(f"truth/{one}"))["calls"]["by_operation"])
            for one in ("shopify", "etsy")
        }

    async def since(self, before: Mapping[str, Counter[str]]) -> Calls:
        """Calls made since then."""
        now = await self.counts()
        return {one: dict(now[one] - before[one]) for one in now}

    async def sleep(self, seconds: float) -> None:
        """Let so much market time pass."""
        await self.peg.ground.clock.sleep(seconds)

    async def both(self, *, single: bool) -> Offer:
        """An offer on Etsy, alone in its listing, of a piece that can be sold."""
        async with reading(self.peg.ground.database) as session:
            known = [one for one in await offers.everything(session) if len(one.components) == 1]
            standings = await board.standings(session, [one.id for one in known])
            alone = Counter(one.ref.listing for one in known)
            for one in known:
                item = await items.by_sku(session, one.components[0].sku)
                if (
                    one.ref.channel is Channel.ETSY
                    and alone[one.ref.listing] == 1
                    and item is not None
                    and item.one_of_a_kind is single
                    and (standing := standings.get(one.id)) is not None
                    and (standing.target.total == 1 if single else standing.target.total > 2)
                ):
                    return one
        raise LookupError("no such piece in this catalogue")


async def costs() -> dict[str, Any]:
    """Calls for each piece of work that the aims name."""
    async with _at_work({**QUIET, "PEG_GLANCE_S": "2"}, speed=5.0) as desk:
        withdrawn = await _sold_in_person(desk, single=True)
        changed = await _sold_in_person(desk, single=False)
        figures = await _many_figures(desk)
    async with _at_work(IN_EARNEST, speed=SPEED) as desk:
        await desk.sleep(HOUR_S / 4)
        before, began_s = await desk.counts(), desk.peg.ground.clock.monotonic()
        await desk.sleep(HOUR_S)
        idle = await desk.since(before)
        idle_s = desk.peg.ground.clock.monotonic() - began_s
    return {
        "etsy_withdrawal": withdrawn,
        "etsy_change": changed,
        "shopify_changes": figures,
        "idle_hour": {"seconds": round(idle_s), "calls": idle},
    }


async def _sold_in_person(desk: Desk, *, single: bool) -> Calls:
    """Calls that follow one sale at the counter, until the receipts' lag is long over."""
    offer = await desk.both(single=single)
    before = await desk.counts()
    ground = desk.peg.ground
    async with begin(ground.database) as session:
        sku = offer.components[0].sku
        await counter.sell(session, sku, 1, who="bench", now=ground.clock.now())
    await desk.sleep(LAG_IS_OVER_S)
    return await desk.since(before)


async def _many_figures(desk: Desk) -> dict[str, Any]:
    """Lower exactly 250 figures on Shopify while Etsy is left alone."""
    ground = desk.peg.ground
    async with begin(ground.database) as session:
        await pauses.pause(
            session, pauses.EVERYTHING, who="bench", why="a measurement", now=ground.clock.now()
        )
        known = [one for one in await offers.everything(session) if one.components]
        shown = await board.standings(session, [one.id for one in known])
        chosen = [
            one
            for one in known
            if one.ref.channel is Channel.SHOPIFY
            and one.id in shown
            and shown[one.id].target.total > 0
            and len(shown[one.id].target.quantities) == 1
        ][:CHANGES]
        nothing = rules.Rule(buffer=1_000_000, cap=None)
        for one in chosen:
            await rules.set_rule(session, f"sku:{one.components[0].sku}", Channel.SHOPIFY, nothing)
        await retarget_offers(session, chosen, now=ground.clock.now())
        changes = len(await board.dirty_offers(session))
    if changes != CHANGES:
        raise NotMeasured(f"{changes} figures on Shopify had to be lowered, not {CHANGES}")
    before = await desk.counts()
    async with begin(ground.database) as session:
        await pauses.resume(session, pauses.EVERYTHING)
    await _until_shown(desk)
    return {"changes": changes, "calls": await desk.since(before)}


async def _until_shown(desk: Desk) -> None:
    async with asyncio.timeout(DONE_WITHIN_S):
        while True:
            async with reading(desk.peg.ground.database) as session:
                if not await board.dirty_offers(session):
                    return
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def _at_work(environment: Mapping[str, str], *, speed: float) -> AsyncIterator[Desk]:
    ports = Ports(shopify=free_port(), etsy=free_port())
    urls, url = ports.urls(), f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="peg-bench-") as home:
        settings = {
            "PEG_HOME": home,
            "PEG_SHOPIFY_URL": urls["shopify"],
            "PEG_ETSY_URL": urls["etsy"],
            "PEG_ETSY_CONSENT_URL": urls["etsy"],
            "PEG_CLOCK_SPEED": str(speed),
            **environment,
        }
        async with (
            httpx2.AsyncClient() as http,
            practice(
                ports, seed=7, pieces=PIECES, faults=FAULTS, http=http, home=Path(home)
            ) as control,
            open_ground(settings, log_level="critical") as ground,
            open_peg(ground, patience=QUICK) as peg,
        ):
            await control.act("clock/speed", speed=speed)
            await ensure_current(ground.database)
            await connect_both(peg, control, urls, peg_url=url)
            await peg.importer(await peg.engine()).run(lambda _step, _count: None)
            work = asyncio.ensure_future((await Embedded.prepare(peg)).run())
            desk = Desk(peg=peg, control=control)
            try:
                await desk.sleep(LAG_IS_OVER_S)
                await _until_shown(desk)
                yield desk
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)


def own(calls: Mapping[str, int]) -> int:
    """Calls made for this work alone, apart from the polls and glances that all share."""
    return sum(count for operation, count in calls.items() if operation not in SHARED)


def rows(measured: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """The lines of the page: what, measured, worst, aim, met."""
    figures, idle = measured["shopify_changes"], measured["idle_hour"]["calls"]
    writes = sum(figures["calls"]["shopify"].values())
    allowed = math.ceil(figures["changes"] / CHANGES)
    withdrawn, changed = (
        own(measured["etsy_withdrawal"]["etsy"]),
        own(measured["etsy_change"]["etsy"]),
    )
    return [
        (
            f"calls to Shopify for {figures['changes']} changes",
            writes,
            "",
            allowed,
            writes == allowed,
        ),
        (
            "calls to Etsy to withdraw a single piece, polls and glances apart",
            withdrawn,
            "",
            2,
            withdrawn == 2,
        ),
        (
            "calls to Etsy for another change, polls and glances apart",
            changed,
            "",
            3,
            changed == 3,
        ),
        *(
            (
                f"an idle hour on {side}",
                _words(idle[side]),
                "",
                "looking only",
                idle[side].keys() <= LOOKING,
            )
            for side in sorted(idle)
        ),
    ]


def _words(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(calls.items()))


if __name__ == "__main__":
    found = asyncio.run(costs())
    print(found)
    print(*rows(found), sep="\n")
