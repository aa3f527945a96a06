"""The live page of a running PEG between both practice shops, in a real browser."""

from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.browser.conftest import Browser, Visit

from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP

pytestmark = pytest.mark.timeout(240)  # the first test also starts the shops
SCHEMES = ["light", "dark"]
LOOKS_MAX = 100
PHONE = {"width": 360, "height": 740}


def card(visit: Visit, sku: str) -> Any:
    return visit.page.locator(".sale", has_text=sku)


def comes_to_hear(visit: Visit, sku: str) -> None:
    """Wait until the script was told of it, whatever the page shows."""
    for _ in range(LOOKS_MAX):
        if visit.page.evaluate("sku => newest.includes(sku)", sku):
            return
        visit.page.wait_for_timeout(100)
    raise TimeoutError(sku)


@pytest.mark.parametrize(("sold_on", "other"), [("etsy", "Shopify"), ("shopify", "Etsy")])
def test_a_sale_comes_by_itself_and_the_piece_goes_off_the_other_shop(
    browser: Browser, sold_on: str, other: str
) -> None:
    piece, sku = browser.demo.one_of_a_kind()
    with browser.visit() as visit:
        visit.go("/")
        visit.is_live()
        assert card(visit, sku).count() == 0

        browser.demo.sells(sold_on, piece)
        card(visit, sku).get_by_text(f"until {other} followed").wait_for()

        figures = card(visit, sku).locator(".shown dd").all_inner_texts()
        seconds = card(visit, sku).locator(".followed b").inner_text()
    assert figures == ["0", "0", "0"]
    assert 0 <= float(seconds.removesuffix(" s")) < 60
    assert piece not in browser.demo.offered("shopify")
    assert piece not in browser.demo.offered("etsy")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", ["/", "/connect"])
def test_nothing_on_a_page_shuts_anybody_out(browser: Browser, path: str, scheme: str) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    with browser.visit(color_scheme=scheme, reduced_motion="reduce") as visit:
        visit.go(path)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("() => axe.run()")

    assert [one["id"] for one in found["passes"] if one["id"] == "color-contrast"]
    assert [(one["id"], one["nodes"]) for one in found["violations"]] == []


def test_the_page_is_used_with_the_keyboard_alone(browser: Browser) -> None:
    with browser.visit() as visit:
        visit.go("/")
        visit.is_live()
        visit.page.keyboard.press("Tab")
        first = visit.page.evaluate("document.activeElement.textContent")
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Space")
        hold = visit.page.get_by_role("button", name="Hold still")

        assert first == "Skip to the content"
        assert hold.evaluate("button => button === document.activeElement")
        assert hold.get_attribute("aria-pressed") == "true"


def test_a_screen_reader_finds_its_way(browser: Browser) -> None:
    with browser.visit() as visit:
        visit.go("/")
        for landmark in ("banner", "main"):
            assert visit.page.get_by_role(landmark).count() == 1
        for role, name in (
            ("navigation", "Pages"),
            ("region", "Stock on both sides"),
            ("region", "What needs you"),
            ("log", "Sales as they come"),
        ):
            assert visit.page.get_by_role(role, name=name).count() == 1
        assert visit.page.get_by_role("heading", level=1).all_inner_texts() == [
            "One stock, two shops"
        ]


def test_a_page_that_is_held_still_waits_with_what_is_new(browser: Browser) -> None:
    piece, sku = browser.demo.one_of_a_kind()
    with browser.visit() as watched, browser.visit() as held:
        for visit in (watched, held):
            visit.go("/")
            visit.is_live()
        held.page.get_by_role("button", name="Hold still").click()

        browser.demo.sells("shopify", piece)
        card(watched, sku).wait_for()
        comes_to_hear(held, sku)
        before = card(held, sku).count()
        held.page.get_by_role("button", name="Hold still").click()
        card(held, sku).wait_for()

    assert before == 0


def test_a_lost_line_is_told_and_found_again(browser: Browser) -> None:
    with browser.visit() as visit:
        visit.page.route("**/live", lambda route: route.abort())
        visit.go("/")
        visit.page.get_by_text("PEG does not answer").wait_for()

        visit.page.unroute("**/live")
        visit.is_live()


@pytest.mark.parametrize("path", ["/", "/connect"])
def test_a_page_fits_a_small_phone(browser: Browser, path: str) -> None:
    with browser.visit(viewport=PHONE) as visit:
        visit.go(path)
        wide = visit.page.evaluate("document.documentElement.scrollWidth")

    assert wide == PHONE["width"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_leaves_this_machine_and_the_console_stays_empty(
    browser: Browser, scheme: str
) -> None:
    with browser.visit(color_scheme=scheme) as visit:
        visit.go("/")
        visit.is_live()
        visit.go("/connect")

    hosts = {urlsplit(address).netloc for address in visit.asked}
    assert hosts == {urlsplit(browser.demo.url).netloc}
    assert visit.complaints == []


@pytest.mark.parametrize("ticked", [False, True])
def test_the_right_to_cancel_is_asked_for_where_its_box_is_ticked(
    browser: Browser, *, ticked: bool
) -> None:
    with browser.visit() as visit:
        visit.go("/connect")
        visit.page.get_by_label("Shop", exact=True).fill(SHOP)
        visit.page.get_by_label("Client id").fill(CLIENT_ID)
        visit.page.get_by_label("Client secret").fill(CLIENT_SECRET)
        visit.page.get_by_label("Ask also for the right to cancel").set_checked(ticked)
        visit.page.get_by_role("button", name="Go to Shopify").click()
        visit.page.wait_for_url("**/oauth/authorize?*")
        asked = parse_qs(urlsplit(visit.page.url).query)["scope"][0]

    assert ("write_orders" in asked.split(",")) is ticked
