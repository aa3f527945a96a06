"""PEG and both practice marketplaces in one process, ASGI to ASGI, on one clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from random import Random

import httpx2
from tests.simulation.virtual_loop import VirtualLoop
from tests.support.desks import desk_of
from tests.support.exchanges import Overheard
from tests.support.laid_tables import lay_tables
from tests.support.virtual_time import virtual_ground

from marketsim import etsy as sim_etsy
from marketsim import shopify as sim_shopify
from marketsim.catalogue.draw import draw_catalogue
from marketsim.clock import MarketClock
from marketsim.etsy import credentials as etsy_credentials
from marketsim.etsy.app import PracticeEtsy, build_etsy
from marketsim.faults import Faults, without_chance
from marketsim.pieces import MARKETS, Catalogue, MarketName
from marketsim.shopify import credentials as shopify_credentials
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.world import Practice, World, open_world
from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.intake.patience import Patience
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.onboarding.imports import Imported
from peg.shops import directory
from peg.shops.connect import etsy as connect_etsy
from peg.shops.connect import shopify as connect_shopify
from peg.shops.directory import AppCredentials
from peg.shops.sealing import new_key, parse_keys
from peg.web.app import create_app
from peg.wiring.clocks import ScaledClock
from peg.wiring.engine import Engine
from peg.wiring.ground import Ground, open_ground
from peg.wiring.peg import Peg
from peg.workers.embedded import Embedded

SHOPIFY_URL, ETSY_URL, PEG_URL = "https://shopify.test", "https://etsy.test", "https://peg.test"
HOSTS = ("shopify.test", "etsy.test", "peg.test")
SETTINGS = {
    "PEG_SHOPIFY_URL": SHOPIFY_URL,
    "PEG_ETSY_URL": ETSY_URL,
    "PEG_PUBLIC_URL": PEG_URL,
    "PEG_POLL_SHOPIFY_S": "2",
    "PEG_POLL_ETSY_S": "2",
}
ON_ITS_WAY_S = 0.002
"""Of the machine's time, for each call: nothing happens at the very moment of what it follows."""

