"""A person says what a change of very many offers was: all of it counts, or nothing of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import minute, shopify_ref
from tests.support.sixty_offers import CHAINS, SixtyOffers, open_sixty_offers

from peg.domain.offer import Shelf
from peg.intake import brake, checks
from peg.ledger import explaining


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SixtyOffers]:
    async with open_sixty_offers(tmp_path) as shop:
        yield shop


async def test_a_word_that_it_was_meant_moves_the_book(shop: SixtyOffers) -> None:
    await shop.shows(3, range(15))
    await shop.shows_twice(8, range(15, CHAINS))

    await shop.answer(brake.BELIEVE)

    assert await shop.available(range(15)) == {3}
    assert await shop.available(range(15, CHAINS)) == {8}
    assert await shop.suspended() == 0
    assert await shop.held() == {}


async def test_an_order_that_comes_late_explains_what_was_believed(shop: SixtyOffers) -> None:
    await shop.shows(4, range(CHAINS))
    await shop.answer(brake.BELIEVE)

    explained, _ = await explaining.consume(
        shop.bench.session,
        (await shop.offer(0)).id,
        1,
        place=None,
        sold_at=minute(0),
        now=minute(2),
    )

    assert explained == 1


async def test_a_word_that_it_was_not_leaves_the_book_and_drives_each_offer_back(
    shop: SixtyOffers,
) -> None:
    await shop.shows(0, range(CHAINS))

    await shop.answer(brake.PUT_BACK)

    drifted = {one["offer"] for one in await shop.bench.news("offer.drifted")}
    assert await shop.available() == {5}
    assert len(drifted) == CHAINS
    assert await shop.held() == {}


async def test_what_was_seen_only_once_is_answered_for_too(shop: SixtyOffers) -> None:
    await shop.shows(9, range(CHAINS))
    assert await shop.held() == {}

    await shop.answer(brake.PUT_BACK)
    shop.minutes += 1
    await shop.bench.orders_read(shopify_ref().shop, at=shop.minutes)
    await shop.shows(9, range(CHAINS))

    assert await shop.available() == {5}
    assert await shop.asked() == []


async def test_a_word_that_they_were_taken_off_sale_leaves_them_off(shop: SixtyOffers) -> None:
    await shop.shows(5, range(CHAINS), shelf=Shelf.WITHDRAWN)

    await shop.answer(brake.BELIEVE)

    assert (await shop.offer(0)).parked
    assert await shop.asked() == []


async def test_what_cannot_be_put_back_is_looked_at_once_more_and_believed(
    shop: SixtyOffers,
) -> None:
    await shop.shows(0, range(CHAINS), shelf=Shelf.GONE)
    await shop.answer(brake.PUT_BACK)
    due = await checks.take_due(shop.bench.session, now=minute(1))

    await shop.shows(0, range(CHAINS), shelf=Shelf.GONE)

    assert len(due) == CHAINS
    assert (await shop.offer(0)).gone
    assert await shop.asked() == []
