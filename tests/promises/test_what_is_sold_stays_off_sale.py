"""A person brings back what PEG took off sale: it is taken off again, and somebody is told."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import DEAF, LittleShop, open_little_shop
from tests.support.naive import NaiveConnector
from tests.support.rehearsal import QUICK

from marketsim.pieces import MarketName
from peg.ledger import questions
from peg.onboarding.answers import answer
from peg.propagation import pauses
from peg.propagation.proof import Prover
from peg.propagation.reversals import TIMES

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("rates", [{}, DEAF], ids=["webhooks", "no webhook"])
async def test_a_withdrawn_listing_that_is_put_back_is_withdrawn_again(
    tmp_path: Path, rates: dict[str, float]
) -> None:
    async with open_little_shop(tmp_path, rates=rates) as shop:
        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)  # and PEG has seen that it is off sale

        shop.puts_back("etsy", RING)
        assert shop.shows(RING) == (0, 1)

        await shop.ends_at(RING, 0)
        assert "ghost_unit" in shop.alerts
        assert shop.sold_twice() == 0


@pytest.mark.parametrize("market", ["shopify", "etsy"])
async def test_what_is_put_back_again_and_again_is_taken_off_each_time_and_a_person_is_asked(
    tmp_path: Path, market: MarketName
) -> None:
    other: MarketName = "etsy" if market == "shopify" else "shopify"
    async with open_little_shop(tmp_path) as shop:
        shop.buys(other, RING)
        await shop.ends_at(RING, 0)

        for _ in range(TIMES - 1):
            assert "changed_back" not in shop.alerts
            if market == "etsy":
                shop.puts_back(market, RING)
            else:
                shop.edits(market, RING, +1)
            await shop.until(lambda: shop.on(market, RING) == 1)
            await shop.ends_at(RING, 0)

        await shop.is_asked("changed_back")
        assert shop.sold_twice() == 0
        assert not await may_be_raised(shop, market)
        await answer_all(shop)
        assert await may_be_raised(shop, market)


async def may_be_raised(shop: LittleShop, market: MarketName) -> bool:
    """Whether a raise of the ring on this shop would be proved now."""
    engine, ground = shop.rehearsal.engine, shop.rehearsal.ground
    prover = Prover(ground.database, ground.clock, engine.lookout, engine.polls, many=QUICK.many)
    offer = (await shop.offer(market, RING)).id
    return offer in await prover.prove([offer])


async def answer_all(shop: LittleShop) -> None:
    """The jeweller has looked, and lets PEG go on."""
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        for asked in await questions.open_questions(session):
            await answer(session, asked.id, asked.default, who="mira", now=now)


async def test_left_on_sale_it_is_sold_to_somebody_else(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)
        async with shop.at_the_counter() as session:
            now = shop.rehearsal.ground.clock.now()
            await pauses.pause(session, "etsy", who="mira", why="nobody looks", now=now)

        shop.puts_back("etsy", RING)
        await shop.stays(RING, 0, 1)

        shop.buys("etsy", RING)
        assert shop.sold_twice() == 1


@pytest.mark.parametrize("rates", [{}, DEAF], ids=["webhooks", "no webhook"])
async def test_a_sold_out_listing_that_is_renewed_is_withdrawn_and_asked_about(
    tmp_path: Path, rates: dict[str, float]
) -> None:
    async with open_little_shop(tmp_path, rates=rates) as shop:
        shop.buys("etsy", RING)
        await shop.ends_at(RING, 0)
        await shop.stays(RING, 0, 0)  # so no old state can show it any more

        shop.puts_back("etsy", RING)
        assert shop.shows(RING) == (0, 1)

        await shop.ends_at(RING, 0)
        await shop.asks("extra_pieces")


async def test_a_level_that_is_typed_in_again_on_shopify_is_set_back_and_asked_about(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("etsy", RING)
        await shop.until(lambda: shop.shows(RING) == (0, 0))

        shop.edits("shopify", RING, +1)

        await shop.ends_at(RING, 0)
        await shop.asks("extra_pieces")


async def test_a_sold_out_listing_is_asked_about_and_not_renewed_for_a_fee(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("etsy", RING)
        await shop.until(lambda: shop.shows(RING) == (0, 0))

        shop.cancels("etsy", order)

        await shop.ends_at(RING, 1, 0)
        await shop.asks("renewal")
        assert shop.shows(RING) == (1, 0)
        assert shop.renewals() == 0


async def test_a_connector_that_does_not_ask_pays_the_fee(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.buys("etsy", RING)
        await shop.until(lambda: shop.shows(RING) == (0, 0))

        await NaiveConnector(shop).puts_on_sale_on_etsy(RING)

        assert shop.renewals() == 1
