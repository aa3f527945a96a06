"""Everything that happened stands in a file, while the console stays quiet."""

import io
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
import structlog
from tests.support.clocks import StandingClock

from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy import oauth as etsy_oauth
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.owner import Newcomer
from peg.marketplaces.etsy.quota import told_by as etsy_told
from peg.marketplaces.http import Door, Request, Tells
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MarketplaceError, MarketplaceUnavailable
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.client import told_by as shopify_told
from peg.marketplaces.shopify.owner import owner_of
from peg.monitoring.log_file import LogFile
from peg.monitoring.logs import configure_logs
from peg.settings.environment import load_settings

GEMS, ETSY_API = "https://gems.myshopify.com", "https://api.etsy.com"
TOKEN = "shpat_1234567890abcdef1234567890abcdef"


@pytest.fixture
def restored() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers, logging.getLogger().level = handlers, level


@pytest.fixture
def console(tmp_path: Path, restored: None) -> io.StringIO:
    del restored
    stream = io.StringIO()
    configure_logs(level="info", stream=stream, file=tmp_path / "peg.log")
    return stream


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "peg.log").read_text().splitlines()]


def door(answer: httpx2.MockTransport, shop: str, tells: Tells) -> Door:
    return Door(
        httpx2.AsyncClient(transport=answer),
        StandingClock(),
        Random(1),
        shop=ShopId(shop),
        calls=CallLog(),
        tells=tells,
    )


def asks(operation: str) -> Request:
    return Request(
        operation=operation,
        method="POST",
        url=f"https://x.test/?access_token={TOKEN}",
        repeatable=True,
        lane=Lane.ORDERS,
        headers={"X-Shopify-Access-Token": TOKEN},
    )


async def test_each_call_is_one_line_with_its_id_what_is_left_and_its_tries(
    tmp_path: Path, console: io.StringIO
) -> None:
    left = [
        httpx2.Response(503, headers={"x-etsy-request-uuid": "first"}),
        httpx2.Response(
            200, headers={"x-etsy-request-uuid": "second", "x-remaining-today": "9417"}
        ),
    ]
    etsy = door(httpx2.MockTransport(lambda _: left.pop(0)), "etsy:1", etsy_told)

    await etsy.send(asks("getListing"))

    facts = ("event", "shop", "operation", "status", "request_id", "quota_left", "tries")
    assert [tuple(line[name] for name in facts) for line in lines(tmp_path)] == [
        ("marketplace.called", "etsy:1", "getListing", 503, "first", None, 1),
        ("marketplace.called", "etsy:1", "getListing", 200, "second", 9417, 2),
    ]
    assert all(line["ms"] >= 0 and line["level"] == "info" for line in lines(tmp_path))
    assert TOKEN not in (tmp_path / "peg.log").read_text()
    assert console.getvalue() == ""


async def test_shopifys_points_are_read_from_the_end_of_its_answer(
    tmp_path: Path, console: io.StringIO
) -> None:
    del console
    cost = {"throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1898}}
    body = {"data": {"title": "x" * 9_000}, "extensions": {"cost": cost}}
    answer = httpx2.Response(200, headers={"x-request-id": "abc-1"}, json=body)
    shopify = door(httpx2.MockTransport(lambda _: answer), "shopify:gems", shopify_told)

    await shopify.send(asks("Levels"))

    (line,) = lines(tmp_path)
    assert (line["request_id"], line["quota_left"], line["status"]) == ("abc-1", 1898, 200)


async def test_a_call_without_an_answer_is_a_line_too(tmp_path: Path, console: io.StringIO) -> None:
    del console

    def lost(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("lost", request=request)

    etsy = door(httpx2.MockTransport(lost), "etsy:1", etsy_told)
    with pytest.raises(MarketplaceUnavailable):
        await etsy.send(asks("getShop"))

    found = [(line["status"], line["tries"]) for line in lines(tmp_path)]
    assert found == [("no answer", number) for number in (1, 2, 3, 4)]


ASKS_OUTSIDE: dict[str, Callable[[httpx2.AsyncClient], Awaitable[object]]] = {
    "shopify token": lambda http: oauth.client_credentials(
        http, GEMS, client_id="app", client_secret="secret", now=StandingClock().now()
    ),
    "etsy token": lambda http: etsy_oauth.refresh(
        http, ETSY_API, keystring="key", refresh_token="token", now=StandingClock().now()
    ),
    "ShopInfo": lambda http: owner_of(http, GEMS, token=TOKEN),
    "GET /users/me": lambda http: Newcomer(
        http, ETSY_API, app=App(keystring="key", shared_secret="s"), token=TOKEN
    ).owner(),
}


@pytest.mark.parametrize("operation", ASKS_OUTSIDE)
@pytest.mark.parametrize("fails", [httpx2.ConnectError, httpx2.ReadTimeout])
async def test_one_without_an_answer_is_a_line_too_and_says_what_to_do(
    tmp_path: Path, console: io.StringIO, operation: str, fails: type[httpx2.TransportError]
) -> None:
    del console

    def lost(request: httpx2.Request) -> httpx2.Response:
        raise fails("lost", request=request)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lost)) as http:
        with pytest.raises(MarketplaceError, match=r"https://[a-z.]+ .*try again"):
            await ASKS_OUTSIDE[operation](http)

    (line,) = lines(tmp_path)
    assert (line["operation"], line["status"]) == (operation, "no answer")
    assert TOKEN not in (tmp_path / "peg.log").read_text()


