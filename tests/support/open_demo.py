"""A demo that stays open: both practice shops and PEG as processes, and the hand of a buyer."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from bench.demo import clean_environment

from marketsim.pieces import MarketName
from peg.cli.demo.practice import free_port

LOOK_S, LOOKS_MAX = 0.25, 480
COMMAND = (sys.executable, "-m", "peg", "demo")
CALM = ("--orders", "1", "--pace", "600", "--pieces", "40", "--payment-s", "0")
"""One buyer, so that the shops open and close soon; who else buys is up to the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDemo:
    """Where PEG's page is, where the practice shops are, and their control API."""

    url: str
    shops: Mapping[MarketName, str]

    @property
    def control(self) -> str:
        return f"{self.shops['etsy']}/_control"

    def offered(self, market: str) -> dict[str, dict[str, Any]]:
        """What can be bought on a shop now, by the piece that it is one of."""
        units = self._get("units", market=market)["units"]
        return {
            piece: unit
            for unit in units
            if unit["buyable"] and len(unit["pieces"]) == 1
            for piece in unit["pieces"]
        }

    def one_of_a_kind(self) -> tuple[str, str]:
        """A piece of which there is one, for sale on both shops: its id, and its SKU on Etsy."""
        unique = {one["piece"] for one in self._get("pieces")["pieces"] if one["one_of_a_kind"]}
        shopify, etsy = self.offered("shopify"), self.offered("etsy")
        piece = min(
            piece
            for piece in unique & shopify.keys() & etsy.keys()
            if shopify[piece]["sku"] == etsy[piece]["sku"]
        )
        return piece, str(etsy[piece]["sku"])

    def sells(self, market: str, piece: str) -> None:
        """Somebody buys it, and pays at once."""
        unit = self.offered(market)[piece]["unit"]
        order = self._post("orders", market=market, unit=unit)["order"]
        self._post("orders/pay", market=market, order=order)

    def is_open(self) -> bool:
        """Whether the demo has come so far that only its page is left to look at."""
        try:
            closed = self._get("buyers")["state"] == "done"
            return closed and not self._moment()["behind"]
        except httpx2.TransportError:
            return False

    def _moment(self) -> dict[str, Any]:
        return dict(httpx2.get(f"{self.url}/api/live").raise_for_status().json())

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer = httpx2.get(f"{self.control}/{path}", params=query)
        return dict(answer.raise_for_status().json())

    def _post(self, path: str, **body: str) -> dict[str, Any]:
        answer = httpx2.post(f"{self.control}/{path}", json=body)
        return dict(answer.raise_for_status().json())


@contextmanager
def open_demo() -> Iterator[OpenDemo]:
    """Run a demo until the block ends.

    Raises:
        TimeoutError: it did not come to its end.
    """
    port, shopify, etsy = (free_port() for _ in range(3))
    shops: dict[MarketName, str] = {
        "shopify": f"http://127.0.0.1:{shopify}",
        "etsy": f"http://127.0.0.1:{etsy}",
    }
    demo = OpenDemo(url=f"http://127.0.0.1:{port}", shops=shops)
    process = subprocess.Popen(
        [*COMMAND, *CALM, f"--port={port}", f"--shopify-port={shopify}", f"--etsy-port={etsy}"],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(demo, process)
        yield demo
    finally:
        process.terminate()
        process.wait()


def _wait_for(demo: OpenDemo, process: subprocess.Popen[bytes]) -> None:
    for _ in range(LOOKS_MAX):
        if demo.is_open():
            return
        if process.poll() is not None:
            break
        time.sleep(LOOK_S)
    raise TimeoutError(f"the demo ended with {process.returncode}, or did not open its shops")
