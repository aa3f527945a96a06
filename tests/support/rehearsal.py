"""PEG and both practice marketplaces in one process, ASGI to ASGI, on one clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx2
from tests.support.exchanges import Overheard

from marketsim import etsy as sim_etsy
from marketsim import shopify as sim_shopify
from marketsim.catalogue.draw import draw_catalogue
from marketsim.clock import MarketClock
from marketsim.etsy import credentials as etsy_credentials
from marketsim.etsy.app import PracticeEtsy, build_etsy
from marketsim.faults import Faults
from marketsim.pieces import Catalogue
from marketsim.shopify import credentials as shopify_credentials
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.world import Practice, World, open_world
from peg.db.columns import metadata
from peg.db.transaction import begin
from peg.domain.identity import Channel, ShopId
from peg.intake.patience import Patience
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.marketplaces.grant import Grant
from peg.marketplaces.shopify import oauth as shopify_oauth
from peg.onboarding.importing import Importer
from peg.onboarding.imports import Imported
from peg.shops import directory, grants
from peg.shops.connect import etsy as connect_etsy
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.grants import StoredGrant
from peg.shops.sealing import KeyRing, new_key, parse_keys
from peg.web.app import create_app
from peg.wiring.clocks import ScaledClock
from peg.wiring.doors import open_shops
from peg.wiring.engine import Engine, build_engine
from peg.wiring.ground import Ground, open_ground
from peg.wiring.tasks import run_all

SHOPIFY_URL, ETSY_URL, PEG_URL = "https://shopify.test", "https://etsy.test", "https://peg.test"
HOSTS = ("shopify.test", "etsy.test", "peg.test")
SETTINGS = {
    "PEG_SHOPIFY_URL": SHOPIFY_URL,
    "PEG_ETSY_URL": ETSY_URL,
    "PEG_PUBLIC_URL": PEG_URL,
    "PEG_POLL_SHOPIFY_S": "2",
    "PEG_POLL_ETSY_S": "2",
}
STOPS_WITHIN_S = 10.0
QUICK = Patience(confirm_s=0.3, may_rise_s=3.0, receipt_lag_s=1.0, settle_s=5.0)


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
    engine: Engine
    imported: Imported

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

    Everybody's time runs `speed` times as fast as the machine's.
    """
    apps: dict[str, httpx2.AsyncBaseTransport] = {}
    mounts = {f"all://{host}": _Late(apps, host) for host in HOSTS}
    settings = {**SETTINGS, "PEG_HOME": str(folder), **(environment or {})}
    async with (
        httpx2.AsyncClient(mounts=mounts) as http,
        open_ground(
            settings, clock=ScaledClock(speed), rng=Random(seed), log_level="error"
        ) as ground,
    ):
        shelf = catalogue or draw_catalogue(seed, pieces=pieces)
        clock = MarketClock(ground.clock.now(), speed=speed)
        fair = _open_fair(http, shelf, clock, seed=seed, rates=rates or {})
        for market, overheard in fair.overheard.items():
            apps[f"{market}.test"] = httpx2.ASGITransport(app=overheard)
        engine = await _open_engine(ground, http, patience)
        apps["peg.test"] = httpx2.ASGITransport(app=create_app(ground, engine.reception))
        imported = await _import(ground, engine, patience)
        running = asyncio.create_task(
            run_all(engine.tasks(), clock=ground.clock, metrics=ground.metrics, alarm=engine.alarm)
        )
        try:
            yield Rehearsal(fair=fair, ground=ground, engine=engine, imported=imported)
        finally:
            await ground.database.between_transactions(ground.clock, within_s=STOPS_WITHIN_S)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await fair.world.close()


def _open_fair(
    http: httpx2.AsyncClient,
    shelf: Catalogue,
    clock: MarketClock,
    *,
    seed: int,
    rates: Mapping[str, float],
) -> Fair:
    faults = Faults({**sim_shopify.FAULTS, **sim_etsy.FAULTS}, seed=seed)
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
    overheard = {"shopify": Overheard(shopify.app), "etsy": Overheard(etsy.app)}
    return Fair(world=world, shopify=shopify, etsy=etsy, overheard=overheard)


async def _open_engine(ground: Ground, http: httpx2.AsyncClient, patience: Patience) -> Engine:
    async with begin(ground.database) as session:
        await session.run_sync(lambda s: metadata.create_all(s.connection()))
    ring = parse_keys(new_key())
    await _connect(ground, ring, http)
    secret = await _portal(http)
    async with begin(ground.database) as session:
        shop = ShopId(f"etsy:{etsy_credentials.SHOP_ID}")
        await directory.set_webhook_secret(session, ring, shop, secret)
    calls = CallLog()
    shops = await open_shops(ground, ring, http, calls, Quotas(ground.clock))
    return build_engine(ground, shops, calls, patience)


async def _import(ground: Ground, engine: Engine, patience: Patience) -> Imported:
    importer = Importer(
        ground.database,
        ground.clock,
        {key: shop.marketplace for key, shop in engine.shops.items()},
        polls=engine.polls,
        patience=patience,
    )
    return await importer.run(lambda _step, _count: None)


async def _connect(ground: Ground, ring: KeyRing, http: httpx2.AsyncClient) -> None:
    now = ground.clock.now()
    app = AppCredentials(shopify_credentials.CLIENT_ID, shopify_credentials.CLIENT_SECRET)
    grant = await shopify_oauth.client_credentials(
        http, SHOPIFY_URL, client_id=app.client_id, client_secret=app.client_secret, now=now
    )
    shop = Shop(
        id=ShopId(f"shopify:{shopify_credentials.SHOP_DOMAIN}"),
        channel=Channel.SHOPIFY,
        name="practice",
        currency="USD",
        status=Status.CONNECTED,
        status_sentence="",
        scopes=grant.scopes,
        client_id=app.client_id,
        connected_at=now,
    )
    await _keep(ground, ring, shop, app, grant)
    desk = Desk(
        database=ground.database,
        clock=ground.clock,
        ring=ring,
        http=http,
        shopify_url=SHOPIFY_URL,
        etsy_url=ETSY_URL,
        etsy_consent_url=ETSY_URL,
    )
    tokens = (await http.post(f"{ETSY_URL}/_portal/tokens", json={})).json()
    await connect_etsy.by_refresh_token(
        desk,
        app=AppCredentials(etsy_credentials.KEYSTRING, etsy_credentials.SHARED_SECRET),
        refresh_token=tokens["refresh_token"],
    )


async def _keep(
    ground: Ground, ring: KeyRing, shop: Shop, app: AppCredentials, grant: Grant
) -> None:
    now = ground.clock.now()
    async with begin(ground.database) as session:
        await directory.store(session, ring, shop, app)
        await grants.store(session, ring, shop.id, StoredGrant(grant=grant, fencing=1), now=now)


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