FAULTS = {**sim_shopify.FAULTS, **sim_etsy.FAULTS}
NO_CHANCE = without_chance(FAULTS)
QUICK = Patience(
    confirm_s=0.3, may_rise_s=3.0, old_state_s=1.0, receipt_lag_s=1.0, seen_in_passing_s=10.0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fair:
    """Both practice marketplaces; what apps say to each and hear from it stands in `overheard`."""

    world: World
    shopify: Shopify
    etsy: PracticeEtsy
    overheard: Mapping[str, Overheard]


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """The world of the marketplaces, and PEG in it."""

    fair: Fair
    ground: Ground
    peg: Peg
    work: Embedded
    imported: Imported

    @property
    def engine(self) -> Engine:
        return self.work.engine

    @property
    def world(self) -> World:
        return self.fair.world

    @property
    def shopify(self) -> Shopify:
        return self.fair.shopify

    @property
    def etsy(self) -> PracticeEtsy:
        return self.fair.etsy


@asynccontextmanager
async def rehearse(
    folder: Path,
    *,
    seed: int = 7,
    pieces: int = 40,
    rates: Mapping[str, float] | None = None,
    patience: Patience = QUICK,
    environment: Mapping[str, str] | None = None,
    catalogue: Catalogue | None = None,
    speed: float = 1.0,
) -> AsyncIterator[Rehearsal]:
    """Open both shops, connect and import them, and let PEG work until the block ends.

    Everybody's time runs `speed` times as fast as the event loop's.
    """
    apps: dict[str, httpx2.AsyncBaseTransport] = {}
    mounts = {f"all://{host}": _Late(apps, host) for host in HOSTS}
    settings = {**SETTINGS, "PEG_HOME": str(folder), **(environment or {})}
    async with (
        httpx2.AsyncClient(mounts=mounts) as http,
        _open_ground(settings, Random(seed), speed) as ground,
    ):
        shelf = catalogue or draw_catalogue(seed, pieces=pieces)
        clock = MarketClock(
            ground.clock.now(), speed=speed, monotonic=asyncio.get_running_loop().time
        )
        fair = _open_fair(http, shelf, clock, seed=seed, rates=rates or {})
        for market, overheard in fair.overheard.items():
            apps[f"{market}.test"] = httpx2.ASGITransport(app=overheard)
        peg = await _open_peg(ground, http, patience)
        work = await Embedded.prepare(peg)
        apps["peg.test"] = httpx2.ASGITransport(app=create_app(ground, work))
        imported = (await peg.importer(work.engine).run(lambda _step, _count: None)).whole()
        running = asyncio.create_task(work.run())
        try:
            yield Rehearsal(fair=fair, ground=ground, peg=peg, work=work, imported=imported)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await fair.world.close()


def _open_ground(
    settings: Mapping[str, str], rng: Random, speed: float
) -> AbstractAsyncContextManager[Ground]:
    if isinstance(asyncio.get_running_loop(), VirtualLoop):
        return virtual_ground(settings, rng=rng, speed=speed)
    return open_ground(settings, clock=ScaledClock(speed), rng=rng, log_level="error")


def _open_fair(
    http: httpx2.AsyncClient,
    shelf: Catalogue,
    clock: MarketClock,
    *,
    seed: int,
    rates: Mapping[str, float],
) -> Fair:
    faults = Faults(FAULTS, seed=seed)
    faults.set_rates(rates)
    shopify = build_shopify(
        clock=clock, faults=faults, seed=seed, http=http, public_url=SHOPIFY_URL
    )
    etsy = build_etsy(clock=clock, faults=faults, seed=seed, http=http, public_url=ETSY_URL)
    world = open_world(
        seed=seed,
        clock=clock,
        faults=faults,
        catalogue=shelf,
        practices={"shopify": _practice(shopify), "etsy": _practice(etsy)},
    )
    overheard = {
        market: Overheard(app, takes_s=repeat(ON_ITS_WAY_S))
        for market, app in (("shopify", shopify.app), ("etsy", etsy.app))
    }
    return Fair(world=world, shopify=shopify, etsy=etsy, overheard=overheard)


async def _open_peg(ground: Ground, http: httpx2.AsyncClient, patience: Patience) -> Peg:
    """PEG, connected to both shops."""
    await lay_tables(ground.database)
    ring = parse_keys(new_key())
    peg = Peg(
        ground=ground,
        ring=ring,
        http=http,
        calls=CallLog(),
        quotas=Quotas(ground.clock),
        patience=patience,
        desk=desk_of(ground, http, ring),
    )
    for market in MARKETS:
        await connect(peg, market)
    secret = await _portal(http)
    async with begin(ground.database) as session:
        shop = ShopId(f"etsy:{etsy_credentials.SHOP_ID}")
        await directory.set_webhook_secret(session, ring, shop, secret)
    return peg


async def connect(peg: Peg, market: MarketName) -> None:
    """Connect a practice shop, for the first time or again, without a browser."""
    if market == "shopify":
        app = AppCredentials(shopify_credentials.CLIENT_ID, shopify_credentials.CLIENT_SECRET)
        await connect_shopify.by_credentials(peg.desk, shop=shopify_credentials.SHOP, app=app)
        return
    tokens = (await peg.http.post(f"{ETSY_URL}/_portal/tokens", json={})).json()
    await connect_etsy.by_refresh_token(
        peg.desk,
        app=AppCredentials(etsy_credentials.KEYSTRING, etsy_credentials.SHARED_SECRET),
        refresh_token=tokens["refresh_token"],
    )


async def _portal(http: httpx2.AsyncClient) -> str:
    answer = await http.post(
        f"{ETSY_URL}/_portal/webhooks", json={"url": f"{PEG_URL}/webhooks/etsy"}
    )
    return str(answer.json()["secret"])


def _practice(built: Shopify | PracticeEtsy) -> Practice:
    async def nothing() -> None:
        return

    return Practice(
        market=built.market,
        app=built.app,
        courier=built.courier,
        connection=built.connection,
        secrets=built.secrets,
        close=built.close if isinstance(built, Shopify) else nothing,
    )


class _Late(httpx2.AsyncBaseTransport):
    """A host whose application is known only later: shops and PEG need each other's address."""

    def __init__(self, apps: Mapping[str, httpx2.AsyncBaseTransport], host: str) -> None:
        self._apps = apps
        self._host = host

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        app = self._apps.get(self._host)
        if app is None:
            raise httpx2.ConnectError(f"{self._host} is not there yet", request=request)
        return await app.handle_async_request(request)
