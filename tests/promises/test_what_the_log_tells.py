"""The log tells of each push what it changed, on which ground, and at which try."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import NO_POLLS, LittleShop, open_little_shop

from marketsim.pieces import MarketName
from peg.domain.identity import Sku
from peg.marketplaces.http import ATTEMPTS_MAX

pytestmark = pytest.mark.virtual_time


async def pushes(shop: LittleShop, market: MarketName, sku: Sku) -> list[dict[str, Any]]:
    """The log's lines about one offer."""
    offer = await shop.offer(market, sku)
    told = [json.loads(line) for line in log_of(shop).splitlines()]
    return [one for one in told if one["event"] == "stock.pushed" and one["offer"] == offer.id]


def log_of(shop: LittleShop) -> str:
    path = shop.rehearsal.ground.settings.log_path
    assert path is not None
    return path.read_text()


def facts(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("before", "after", "basis", "tries", "outcome"))


async def test_each_push_is_told_with_both_figures_its_ground_and_its_attempt(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("etsy", RING)
        shop.buys("shopify", CHAIN)
        await shop.ends_at(RING, 0)
        await shop.ends_at(CHAIN, 4)
        ring = await pushes(shop, "shopify", RING)
        chain = await pushes(shop, "etsy", CHAIN)

    assert [facts(one) for one in ring] == [(1, 0, "compared", 1, "sent")]
    assert [facts(one) for one in chain] == [(5, 4, "read", 1, "sent")]
    assert len({one["attempt"] for one in (*ring, *chain)}) == 2


async def test_a_withdrawal_stands_on_what_is_expected_and_a_second_try_is_told_as_one(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        shop.faults(**{"etsy.server_error": 1.0})
        shop.buys("shopify", RING)
        heard = shop.rehearsal.fair.overheard["etsy"].exchanges
        await shop.until(lambda: sum(one.method == "PATCH" for one in heard) > ATTEMPTS_MAX)
        shop.faults(**{"etsy.server_error": 0.0})
        await shop.ends_at(RING, 0)
        first, *_, last = await pushes(shop, "etsy", RING)

    assert facts(first)[:4] == (1, 0, "expected", 1)
    assert first["outcome"] != "sent"
    assert first["sentence"]
    assert facts(last)[:3] == (1, 0, "expected")
    assert last["tries"] > 1
    assert last["attempt"] != first["attempt"]
