"""Shopify's clock is not ours: which of two snapshots is newer does not depend on how they agree.

The practice shops' time stands still, so that all that happens to an order has one time of change.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from tests.support.inbox_work import tried
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.domain.identity import Channel

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        await shops.letters(Channel.SHOPIFY)
        yield shops


async def test_a_poll_counts_though_the_webhook_before_it_came_from_a_clock_ahead_of_ours(
    shops: TwoShops,
) -> None:
    order = await sale(shops)
    await deliver(shops, await first_word(shops), at=shops.clock.now() + HOUR)
    assert (await shops.level(CHAIN)).committed == 1

    shops.shopify.shopify.market.cancel(order, restock=True)
    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(CHAIN)).committed == 0


@pytest.mark.parametrize("skew", [-HOUR, -SECOND])
async def test_a_webhook_that_comes_late_does_not_overrule_what_was_read_meanwhile(
    shops: TwoShops, skew: timedelta
) -> None:
    order = await sale(shops)
    late, made_at = await first_word(shops), shops.clock.now() + skew
    shops.shopify.shopify.market.cancel(order, restock=True)
    await shops.polls.poll(SHOPIFY)

    shops.etsy.practice.clock.advance(60)
    await deliver(shops, late, at=made_at)

    assert (await shops.level(CHAIN)).committed == 0


async def sale(shops: TwoShops) -> OrderId:
    market = shops.shopify.shopify.market
    order = market.buy(shops.shopify.units[CHAIN])
    market.pay(order)
    return order


async def first_word(shops: TwoShops) -> httpx2.Request:
    letters = await shops.letters(Channel.SHOPIFY)
    return next(one for one in letters if one.headers["x-shopify-topic"] == "orders/create")


async def deliver(shops: TwoShops, letter: httpx2.Request, *, at: datetime) -> None:
    """The letter as Shopify would date it; the date is not part of what is signed."""
    letter.headers["x-shopify-triggered-at"] = at.isoformat()
    await shops.deliver(letter)
    await tried(shops.acceptor)
