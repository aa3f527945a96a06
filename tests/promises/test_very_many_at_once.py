"""A tool gone wrong changes a whole shop: PEG follows none of it, and sales go on as ever.

Here three offers are very many: the little shop has five.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, GOLD, RING, SILVER, STUDS
from tests.support.little_shop import LittleShop, open_little_shop

from peg.domain.identity import Sku
from peg.intake.brake import BELIEVE, PUT_BACK
from peg.intake.many import Many
from peg.ledger import counter, questions
from peg.onboarding.answers import answer
from peg.propagation.many_raises import RAISE

pytestmark = pytest.mark.virtual_time

THREE = Many(offers_min=3, share=0.5)
LIMITLESS = Many(offers_min=10_000)
STOCKED = {CHAIN: 5, GOLD: 3, SILVER: 4}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path, many=THREE) as shop:
        yield shop


def types_in(shop: LittleShop, delta: int) -> None:
    """Another stock program changes what is stocked in number, on Shopify."""
    for sku in STOCKED:
        shop.edits("shopify", sku, delta)


async def answers(shop: LittleShop, what: str) -> None:
    async with shop.at_the_counter() as session:
        (asked,) = await questions.open_questions(session)
        now = shop.rehearsal.ground.clock.now()
        await answer(session, asked.id, what, who="mira", now=now)


async def etsy_stays(shop: LittleShop) -> None:
    await shop.calm(lambda: None)
    await shop.calm(lambda: None)
    assert {sku: shop.on("etsy", sku) for sku in STOCKED} == STOCKED


async def test_pieces_that_a_tool_typed_in_are_sold_nowhere_else(shop: LittleShop) -> None:
    types_in(shop, +4)
    await shop.asks("many_changed")

    await etsy_stays(shop)

    assert "many_changed" in shop.alerts
    assert shop.shows(CHAIN) == (9, 5)  # nor is it written over


async def test_without_the_brake_they_are_on_sale_everywhere(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, many=LIMITLESS) as shop:
        types_in(shop, +4)

        await shop.until(lambda: shop.on("etsy", CHAIN) == 9)  # there are five
        shop.buys("etsy", CHAIN, 9)


async def test_what_is_sold_on_the_other_shop_still_comes_off_the_one_that_was_changed(
    shop: LittleShop,
) -> None:
    types_in(shop, +4)
    await shop.asks("many_changed")

    shop.buys("etsy", CHAIN)
    shop.buys("etsy", RING)

    await shop.ends_at(CHAIN, 4)
    await shop.ends_at(RING, 0)
    assert shop.on("shopify", GOLD) == 7


async def test_sales_on_the_changed_shop_are_taken_in_and_followed(shop: LittleShop) -> None:
    types_in(shop, +4)
    await shop.asks("many_changed")

    shop.buys("shopify", CHAIN, 2)
    shop.buys("shopify", STUDS)

    await shop.until(lambda: shop.on("etsy", CHAIN) == 3)
    await shop.until(lambda: shop.on("etsy", STUDS) == 0)


async def test_nothing_the_changed_shop_sells_goes_up_until_somebody_has_spoken(
    shop: LittleShop,
) -> None:
    types_in(shop, -2)
    await shop.asks("many_changed")
    shown = {sku: shop.on("etsy", sku) for sku in STOCKED}

    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await counter.receive(session, CHAIN, 1, who="mira", now=now)
    await shop.calm(lambda: None)

    assert shop.on("etsy", CHAIN) <= shown[CHAIN]
    assert shop.on("shopify", CHAIN) == 3


@pytest.mark.parametrize("delta", [+4, -2])
async def test_it_was_not_meant_and_the_shop_shows_again_what_the_book_says(
    shop: LittleShop, delta: int
) -> None:
    types_in(shop, delta)
    await shop.asks("many_changed")

    await answers(shop, PUT_BACK)

    for sku, pieces in STOCKED.items():
        await shop.ends_at(sku, pieces)
    assert await shop.questions() == []


@pytest.mark.parametrize("delta", [+4, -2])
async def test_it_was_meant_and_the_other_shop_follows(shop: LittleShop, delta: int) -> None:
    types_in(shop, delta)
    await shop.asks("many_changed")

    await answers(shop, BELIEVE)

    for sku, pieces in STOCKED.items():
        await shop.ends_at(sku, pieces + delta)
    assert await shop.questions() == []


async def receives(shop: LittleShop, pieces: int) -> None:
    """Somebody enters a delivery of everything, in one go."""
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        for sku in STOCKED:
            await counter.receive(session, sku, pieces, who="mira", now=now)


async def shows_all(shop: LittleShop, more: int) -> None:
    for sku, pieces in STOCKED.items():
        await shop.ends_at(sku, pieces + more)


async def test_a_delivery_that_raises_most_of_both_shops_is_asked_about_first(
    shop: LittleShop,
) -> None:
    await receives(shop, 10)
    await shop.until(lambda: shop.alerts.count("many_raises") == 2)

    await shows_all(shop, 0)

    for _ in ("shopify", "etsy"):
        async with shop.at_the_counter() as session:
            first = (await questions.open_questions(session))[0]
            now = shop.rehearsal.ground.clock.now()
            await answer(session, first.id, RAISE, who="mira", now=now)
    await shows_all(shop, 10)


async def test_one_that_was_a_slip_and_is_put_right_is_never_shown(shop: LittleShop) -> None:
    await receives(shop, 10)
    await shop.until(lambda: shop.alerts.count("many_raises") == 2)

    await corrects(shop, dict(STOCKED))

    await shows_all(shop, 0)
    assert await shop.questions() == []


async def test_without_the_brake_a_slip_is_on_sale_at_once(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, many=LIMITLESS) as shop:
        await receives(shop, 10)

        await shop.until(lambda: shop.shows(CHAIN) == (15, 15))


async def corrects(shop: LittleShop, counted: dict[Sku, int]) -> None:
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        for sku, pieces in counted.items():
            await counter.count(session, sku, pieces, who="mira", now=now)
