"""A stretch of real trade between both practice marketplaces: every message is by the book."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.etsy_oas import etsy_contract
from tests.support.rehearsal import Rehearsal, rehearse
from tests.support.shopify_schema import admin_contract

from marketsim.market import NotForSale
from marketsim.pieces import MARKETS

SALES = 6
ROUGH = (
    *(
        f"shopify.{name}"
        for name in ("http_429", "http_500", "http_503", "bad_gateway_after_write")
    ),
    *(f"etsy.{name}" for name in ("server_error", "error_after_write")),
    *(f"{market}.{name}" for market in MARKETS for name in ("response_lost", "connection_dropped")),
)
"""What breaks an answer by chance."""


@pytest.fixture(params=["quiet", "rough"])
def rates(request: pytest.FixtureRequest) -> dict[str, float]:
    return dict.fromkeys(ROUGH, 0.02) if request.param == "rough" else {}


async def sell(rehearsal: Rehearsal) -> None:
    """So many sales on each side; who comes too late for a piece sold on the other goes on."""
    for market in (rehearsal.shopify.market, rehearsal.etsy.market):
        sold = 0
        for offered in list(market.offered()):
            with suppress(NotForSale):
                market.pay(market.buy(offered.unit))
                sold += 1
            if sold == SALES:
                break
            await asyncio.sleep(0.05)
        assert sold == SALES


async def test_every_message_of_a_busy_shop_is_by_the_book(
    tmp_path: Path, rates: dict[str, float]
) -> None:
    etsy_judge = etsy_contract()
    async with rehearse(tmp_path, rates=rates) as rehearsal:
        await sell(rehearsal)
        await asyncio.sleep(3)
        shopify, etsy = (rehearsal.fair.overheard[name] for name in ("shopify", "etsy"))

    assert len(shopify.exchanges) > SALES
    assert len(etsy.exchanges) > SALES
    assert shopify.faults(admin_contract) == []
    assert etsy.faults(etsy_judge) == []
