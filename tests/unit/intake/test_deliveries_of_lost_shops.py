"""A delivery whose shop is out of reach waits for the shop; it is neither lost nor given up."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select
from tests.support.bench import reading_of
from tests.support.inbox_work import tried
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.bus import outbox
from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.intake import aside, inbox, waiting_room
from peg.intake.aside import ATTEMPTS_MAX
from peg.intake.inbox import READ_AGAIN
from peg.intake.reception import ORDERS_FIRST
from peg.intake.tables import inbox as kept
from peg.marketplaces.port import AccessRevoked, MarketplaceError, MissingScope
from peg.reads import alerts
from peg.shops.directory import Status


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        await shops.letters(Channel.SHOPIFY)
        await shops.letters(Channel.ETSY)
        yield shops


async def sell_on_etsy(shops: TwoShops) -> None:
    """A chain is sold; Etsy says so and no more: the order has to be fetched."""
    market = shops.etsy.practice.etsy.market
    market.pay(market.buy(shops.etsy.practice.unit_of(CHAIN)))
    for letter in await shops.letters(Channel.ETSY):
        await shops.deliver(letter)


async def work(shops: TwoShops) -> int:
    """Let the worker try whatever is due by now, and once more; how many deliveries that were."""
    await shops.clock.sleep(ORDERS_FIRST.total_seconds())
    return await tried(shops.acceptor) + await tried(shops.acceptor)


async def alarms(shops: TwoShops) -> list[tuple[str, str]]:
    async with reading(shops.database) as session:
        told = [alert for _, alert in reversed(await outbox.recent(session, Alert))]
    return [(one.name, one.subject) for one in told if one.name == "delivery_dead"]


async def dead(shops: TwoShops) -> list[tuple[str, str]]:
    async with reading(shops.database) as session:
        return [(one["topic"], one["last_error"]) for one in await aside.dead(session)]


async def test_a_revoked_shops_sale_waits_for_days_and_counts_when_it_is_connected_again(
    shops: TwoShops,
) -> None:
    etsy = shops.etsy.market.shop
    await sell_on_etsy(shops)
    await shops.lose(etsy, Status.REVOKED)

    for _ in range(ATTEMPTS_MAX + 5):
        await work(shops)
        await shops.clock.sleep(3600)

    assert (await dead(shops), await alarms(shops)) == ([], [])
    async with reading(shops.database) as session:
        (waits,) = await waiting_room.waiting_for_shops(session)
        assert await inbox.oldest_waiting_at(session) is None  # no fault of `peg run`
    assert (waits.shop, waits.count) == (etsy, 1)
    assert "peg connect etsy" in waits.why

    await shops.find(etsy)
    await work(shops)
    assert (await shops.level(CHAIN)).committed == 1
    async with reading(shops.database) as session:
        assert await waiting_room.waiting_for_shops(session) == []


async def test_a_sale_waits_for_a_day_whose_calls_are_used_up_and_counts_when_there_are_more(
    shops: TwoShops,
) -> None:
    shops.etsy.practice.set_faults(quota_exhausted_early=1)
    await sell_on_etsy(shops)
    for _ in range(ATTEMPTS_MAX + 5):
        await work(shops)
        await shops.clock.sleep(1800)
    assert (await dead(shops), await alarms(shops)) == ([], [])

    shops.etsy.practice.set_faults(quota_exhausted_early=0)
    await shops.clock.sleep(1800)
    await work(shops)

    assert (await shops.level(CHAIN)).committed == 1


async def test_a_sale_waits_for_a_marketplace_that_answers_nothing_for_days(
    shops: TwoShops,
) -> None:
    """Its polls fail as well: no fault of the delivery, and nothing for a person to do."""
    shops.etsy.practice.set_faults(server_error=1)
    await sell_on_etsy(shops)
    for _ in range(ATTEMPTS_MAX + 5):
        for _ in "12":
            with pytest.raises(MarketplaceError):
                await shops.polls.poll(shops.etsy.market.shop)
        await work(shops)
        await shops.clock.sleep(1800)
    assert (await dead(shops), await alarms(shops)) == ([], [])

    shops.etsy.practice.set_faults(server_error=0)
    await work(shops)

    assert (await shops.level(CHAIN)).committed == 1


async def test_what_a_revoked_shop_has_told_in_full_counts_at_once(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)
    await shops.lose(SHOPIFY, Status.REVOKED)

    for letter in letters:
        await shops.deliver(letter)
    await work(shops)

    assert (await shops.level(RING)).committed == 1


async def test_a_sale_counts_though_the_lost_shop_cannot_say_where_the_piece_lies(
    shops: TwoShops,
) -> None:
    """With several places the order is fetched to learn that: until then the pool is short."""
    chain = await shops.offer(CHAIN, SHOPIFY)
    async with begin(shops.database) as session:
        (place,) = (await mirror.expected_of(session, [chain.id]))[chain.id]
        elsewhere = reading_of(chain.ref, {place: 5, "7002": 1})
        await mirror.begin_with(session, {chain.id: elsewhere})
    shops.buys_on_shopify(CHAIN, 2)
    letters = await shops.letters(Channel.SHOPIFY)
    await shops.lose(SHOPIFY, Status.REVOKED)

    for letter in letters:
        await shops.deliver(letter)
    await work(shops)

    assert (await shops.level(CHAIN)).committed == 2
    await shops.find(SHOPIFY)
    await work(shops)
    assert (await shops.level(CHAIN)).committed == 2
    assert {outcome for topic, outcome in await shops.outcomes() if "orders" in topic} != {None}


async def test_a_closed_shop_is_waited_for_and_gone_on_with_as_soon_as_it_opens(
    shops: TwoShops,
) -> None:
    order = shops.buys_on_shopify(CHAIN)
    async with begin(shops.database) as session:
        await inbox.record_once(
            session,
            shop=SHOPIFY,
            topic=READ_AGAIN,
            delivery="again",
            headers={},
            body=order.rpartition("/")[2].encode(),
            now=shops.clock.now(),
        )
    shops.shopify.set_faults(http_402=1.0)
    await work(shops)  # before a poll has found it out
    await shops.lose(SHOPIFY, Status.FROZEN)
    asked = shops.shopify.times("OrderById")
    for _ in range(ATTEMPTS_MAX + 5):
        await work(shops)
        await shops.clock.sleep(600)

    assert shops.shopify.times("OrderById") == asked  # nothing is asked of it meanwhile
    assert await dead(shops) == []

    shops.shopify.set_faults(http_402=0.0)
    await shops.lose(SHOPIFY, Status.CONNECTED)
    await work(shops)
    assert (await shops.level(CHAIN)).committed == 1


class Refusing:
    """A shop that still counts as connected, and refuses what is asked of it."""

    def __init__(self, shop: ShopId, error: MarketplaceError) -> None:
        self.shop = shop
        self.channel = Channel.ETSY
        self.error = error
        self.asked = 0

    def __getattr__(self, _: str) -> Callable[..., NoReturn]:
        return self._refuse

    def _refuse(self, *_: object) -> NoReturn:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize(
    "error", [AccessRevoked("even a fresh token"), MissingScope("transactions_r")]
)
async def test_a_refusal_that_a_person_must_end_is_waited_for_with_growing_pauses(
    shops: TwoShops, error: MarketplaceError
) -> None:
    etsy = shops.etsy.market.shop
    refusing = Refusing(etsy, error)
    shops.doors[etsy] = refusing  # type: ignore[assignment]  # asked for orders only
    await sell_on_etsy(shops)

    for _ in range(24 * 60):
        await work(shops)
        await shops.clock.sleep(60)

    assert await dead(shops) == []
    assert ATTEMPTS_MAX < refusing.asked < 24 * 60 / 5

    await shops.find(etsy)
    await work(shops)
    assert (await shops.level(CHAIN)).committed == 1


async def test_what_a_disconnected_shop_did_not_tell_in_full_is_put_aside_and_listed(
    shops: TwoShops,
) -> None:
    etsy = shops.etsy.market.shop
    for _ in range(2):
        await sell_on_etsy(shops)
    await shops.lose(etsy, Status.DISCONNECTED)

    await work(shops)
    tried_again = await work(shops)

    assert tried_again == 0
    listed = await dead(shops)
    assert [topic for topic, _ in listed] == ["order.paid", "order.paid"]
    assert all("disconnected" in why and "peg count" in why for _, why in listed)
    assert await alarms(shops) == [("delivery_dead", etsy)]
    async with reading(shops.database) as session:
        standing = await alerts.standing(session, now=shops.clock.now())
    assert [one.name for one in standing] == ["delivery_dead"]


async def test_it_is_worked_on_when_the_shop_came_back_and_a_person_says_so(
    shops: TwoShops,
) -> None:
    etsy = shops.etsy.market.shop
    await sell_on_etsy(shops)
    await shops.lose(etsy, Status.DISCONNECTED)
    await work(shops)
    await shops.find(etsy)

    async with begin(shops.database) as session:
        await aside.revive(session, None, now=shops.clock.now())
    await work(shops)

    assert (await shops.level(CHAIN)).committed == 1


async def test_a_word_about_a_figure_of_a_disconnected_shop_is_nothing_to_do(
    shops: TwoShops,
) -> None:
    shops.shopify.shopify.market.edit_stock(shops.shopify.units[CHAIN], delta=-2)
    for letter in await shops.letters(Channel.SHOPIFY):
        await shops.deliver(letter)
    await shops.lose(SHOPIFY, Status.DISCONNECTED)

    await work(shops)
    await work(shops)

    async with reading(shops.database) as session:
        left = (await session.scalars(select(kept.c.id).where(kept.c.handled_at.is_(None)))).all()
    assert (left, await alarms(shops)) == ([], [])
