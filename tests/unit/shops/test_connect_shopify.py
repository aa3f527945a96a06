"""Connecting a Shopify store, against the practice Shopify's own OAuth server."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.desks import desk_of, refusing
from tests.support.etsy_shop import MarketTime
from tests.support.exchanges import Overheard
from tests.support.laid_tables import lay_tables
from tests.support.shops import key_ring

from marketsim.clock import MarketClock
from marketsim.faults import Faults, without_chance
from marketsim.shopify import FAULTS
from marketsim.shopify.app import build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP, SHOP_DOMAIN, SHOP_NAME
from marketsim.shopify.oauth import callback_hmac
from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import reading
from peg.domain.identity import ShopId
from peg.marketplaces.port import AccessRevoked, BadCallback, MissingScope
from peg.shops import directory, grants
from peg.shops.addresses import BadShopDomain, InsecureUrl
from peg.shops.connect import shopify
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials
from peg.shops.pending import CallbackExpired
from peg.shops.scopes import CANCELLING
from peg.wiring.ground import open_ground

HTTPS = "https://shopify.test"
BACK = "https://peg.example/back"
APP = AppCredentials(CLIENT_ID, CLIENT_SECRET)
OURS = ShopId(f"shopify:{SHOP_DOMAIN}")


@dataclass(frozen=True, slots=True)
class Practice:
    desk: Desk
    clock: MarketClock
    faults: Faults
    overheard: Overheard

    def asked_for_tokens(self) -> int:
        """How often PEG went to Shopify with a code or a secret."""
        return sum("/admin/oauth/access_token" in one for one in self.overheard.heard)


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    clock, faults = MarketClock(MONDAY_NOON, speed=0), Faults(FAULTS, seed=1)
    faults.set_rates(without_chance(FAULTS))
    server = build_shopify(
        clock=clock, faults=faults, seed=1, http=httpx2.AsyncClient(), public_url=HTTPS
    )
    overheard = Overheard(server.app)
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    await lay_tables(database)
    desk = Desk(
        database=database,
        clock=MarketTime(clock),
        ring=key_ring(),
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=overheard)),
        shopify_url=HTTPS,
        etsy_url="https://api.etsy.com",
        etsy_consent_url="https://www.etsy.com",
    )
    await desk.http.post(f"{HTTPS}/_dashboard/callbacks", json={"url": BACK})
    yield Practice(desk, clock, faults, overheard)
    await database.close()
    await server.close()


async def consent(
    practice: Practice, *, scopes: str | None = None, may_cancel: bool = False
) -> dict[str, str]:
    """The owner says yes; what the browser brings back."""
    url = await shopify.begin(
        practice.desk,
        shop=SHOP,
        app=APP,
        redirect_uri=BACK,
        browser="cookie",
        may_cancel=may_cancel,
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


@pytest.mark.parametrize("may_cancel", [False, True])
async def test_the_right_to_cancel_orders_is_asked_for_only_by_who_wants_it(
    practice: Practice, *, may_cancel: bool
) -> None:
    brought = await consent(practice, may_cancel=may_cancel)

    shop = await shopify.finish(practice.desk, brought, browser="cookie")

    assert (CANCELLING in shop.scopes) is may_cancel


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
    assert practice.asked_for_tokens() == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"shop": "evil.myshopify.com"},
        {"shop": "evil.example"},
        {"shop": f"{SHOP_DOMAIN}.evil.example"},
        {"timestamp": "1"},
        {"timestamp": ""},
        {"timestamp": "\N{SUPERSCRIPT TWO}"},
        {"code": ""},
    ],
)
async def test_a_signed_callback_of_another_shop_or_time_is_refused(
    practice: Practice, changed: dict[str, str]
) -> None:
    callback = signed(await consent(practice), **changed)

    with pytest.raises(BadCallback):
        await shopify.finish(practice.desk, callback, browser="cookie")
    assert practice.asked_for_tokens() == 0


@pytest.mark.parametrize(("apart_s", "taken"), [(-91, False), (-90, True), (90, True), (91, False)])
async def test_a_callback_is_taken_within_a_minute_and_a_half(
    practice: Practice, *, apart_s: int, taken: bool
) -> None:
    told_at = int(practice.clock.now().timestamp()) + apart_s
    callback = signed(await consent(practice), timestamp=str(told_at))

    with nullcontext() if taken else pytest.raises(BadCallback, match="too old"):
        await shopify.finish(practice.desk, callback, browser="cookie")

    assert practice.asked_for_tokens() == taken


async def test_a_callback_works_once_and_only_in_the_browser_that_began(
    practice: Practice,
) -> None:
    callback = await consent(practice)
    await shopify.finish(practice.desk, callback, browser="cookie")
    asked = practice.asked_for_tokens()

    with pytest.raises(CallbackExpired):
        await shopify.finish(practice.desk, callback, browser="cookie")
    with pytest.raises(BadCallback, match="another browser"):
        await shopify.finish(practice.desk, await consent(practice), browser="a stranger's")
    assert practice.asked_for_tokens() == asked


async def test_a_code_that_is_not_taken_blames_the_code_and_not_the_secret(
    practice: Practice,
) -> None:
    """Its callback bears a signature by that very secret."""
    callback = signed(await consent(practice), code="spent")

    with pytest.raises(AccessRevoked, match=r"that code no more: .*Begin the connection again"):
        await shopify.finish(practice.desk, callback, browser="cookie")


async def test_no_two_connections_are_begun_with_the_same_state(practice: Practice) -> None:
    states = {(await consent(practice))["state"] for _ in range(3)}

    assert len(states) == 3
    assert all(len(state) >= 43 for state in states)


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


async def test_without_any_setting_the_shop_itself_is_asked_and_no_other_host(
    tmp_path: Path,
) -> None:
    hosts: list[str] = []
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        desk = desk_of(ground, refusing("invalid_client", hosts))

        with pytest.raises(AccessRevoked):
            await shopify.by_credentials(desk, shop="gems", app=APP)

    assert hosts == ["https://gems.myshopify.com"]


async def test_secrets_do_not_travel_unencrypted(practice: Practice) -> None:
    elsewhere = replace(practice.desk, shopify_url="http://10.0.0.1/{shop}")
    with pytest.raises(InsecureUrl):
        await shopify.by_credentials(elsewhere, shop=SHOP, app=APP)
    assert practice.asked_for_tokens() == 0
    with pytest.raises(InsecureUrl):
        await shopify.begin(
            practice.desk, shop=SHOP, app=APP, redirect_uri="http://peg.example", browser="cookie"
        )
