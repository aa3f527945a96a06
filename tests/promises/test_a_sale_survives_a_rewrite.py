"""Etsy takes a listing only as a whole: a band in gold and in silver, and only one of them moves.

A gold one is sold on Shopify, so PEG rewrites the listing on Etsy; a silver one is sold there at
the worst moments of that.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.little_catalogue import GOLD, SILVER
from tests.support.little_shop import DEAF, NO_POLLS, LittleShop, open_little_shop
from tests.support.naive import NaiveConnector
from tests.support.practice_etsy import good, typed_in
from tests.support.rehearsal import QUICK

pytestmark = pytest.mark.virtual_time

PUT = "PUT /v3/application/listings"
RECEIPTS = "/receipts"


async def listing(shop: LittleShop) -> tuple[Any, dict[str, int]]:
    """All that the jeweller typed in, and the quantities apart from it."""
    async with shop.etsy_api() as api:
        number = (await shop.offer("etsy", GOLD)).ref.listing
        found = typed_in(good(await api.get(f"/listings/{number}/inventory")))
    offerings = {one["sku"]: one["offerings"][0] for one in found["products"]}
    return found, {sku: offering.pop("quantity") for sku, offering in offerings.items()}


async def test_a_sale_of_one_variant_changes_its_quantity_and_nothing_else(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF) as shop:
        typed, before = await listing(shop)
        assert before == {GOLD: 3, SILVER: 4}

        shop.buys("shopify", GOLD)
        await shop.ends_at(GOLD, 2)

        assert await listing(shop) == (typed, {GOLD: 2, SILVER: 4})


@pytest.mark.parametrize(
    "moments",
    [("GET", RECEIPTS), ("GET", PUT), ("PUT", "GET")],
    ids=["before the orders are read", "before the write", "before the check"],
)
async def test_another_variant_sold_meanwhile_is_not_put_back(
    tmp_path: Path, moments: Sequence[str]
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        typed, _ = await listing(shop)

        shop.buys("shopify", GOLD)
        sells_silver(shop, moments)
        await shop.takes_in_orders("shopify")

        await shop.ends_at(SILVER, 3)
        await shop.ends_at(GOLD, 2)
        assert await listing(shop) == (typed, {GOLD: 2, SILVER: 3})
        assert shop.truth()["oversellable_now"] == []


async def test_what_was_sold_before_the_orders_were_read_is_not_on_sale_again_for_a_moment(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.buys("shopify", GOLD)
        sells_silver(shop, ("GET", RECEIPTS))
        await shop.takes_in_orders("shopify")
        await shop.ends_at(SILVER, 3)

        assert [written(body)[SILVER] for body in shop.asked("etsy", PUT)] == [3]


def written(heard: str) -> dict[str, int]:
    """What a write that was overheard says of each variant."""
    body = json.loads(heard[heard.index("{") :])
    return {one["sku"]: one["offerings"][0]["quantity"] for one in body["products"]}


async def test_a_sale_that_was_overwritten_is_found_when_its_receipt_comes(tmp_path: Path) -> None:
    """A receipt is missing from Etsy's lists for a while; PEG watches for so long."""
    rates = {**DEAF, "etsy.receipt_lag": 1.0}
    async with open_little_shop(tmp_path, rates=rates, environment=NO_POLLS) as shop:
        shop.rehearsal.etsy.market.settings.receipt_lag_s_max = QUICK.receipt_lag_s

        shop.buys("shopify", GOLD)
        sells_silver(shop, ("GET", PUT))
        await shop.takes_in_orders("shopify")

        await shop.ends_at(SILVER, 3)
        await shop.ends_at(GOLD, 2)


def sells_silver(shop: LittleShop, moments: Sequence[str]) -> None:
    """A silver one is sold on Etsy before the second of these requests, once the first came."""
    first, second = moments
    shop.meanwhile(
        "etsy", first, lambda: shop.meanwhile("etsy", second, lambda: shop.buys("etsy", SILVER))
    )


async def test_an_older_reading_puts_the_other_variant_back_on_sale(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        connector = NaiveConnector(shop)
        body = await connector.body_for_etsy(GOLD, 2)
        shop.buys("shopify", GOLD)
        shop.buys("etsy", SILVER)

        await connector.puts_on_etsy(GOLD, body)

        assert await shop.calm(lambda: shop.on("etsy", SILVER)) == 4  # there are three
        assert shop.truth()["oversellable_now"] != []


async def test_a_write_of_one_variant_alone_takes_the_other_out_of_the_listing(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        connector = NaiveConnector(shop)
        body = await connector.body_for_etsy(GOLD, 2)
        body["products"] = [one for one in body["products"] if one["sku"] == GOLD]

        await connector.puts_on_etsy(GOLD, body)

        _, quantities = await listing(shop)
        assert quantities == {GOLD: 2}
