"""A stretch of real trade between both practice marketplaces: every message is by the book."""

import asyncio
from pathlib import Path

import pytest
from tests.support.etsy_oas import etsy_contract
from tests.support.rehearsal import Rehearsal, rehearse
from tests.support.shopify_schema import admin_contract

SALES = 6


@pytest.fixture(params=["quiet", "rough"])
def rates(request: pytest.FixtureRequest) -> dict[str, float]:
    rough = dict.fromkeys(
        ("shopify.response_lost", "etsy.response_lost", "etsy.server_error"), 0.05
    )
    return rough if request.param == "rough" else {}


async def sell(rehearsal: Rehearsal) -> None:
    for market in (rehearsal.shopify.market, rehearsal.etsy.market):
        for offered in list(market.offered())[:SALES]:
            market.pay(market.buy(offered.unit))
            await asyncio.sleep(0.05)


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
