"""Clients that others wrote for the real Etsy work on the practice one without a change."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.as_etsy_com import as_etsy_com
from tests.support.practice_etsy import KEY, Fixture, let_in, open_etsy

from marketsim.etsy.credentials import SHOP_ID

SUPPORT = Path(__file__).parents[3] / "support"


async def run_errand(shop: Fixture, script: str, folder: Path) -> dict[str, Any]:
    token = shop.client.headers["authorization"].removeprefix("Bearer ")
    async with as_etsy_com(shop.etsy.app, folder) as environment:
        errand = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SUPPORT / script),
            KEY["x-api-key"],
            token,
            str(SHOP_ID),
            env=dict(environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complaint = await errand.communicate()
    assert errand.returncode == 0, complaint.decode()
    body: dict[str, Any] = json.loads(said)
    return body


@pytest.mark.parametrize("script", ["errand_with_etsyv3.py", "errand_with_etsy_python.py"])
async def test_a_client_lists_writes_stock_and_reads_orders(script: str, tmp_path: Path) -> None:
    shop = await let_in(open_etsy())
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-1")))
    shop.clock.advance(10)

    said = await run_errand(shop, script, tmp_path)

    assert (said["listings"], said["quantities"], said["sold"]) == (2, [3, 0], ["RING-1"])
    assert shop.etsy.market.buyable(shop.unit_of("RING-2-A")) == 3
    operations = shop.etsy.market.truth()["calls"]["by_operation"]
    assert set(operations) == {
        "getListingsByShop",
        "getListingInventory",
        "updateListingInventory",
        "getShopReceipts",
    }
