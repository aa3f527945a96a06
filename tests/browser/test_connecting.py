"""A shop is connected by PEG's own page, in a real browser: every click of it."""

from pathlib import Path

import httpx2
import pytest
from tests.browser.conftest import Browser, Visit
from tests.support.running import running

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET
from marketsim.pieces import MARKETS, MarketName
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP

pytestmark = pytest.mark.timeout(240)  # the first test also starts the shops
REGISTERS = {"shopify": "/_dashboard/callbacks", "etsy": "/_portal/callbacks"}
CONSENT = {"shopify": "Install app", "etsy": "Grant access"}
TYPED = {
    "shopify": {"Shop": SHOP, "Client id": CLIENT_ID, "Client secret": CLIENT_SECRET},
    "etsy": {"Keystring": KEYSTRING, "Shared secret": SHARED_SECRET},
}


def asks_for_no_shop(visit: Visit) -> None:
    fills_in(visit, "shopify", Shop="not a shop")


def fills_in(visit: Visit, market: MarketName, **instead: str) -> None:
    form = visit.page.locator(f"form.{market}")
    for label, text in {**TYPED[market], **instead}.items():
        form.get_by_label(label, exact=True).fill(text)
    form.get_by_role("button").click()


@pytest.mark.parametrize("market", MARKETS)
def test_the_owner_fills_in_the_form_allows_it_and_comes_back(
    browser: Browser, market: MarketName
) -> None:
    callback = {"url": f"{browser.demo.url}/connect/{market}/callback"}
    httpx2.post(browser.demo.shops[market] + REGISTERS[market], json=callback).raise_for_status()
    with browser.visit() as visit:  # under another name than the shops send the browser back to
        visit.page.goto(browser.demo.url.replace("127.0.0.1", "localhost") + "/connect")
        fills_in(visit, market)
        visit.page.get_by_role("button", name=CONSENT[market]).click()

        visit.page.get_by_role("status").get_by_text("is connected").wait_for()


def test_what_is_typed_wrong_is_told_on_the_page(browser: Browser) -> None:
    with browser.visit() as visit:
        visit.go("/connect")
        asks_for_no_shop(visit)

        assert "myshopify.com" in visit.page.get_by_role("alert").inner_text()


def test_from_another_machine_the_browser_asks_for_the_token(
    browser: Browser, tmp_path: Path
) -> None:
    told = {"username": "ann", "password": "a-long-token"}
    with (
        running(tmp_path, {"PEG_API_TOKEN": told["password"]}) as runner,
        browser.visit(http_credentials=told) as visit,
    ):
        visit.page.goto(runner.url)
        visit.is_live()
        visit.page.goto(f"{runner.url}/connect")
        asks_for_no_shop(visit)

        assert "myshopify.com" in visit.page.get_by_role("alert").inner_text()
