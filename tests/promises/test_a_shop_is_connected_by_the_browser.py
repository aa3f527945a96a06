"""The browser goes to the consent page and comes back: on one machine, and by PEG's own page.

The practice shops and PEG are processes; the browser is a client that follows where it is sent.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import pytest
from tests.support.command_line import peg
from tests.support.given import Environment, practice_shops
from tests.support.running import PATIENCE_S, free_port, running

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET
from marketsim.pieces import MARKETS, MarketName
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP

FORM = {
    "shopify": {"shop": SHOP, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    "etsy": {"keystring": KEYSTRING, "shared_secret": SHARED_SECRET},
}
STRAYS = ("/favicon.ico", "/callback?code=stale&state=of-another-connection")
"""What a browser may ask for at the callback's address before the seller has said yes."""

REGISTERS = {"shopify": "/_dashboard/callbacks", "etsy": "/_portal/callbacks"}


def says_yes(consent: str) -> str:
    """The seller allows it: where the browser is sent then."""
    asked = dict(parse_qsl(urlsplit(consent).query)) | {"auto": "1"}
    answer = httpx2.get(consent.partition("?")[0], params=asked)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def register(environment: Environment, market: MarketName, callback: str) -> None:
    """Enter the address with the app, as one does on the marketplace's page for developers."""
    url = environment[f"PEG_{market.upper()}_URL"] + REGISTERS[market]
    assert httpx2.post(url, json={"url": callback}).is_success


def connected(home: Path) -> list[tuple[str, str]]:
    return [(one["channel"], one["status"]) for one in peg(home, "shops", "--json").facts]


@pytest.mark.parametrize("market", MARKETS)
def test_by_the_command_on_this_machine(tmp_path: Path, market: MarketName) -> None:
    callback = f"http://127.0.0.1:{free_port()}/callback"
    words = [f"--{name.replace('_', '-')}={text}" for name, text in FORM[market].items()]
    if market == "shopify":
        words.append("--browser")
    with practice_shops() as environment:
        register(environment, market, callback)
        with subprocess.Popen(
            [sys.executable, "-m", "peg", "connect", market, *words, f"--callback={callback}"],
            env={**environment, "PEG_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            assert command.stderr is not None
            _, consent = command.stderr.readline(), command.stderr.readline().strip()
            strays = [httpx2.get(urljoin(callback, stray)) for stray in STRAYS]
            page = httpx2.get(says_yes(consent))
            said, _ = command.communicate(timeout=PATIENCE_S)

    assert [stray.status_code for stray in strays] == [404, 400]
    assert (command.returncode, page.status_code) == (0, 200)
    assert "is connected" in said
    assert connected(tmp_path) == [(market, "connected")]


@pytest.mark.parametrize("market", MARKETS)
def test_by_the_page_of_a_running_peg_and_only_in_the_browser_that_began(
    tmp_path: Path, market: MarketName
) -> None:
    with practice_shops() as environment, running(tmp_path, environment) as runner:
        register(environment, market, f"{runner.url}/connect/{market}/callback")
        with httpx2.Client(base_url=runner.url, headers={"origin": runner.url}) as browser:
            away = browser.post(f"/connect/{market}", data=FORM[market])
            back = says_yes(away.headers["location"])
            done = browser.get(back)
            again = browser.get(back)
            second = browser.post(f"/connect/{market}", data=FORM[market])
            stranger = httpx2.get(says_yes(second.headers["location"]))

        assert (away.status_code, done.status_code) == (303, 200)
        assert "is connected" in done.text
        assert (again.status_code, stranger.status_code) == (400, 400)
        assert connected(tmp_path) == [(market, "connected")]


@pytest.mark.parametrize("ticked", [False, True])
def test_the_page_asks_for_the_right_to_cancel_only_where_that_is_ticked(
    tmp_path: Path, *, ticked: bool
) -> None:
    with practice_shops() as environment, running(tmp_path, environment) as runner:
        register(environment, "shopify", f"{runner.url}/connect/shopify/callback")
        with httpx2.Client(base_url=runner.url, headers={"origin": runner.url}) as browser:
            boxes = tick_boxes(browser.get("/connect").text) if ticked else {}
            away = browser.post("/connect/shopify", data={**FORM["shopify"], **boxes})
            browser.get(says_yes(away.headers["location"]))

        (shop,) = peg(tmp_path, "shops", "--json").facts

    assert ("write_orders" in shop["scopes"]) is ticked


def tick_boxes(page: str) -> dict[str, str]:
    """What the boxes of a form send along when they are ticked."""
    boxes = re.findall(r"<input[^>]*type=\"checkbox\"[^>]*>", page)
    told = [dict(re.findall(r"(\w+)=\"([^\"]*)\"", box)) for box in boxes]
    return {one["name"]: one["value"] for one in told}