async def test_a_call_for_a_token_is_a_line_without_the_token(
    tmp_path: Path, console: io.StringIO
) -> None:
    del console
    answer = httpx2.Response(200, json={"access_token": TOKEN, "expires_in": 86_399})
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer)) as http:
        await oauth.client_credentials(
            http,
            "https://gems.test",
            client_id="app",
            client_secret="s" * 32,
            now=StandingClock().now(),
        )

    (line,) = lines(tmp_path)
    assert (line["operation"], line["status"]) == ("shopify token", 200)
    assert TOKEN not in str(line)


def test_the_console_shows_what_was_asked_for_and_the_file_the_rest(
    tmp_path: Path, restored: None
) -> None:
    del restored
    stream = io.StringIO()
    configure_logs(level="warning", stream=stream, file=tmp_path / "peg.log")

    structlog.get_logger().info("stock.pushed", sku="RING-1")
    structlog.get_logger().warning("alert.raised", sku="RING-1")
    structlog.get_logger().debug("too.small")
    logging.getLogger("library").error("of a library, token=%s", TOKEN)

    assert [line["event"].split(",")[0] for line in lines(tmp_path)] == [
        "stock.pushed",
        "alert.raised",
        "of a library",
    ]
    assert "stock.pushed" not in stream.getvalue()
    assert "alert.raised" in stream.getvalue()
    assert TOKEN not in (tmp_path / "peg.log").read_text() + stream.getvalue()


def test_a_file_that_is_full_is_put_aside_and_begun_anew(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "peg.log", bytes_max=100)

    for number in range(9):
        log(None, "info", {"event": "stock.pushed", "number": number})

    kept = (tmp_path / "peg.log.1").read_text() + (tmp_path / "peg.log").read_text()
    assert json.loads(kept.splitlines()[-1])["number"] == 8
    assert len(kept) < 400


def test_the_file_is_for_its_owner_and_a_disk_that_takes_none_stops_nothing(
    tmp_path: Path,
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    LogFile(tmp_path / "new" / "peg.log")(None, "info", {"event": "x"})
    event = LogFile(in_the_way / "peg.log")(None, "info", {"event": "x"})

    assert (tmp_path / "new" / "peg.log").stat().st_mode & 0o777 == 0o600
    assert event == {"event": "x"}


def test_who_reads_json_from_the_console_gets_all_of_it_there(tmp_path: Path) -> None:
    people = load_settings({"PEG_HOME": str(tmp_path)})
    programs = load_settings({"PEG_HOME": str(tmp_path), "PEG_LOG_FORMAT": "json"})

    assert people.log_path == tmp_path / "peg.log"
    assert programs.log_path is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_where_what_peg_says_goes_to_a_full_disk_its_words_are_lost_and_nothing_else(
    tmp_path: Path, restored: None
) -> None:
    del restored
    with suppress(OSError), Path("/dev/full").open("w") as full:  # closing it fails, as it must
        configure_logs(log_format="json", level="info", stream=full, file=tmp_path / "peg.log")

        structlog.get_logger().info("webhook.kept")
        logging.getLogger("library").error("something")

    assert [one["event"] for one in lines(tmp_path)] == ["webhook.kept", "something"]
