"""What a page takes as given before its first command: `<!-- given: a small book -->`."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.command_line import peg, seed

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET
from marketsim.pieces import MARKETS, MarketName
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP
from peg.catalog import items
from peg.catalog.items import Item
from peg.domain.identity import MAIN, Sku
from peg.domain.stock import Cause
from peg.ledger import book
from peg.ledger.book import Posting

GIVEN = re.compile(r"^<!-- given: (.+?) -->$", re.MULTILINE)
MARKETSIM = (sys.executable, "-c", "from marketsim.cli import main; main()")
SHELF = {"RUBY-RING": ("Ruby ring", 1), "ROSE-STUDS": ("Rose quartz studs", 6)}
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
"""Pages run on the machine's own clock: what they begin with must lie behind it."""

Environment = Mapping[str, str]


class NothingSoCalled(ValueError):
    """A page asks for a beginning that nobody prepares."""


def given(page: str, home: Path) -> AbstractContextManager[Environment]:
    """Prepare `home` as the page asks; the environment its commands need."""
    found = GIVEN.search(page)
    if found is None:
        return nothing(home)
    if found[1] not in BEGINNINGS:
        raise NothingSoCalled(f"{found[1]!r}: there are {', '.join(BEGINNINGS)}")
    return BEGINNINGS[found[1]](home)


@contextmanager
def nothing(_home: Path) -> Iterator[Environment]:
    yield {}


@contextmanager
def a_small_book(home: Path) -> Iterator[Environment]:
    """One ruby ring and six pairs of studs, on no shop."""
    seed(home, _fill)
    yield {}


@contextmanager
def two_practice_shops(home: Path) -> Iterator[Environment]:
    """Both practice shops run, and are connected; nothing is imported."""
    with practice_shops() as environment:
        for market in MARKETS:
            connect(home, market, environment)
        yield environment


@contextmanager
def practice_shops() -> Iterator[Environment]:
    """Both practice shops run; where they are reached."""
    ports = ("--shopify-port=0", "--etsy-port=0", "--pieces=40", "--faults=chance=0")
    with subprocess.Popen(
        [*MARKETSIM, "serve", *ports], stdout=subprocess.PIPE, text=True, env={"COLUMNS": "200"}
    ) as process:
        try:
            yield _addresses(process)
        finally:
            process.terminate()


BEGINNINGS: Mapping[str, Callable[[Path], AbstractContextManager[Environment]]] = {
    "a small book": a_small_book,
    "two practice shops": two_practice_shops,
}


async def _fill(session: AsyncSession) -> None:
    shelf = [
        Item(sku=Sku(sku), name=name, one_of_a_kind=pieces == 1)
        for sku, (name, pieces) in SHELF.items()
    ]
    await items.open_all(session, shelf, now=LONG_AGO)
    postings = [
        Posting(
            sku=Sku(sku),
            location=MAIN,
            on_hand=pieces,
            cause=Cause.BASELINE,
            source="import",
            reference="",
            happened_at=LONG_AGO,
        )
        for sku, (_, pieces) in SHELF.items()
    ]
    await book.post(session, postings, now=LONG_AGO)


def _addresses(process: subprocess.Popen[str]) -> Environment:
    """Where the practice shops listen, as they say in their first two lines."""
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    there = [found for line in lines for found in re.findall(r"(http://\S+)\s+control", line)]
    shopify_url, etsy_url = there
    return {
        "PEG_SHOPIFY_URL": shopify_url,
        "PEG_ETSY_URL": etsy_url,
        "PEG_ETSY_CONSENT_URL": etsy_url,
    }


def connect(home: Path, market: MarketName, environment: Environment) -> None:
    """Connect a practice shop, for the first time or again, as one types it without a browser."""
    keys = {"shop": SHOP, "client-id": CLIENT_ID, "client-secret": CLIENT_SECRET}
    if market == "etsy":
        tokens = httpx2.post(f"{environment['PEG_ETSY_URL']}/_portal/tokens", json={}).json()
        keys = {
            "keystring": KEYSTRING,
            "shared-secret": SHARED_SECRET,
            "refresh-token": tokens["refresh_token"],
        }
    words = [f"--{name}={key}" for name, key in keys.items()]
    ran = peg(home, "connect", market, *words, **environment)
    assert ran.code == 0, ran.err
