"""A shop is taken out and connected again while PEG runs: both trade on, and nothing is forgotten.

Everything here is a process of its own, as it is for a jeweller: both practice shops, `peg run`,
and each command.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.command_line import peg
from tests.support.given import Environment, connect, two_practice_shops
from tests.support.running import running

from marketsim.pieces import MARKETS, MarketName

OTHER: dict[MarketName, MarketName] = {"shopify": "etsy", "etsy": "shopify"}
POLLS = {"PEG_POLL_SHOPIFY_S": "1", "PEG_POLL_ETSY_S": "1"}
PATIENCE_S, LOOK_S, TWO_POLLS_S = 40.0, 0.1, 3.0


@dataclass(frozen=True, slots=True)
class Twins:
    """The practice shops, and single pieces that both sell, by SKU."""

    control: str
    units: dict[tuple[MarketName, str], str]
    skus: Iterator[str]
    sold: list[str] = field(default_factory=list)

    def buyable(self, market: MarketName, sku: str) -> int:
        (unit,) = self._read("units", market=market, sku=sku)["units"]
        count: int = unit["buyable"]
        return count

    def is_off(self, market: MarketName, sku: str) -> bool:
        return self.buyable(market, sku) == 0

    def buys(self, market: MarketName) -> str:
        """A buyer orders the next of the pieces there, and pays; its SKU."""
        sku = next(self.skus)
        unit = self.units[market, sku]
        order = self._act("orders", market=market, unit=unit)["order"]
        self._act("orders/pay", market=market, order=order)
        self.sold.append(sku)
        return sku

    def still_on_sale(self) -> list[str]:
        """What was sold, and could be bought once more somewhere."""
        return [sku for sku in self.sold if any(self.buyable(market, sku) for market in MARKETS)]

    def subscriptions(self) -> int:
        """How many webhooks PEG has on Shopify."""
        return len(self._read("truth/shopify")["subscriptions"])

    def _read(self, path: str, **query: str) -> Any:
        return httpx2.get(f"{self.control}/_control/{path}", params=query).json()

    def _act(self, path: str, **body: str) -> Any:
        return httpx2.post(f"{self.control}/_control/{path}", json=body).json()


def twins_of(environment: Environment) -> Twins:
    """Pieces that exist once, and that both shops sell under the same SKU."""
    control = environment["PEG_SHOPIFY_URL"]
    found = httpx2.get(f"{control}/_control/units").json()["units"]
    single = [one for one in found if one["buyable"] == 1 == sum(one["pieces"].values())]
    units = {(one["market"], one["sku"]): one["unit"] for one in single}
    pieces = {(one["market"], one["sku"]): one["pieces"] for one in single}
    skus = [
        sku
        for market, sku in units
        if market == "shopify" and sku and pieces.get(("etsy", sku)) == pieces["shopify", sku]
    ]
    return Twins(control, units, iter(skus))


def until(holds: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up_at, what
        time.sleep(LOOK_S)


def trades_both_ways(twins: Twins) -> None:
    for market in MARKETS:
        sku = twins.buys(market)
        until(partial(twins.is_off, OTHER[market], sku), f"sold on {market}, and on sale still")


@pytest.mark.parametrize("market", MARKETS)
def test_a_shop_that_was_taken_out_is_connected_again_and_trades_on_both_ways(
    tmp_path: Path, market: MarketName
) -> None:
    other = OTHER[market]
    with two_practice_shops(tmp_path) as environment:
        assert peg(tmp_path, "import", **environment).code == 0
        twins = twins_of(environment)
        with running(tmp_path, {**environment, **POLLS}) as runner:
            until(lambda: twins.subscriptions() > 0, "no webhook of Shopify")
            trades_both_ways(twins)

            left = peg(tmp_path, "disconnect", shop_of(tmp_path, market), "--yes", **environment)
            sold_there = twins.buys(other)  # before `peg run` looks at its shops again
            until(lambda: "shop.changed" in runner.log.read_text(), "`peg run` does not notice")
            sold_here = twins.buys(market)
            time.sleep(TWO_POLLS_S)
            meanwhile = (twins.buyable(other, sold_here), twins.buyable(market, sold_there))
            told = twins.subscriptions()

            connect(tmp_path, market, environment)
            until(partial(twins.is_off, other, sold_here), "what it sold meanwhile is not read")
            until(partial(twins.is_off, market, sold_there), "what was sold meanwhile is on sale")
            until(lambda: twins.subscriptions() > 0, "no webhook of Shopify any more")
            trades_both_ways(twins)
            doctor = peg(tmp_path, "doctor", "--json", **environment)

        assert (left.code, meanwhile) == (0, (1, 1))
        assert (told == 0) is (market == "shopify")
        assert bad(doctor.facts) == []
        assert twins.still_on_sale() == []


def shop_of(home: Path, market: MarketName) -> str:
    found: str = next(
        one["id"] for one in peg(home, "shops", "--json").facts if one["channel"] == market
    )
    return found


def bad(findings: Sequence[dict[str, str]]) -> list[str]:
    return [one["sentence"] for one in findings if one["state"] == "bad"]
