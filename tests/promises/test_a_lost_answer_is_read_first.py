"""A write was applied and its answer lost: what the shop shows is read before anything is decided.

Five chains are on both shops. One is sold on one of them; the answer to the write on the other is
lost; and before that other shop hears another word, two more are sold there.
"""

import asyncio
import json
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import (
    DEAF,
    LOOK_S,
    LOOKS_MAX,
    NO_POLLS,
    LittleShop,
    open_little_shop,
)
from tests.support.naive import NaiveConnector

from peg.ledger import queries
from peg.marketplaces.http import ATTEMPTS_MAX
from peg.propagation import board

pytestmark = pytest.mark.virtual_time

SETS = "inventorySetQuantities"
PUT, PATCH = "PUT /v3/application/listings", "PATCH /v3/application/shops"


@pytest.mark.parametrize("says_stale", [0.0, 1.0])
async def test_shopify_is_asked_with_the_same_words_or_read(
    tmp_path: Path, says_stale: float
) -> None:
    """Shopify answers the same words as before, or says that the figure has changed."""
    rates = {**DEAF, "shopify.same_key_stale": says_stale}
    async with open_little_shop(tmp_path, rates=rates, environment=NO_POLLS) as shop:
        shop.loses_the_answer("shopify", SETS, lambda: shop.buys("shopify", CHAIN, 2))

        shop.buys("etsy", CHAIN)
        await shop.takes_in_orders("etsy")
        await shop.until(lambda: len(shop.asked("shopify", SETS)) > 1)
        await shop.takes_in_orders("shopify")

        await shop.ends_at(CHAIN, 2)
        first, *again = shop.asked("shopify", SETS)
        assert all(one == first for one in again)  # the key in it lets it be done only once


async def test_etsy_is_read_and_not_written_again(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.loses_the_answer("etsy", PUT, lambda: shop.buys("etsy", CHAIN, 2))

        shop.buys("shopify", CHAIN)
        await shop.takes_in_orders("shopify")

        await shop.ends_at(CHAIN, 2)
        assert len(shop.asked("etsy", PUT)) == 1


async def test_chains_sold_before_the_write_is_checked_are_missed_only_once(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:

        def is_written() -> None:
            shop.meanwhile("etsy", "/inventory", lambda: shop.buys("etsy", CHAIN, 2))

        shop.meanwhile("etsy", PUT, is_written)
        shop.buys("shopify", CHAIN)
        await shop.takes_in_orders("shopify")

        await shop.ends_at(CHAIN, 2)


async def test_a_withdrawal_that_may_be_done_is_done_again_and_then_read(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.loses_the_answer("etsy", PATCH, lambda: None)

        shop.buys("shopify", RING)
        await shop.takes_in_orders("shopify")

        await shop.ends_at(RING, 0)
        listing = (await shop.offer("etsy", RING)).ref.listing
        *withdrawn, read = shop.asked("etsy", listing)[-3:]
        assert all("state=inactive" in one for one in withdrawn)  # twice is no more than once
        assert read.startswith("GET")


async def test_a_write_that_could_not_be_checked_is_not_taken_for_missing_chains(
    tmp_path: Path,
) -> None:
    """Etsy took the figure, then failed for a while: what is read later is our own write."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:

        def is_written() -> None:
            shop.meanwhile("etsy", "/inventory", lambda: shop.faults(**{"etsy.server_error": 1.0}))

        shop.meanwhile("etsy", PUT, is_written)
        shop.buys("shopify", CHAIN, 2)
        await shop.takes_in_orders("shopify")
        await shop.until(lambda: failed_reads(shop) > ATTEMPTS_MAX)
        shop.faults(**{"etsy.server_error": 0.0})

        await is_in_step(shop)
        await shop.ends_at(CHAIN, 3)
        async with shop.at_the_counter() as session:
            assert (await queries.position(session, CHAIN)).level.suspended == 0


def failed_reads(shop: LittleShop) -> int:
    heard = shop.rehearsal.fair.overheard["etsy"].exchanges
    return sum(one.method == "GET" and one.status >= 500 for one in heard)


async def is_in_step(shop: LittleShop) -> None:
    """Wait until PEG knows that every offer shows its target."""
    for _ in range(LOOKS_MAX):
        async with shop.at_the_counter() as session:
            if not await board.dirty_count(session):
                return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError


async def test_a_figure_written_blindly_again_puts_sold_chains_back_on_shopify(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        connector = NaiveConnector(shop)
        shop.buys("etsy", CHAIN)
        await connector.sets_on_shopify(CHAIN, 4, believing=5)
        shop.buys("shopify", CHAIN, 2)

        await connector.sets_on_shopify(CHAIN, 4, believing=5)

        assert shop.on("shopify", CHAIN) == 4  # two are left
        assert shop.truth()["oversellable_now"] != []


async def test_a_listing_written_blindly_again_puts_sold_chains_back_on_etsy(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        connector = NaiveConnector(shop)
        shop.buys("shopify", CHAIN)
        body = await connector.body_for_etsy(CHAIN, 4)
        await connector.puts_on_etsy(CHAIN, body)
        shop.buys("etsy", CHAIN, 2)

        await connector.puts_on_etsy(CHAIN, json.loads(json.dumps(body)))

        assert shop.on("etsy", CHAIN) == 4  # two are left
        assert shop.truth()["oversellable_now"] != []
