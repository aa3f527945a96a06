"""Open the door to every connected shop: tokens, limits, client, marketplace, webhook reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import structlog

from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.identity import Channel, ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy import oauth as etsy_oauth
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.marketplace import EtsyMarketplace
from peg.marketplaces.etsy.quota import Quota, Quotas
from peg.marketplaces.etsy.quota import told_by as etsy_told
from peg.marketplaces.etsy.webhooks import EtsyHints, EtsySignatures
from peg.marketplaces.grant import Grant
from peg.marketplaces.hints import BadSignature, HintReader, SignatureCheck
from peg.marketplaces.http import Door
from peg.marketplaces.port import AccessRevoked
from peg.marketplaces.shopify import oauth as shopify_oauth
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.client import told_by as shopify_told
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace
from peg.marketplaces.shopify.webhooks import ShopifyHints, ShopifySignatures
from peg.shops import directory
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.sealing import KeyRing
from peg.shops.tokens import Renew, TokenSource
from peg.wiring.ground import Ground

log = structlog.get_logger()

IDLE_CONNECTIONS_MAX = 20
KEEP_ALIVE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShop:
    """One connected shop, ready to be worked with."""

    shop: Shop
    marketplace: ShopifyMarketplace | EtsyMarketplace
    tokens: TokenSource
    door: Door


def open_http() -> httpx2.AsyncClient:
    """The client that all doors share; redirects are never followed."""
    limits = httpx2.Limits(
        max_keepalive_connections=IDLE_CONNECTIONS_MAX,
        keepalive_expiry=KEEP_ALIVE.total_seconds(),
    )
    return httpx2.AsyncClient(limits=limits, follow_redirects=False)


async def open_shops(
    ground: Ground, ring: KeyRing, http: httpx2.AsyncClient, calls: CallLog, quotas: Quotas
) -> Mapping[ShopId, OpenShop]:
    """Every shop that is connected; revoked ones are left out."""
    async with reading(ground.database) as session:
        shops = [shop for shop in await directory.all_shops(session) if shop.status.reachable]
        apps = {shop.id: await directory.app_credentials(session, ring, shop.id) for shop in shops}
    return {
        shop.id: _open(ground, ring, http, calls, quotas, shop, apps[shop.id]) for shop in shops
    }


async def signatures(ground: Ground, ring: KeyRing) -> Mapping[ShopId, SignatureCheck]:
    """Whose webhooks are believed: all that anybody connected and nobody took out.

    A revoked shop is among them: what it sold before is signed all the same, and the compliance
    webhooks of a removed app come days later.
    """
    async with reading(ground.database) as session:
        secrets = {
            shop.id: await directory.webhook_secret(session, ring, shop.id)
            for shop in await directory.all_shops(session)
            if shop.status is not Status.DISCONNECTED
        }
    checks = {shop: _check(shop, secret) for shop, secret in secrets.items() if secret}
    return {shop: check for shop, check in checks.items() if check is not None}


def hint_readers(ground: Ground) -> Mapping[Channel, HintReader]:
    """What tells where a webhook points."""
    return {Channel.SHOPIFY: ShopifyHints(), Channel.ETSY: EtsyHints(ground.settings.etsy_url)}


def shopify_address(ground: Ground, shop: Shop) -> str:
    """Where a Shopify shop is reached."""
    return ground.settings.shopify_url.format(shop=shop.remote.partition(".")[0])


def _open(
    ground: Ground,
    ring: KeyRing,
    http: httpx2.AsyncClient,
    calls: CallLog,
    quotas: Quotas,
    shop: Shop,
    app: AppCredentials,
) -> OpenShop:
    tokens = TokenSource(
        database=ground.database,
        clock=ground.clock,
        rng=ground.rng,
        ring=ring,
        shop=shop.id,
        renew=_renewal(ground, http, shop),
    )
    tells = shopify_told if shop.channel is Channel.SHOPIFY else etsy_told
    door = Door(http, ground.clock, ground.rng, shop=shop.id, calls=calls, tells=tells)
    marketplace: ShopifyMarketplace | EtsyMarketplace
    if shop.channel is Channel.SHOPIFY:
        url = shopify_address(ground, shop)
        client = ShopifyClient(url, door, tokens, ground.clock)
        marketplace = ShopifyMarketplace(shop.id, client, ground.clock, currency=shop.currency)
    else:
        api = ground.settings.etsy_url
        marketplace = _etsy(api, quotas.of(app.client_id), ground.clock, shop, app, door, tokens)
    return OpenShop(shop=shop, marketplace=marketplace, tokens=tokens, door=door)


def _check(shop: ShopId, secret: str) -> SignatureCheck | None:
    if shop.startswith(Channel.SHOPIFY.value):
        return ShopifySignatures([secret])
    try:
        return EtsySignatures(secret)
    except BadSignature as error:  # kept by a PEG that looked less closely
        log.warning("webhook_secret.useless", shop=shop, why=str(error))
        return None


def _etsy(
    api: str,
    quota: Quota,
    clock: Clock,
    shop: Shop,
    app: AppCredentials,
    door: Door,
    tokens: TokenSource,
) -> EtsyMarketplace:
    client = EtsyClient(
        shop=shop.id,
        api=api,
        app=App(keystring=app.client_id, shared_secret=app.client_secret),
        door=door,
        tokens=tokens,
        quota=quota,
        clock=clock,
    )
    return EtsyMarketplace(shop=shop.id, client=client, clock=clock)


def _renewal(ground: Ground, http: httpx2.AsyncClient, shop: Shop) -> Renew:
    async def renew_shopify(old: Grant, app: AppCredentials) -> Grant:
        return await shopify_oauth.refresh(
            http,
            shopify_address(ground, shop),
            client_id=app.client_id,
            client_secret=app.client_secret,
            refresh_token=old.refresh_token,
            now=ground.clock.now(),
        )

    async def renew_etsy(old: Grant, app: AppCredentials) -> Grant:
        if old.refresh_token is None:
            raise AccessRevoked("Etsy gave no refresh token: run `peg connect etsy` again")
        return await etsy_oauth.refresh(
            http,
            ground.settings.etsy_url,
            keystring=app.client_id,
            refresh_token=old.refresh_token,
            now=ground.clock.now(),
        )

    return renew_shopify if shop.channel is Channel.SHOPIFY else renew_etsy
