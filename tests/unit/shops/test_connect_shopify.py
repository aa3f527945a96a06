"""Connecting a Shopify store, against the practice Shopify's own OAuth server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from tests.support.clocks import MONDAY_NOON
from tests.support.etsy_shop import MarketTime
from tests.support.shops import key_ring

from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.shopify import FAULTS
from marketsim.shopify.app import build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP, SHOP_DOMAIN, SHOP_NAME
from marketsim.shopify.oauth import callback_hmac
from peg.db.columns import metadata
from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.marketplaces.port import AccessRevoked, BadCallback, MissingScope
from peg.shops import directory, grants
from peg.shops.addresses import BadShopDomain, InsecureUrl
from peg.shops.connect import shopify
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials
from peg.shops.pending import CallbackExpired

HTTPS = "https://shopify.test"
BACK = "https://peg.example/back"
APP = AppCredentials(CLIENT_ID, CLIENT_SECRET)
OURS = ShopId(f"shopify:{SHOP_DOMAIN}")


@dataclass(frozen=True, slots=True)
class Practice:
    desk: Desk
    clock: MarketClock
    faults: Faults


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    clock, faults = MarketClock(MONDAY_NOON, speed=0), Faults(FAULTS, seed=1)
    server = build_shopify(
        clock=clock, faults=faults, seed=1, http=httpx2.AsyncClient(), public_url=HTTPS
    )
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    async with begin(database) as session:
        await session.run_sync(lambda s: metadata.create_all(s.connection()))
    desk = Desk(
        database=database,
        clock=MarketTime(clock),
        ring=key_ring(),
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=server.app)),
        shopify_url=HTTPS,
        etsy_url="https://api.etsy.com",
        etsy_consent_url="https://www.etsy.com",
    )
    await desk.http.post(f"{HTTPS}/_dashboard/callbacks", json={"url": BACK})
    yield Practice(desk, clock, faults)
    await database.close()
    await server.close()


async def consent(practice: Practice, *, scopes: str | None = None) -> dict[str, str]:
    """The owner says yes; what the browser brings back."""
    url = await shopify.begin(
        practice.desk, shop=SHOP, app=APP, redirect_uri=BACK, browser="cookie"
    )
    asked = dict(parse_qsl(urlsplit(url).query)) | {"auto": "1"}
    if scopes is not None:
        asked["scope"] = scopes
    answered = await practice.desk.http.get(f"{HTTPS}/admin/oauth/authorize", params=asked)
    assert answered.status_code == 302, answered.text
    return dict(parse_qsl(urlsplit(answered.headers["location"]).query))


def signed(callback: dict[str, str], **changed: str) -> dict[str, str]:
    """Changed, and signed again as only Shopify and PEG can."""
    told = callback | changed
    return told | {"hmac": callback_hmac(told)}


async def test_the_owner_says_yes_and_the_store_is_connected(practice: Practice) -> None:
    desk = practice.desk

    shop = await shopify.finish(desk, await consent(practice), browser="cookie")

    assert (shop.id, shop.name, shop.currency) == (OURS, SHOP_NAME, "USD")
    async with reading(desk.database) as session:
        assert await directory.by_id(session, OURS) == shop
        assert await directory.webhook_secret(session, desk.ring, OURS) == CLIENT_SECRET
        assert await grants.load(session, desk.ring, OURS) is not None


async def test_client_credentials_connect_without_a_browser(practice: Practice) -> None:
    shop = await shopify.by_credentials(practice.desk, shop=SHOP_DOMAIN, app=APP)

    assert shop.id == OURS


@pytest.mark.parametrize(
    "changed",
    [
        {"hmac": "0" * 64},
        {"hmac": ""},
        {"code": "another"},
        {"shop": "evil.myshopify.com"},
        {"timestamp": "1"},
    ],
)
async def test_a_callback_changed_on_the_way_is_refused(
    practice: Practice, changed: dict[str, str]
) -> None:
    callback = await consent(practice) | changed

    with pytest.raises(BadCallback):
        await shopify.finish(practice.desk, callback, browser="cookie")


@pytest.mark.parametrize(
    "changed", [{"shop": "evil.myshopify.com"}, {"shop": "evil.example"}, {"timestamp": "1"}]
)
async def test_a_signed_callback_of_another_shop_or_time_is_refused(
    practice: Practice, changed: dict[str, str]
) -> None:
    callback = signed(await consent(practice), **changed)

    with pytest.raises(BadCallback):
        await shopify.finish(practice.desk, callback, browser="cookie")


async def test_a_callback_without_our_state_is_refused(practice: Practice) -> None:
    callback = signed(await consent(practice), state="")

    with pytest.raises(CallbackExpired):
        await shopify.finish(practice.desk, callback, browser="cookie")


async def test_less_than_peg_needs_is_refused_by_what_will_not_work(practice: Practice) -> None:
    callback = await consent(practice, scopes="read_products,write_inventory,read_locations")

    with pytest.raises(MissingScope, match="taking in sales"):
        await shopify.finish(practice.desk, callback, browser="cookie")


async def test_a_wrong_secret_or_another_organisation_is_named(practice: Practice) -> None:
    wrong = AppCredentials(CLIENT_ID, "wrong")
    with pytest.raises(AccessRevoked, match="client id and secret"):
        await shopify.by_credentials(practice.desk, shop=SHOP, app=wrong)

    practice.faults.set_rates({"shopify.shop_not_permitted": 1})
    with pytest.raises(AccessRevoked, match="organisation"):
        await shopify.by_credentials(practice.desk, shop=SHOP, app=APP)


async def test_a_name_that_is_no_store_or_not_the_one_that_answers_is_refused(
    practice: Practice,
) -> None:
    with pytest.raises(BadShopDomain):
        await shopify.by_credentials(practice.desk, shop="evil.example", app=APP)
    with pytest.raises(BadShopDomain, match="check the name"):
        await shopify.by_credentials(practice.desk, shop="another-store", app=APP)


async def test_secrets_do_not_travel_unencrypted(practice: Practice) -> None:
    with pytest.raises(InsecureUrl):
        await shopify.begin(
            practice.desk, shop=SHOP, app=APP, redirect_uri="http://peg.example", browser="cookie"
        )
