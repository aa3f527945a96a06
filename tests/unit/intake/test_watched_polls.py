"""A person hears, once, that a shop's orders cannot be read, or soon cannot be."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NOON, PATIENCE, open_book
from tests.support.clocks import StandingClock
from tests.support.shop_window import ShopWindow
from tests.support.shops import connect, grant, key_ring

from peg.bus import outbox
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.messages import Alert
from peg.intake.polling import Polls
from peg.intake.watched_polls import UNREADABLE_AFTER_S, WatchedPolls
from peg.marketplaces.port import (
    AccessRevoked,
    BudgetSpent,
    MarketplaceError,
    MarketplaceUnavailable,
    MissingScope,
    OrdersPage,
    ShopFrozen,
)
from peg.reads.alerts import standing
from peg.shops import directory
from peg.shops.directory import Status

PLENTY, FEW, NONE = range(3)


async def test_a_person_is_told_once_that_calls_are_few_and_once_that_none_is_left(
    tmp_path: Path,
) -> None:
    async with open_book(tmp_path) as database:
        assert await told(database, [PLENTY, PLENTY]) == []
        assert await told(database, [FEW, FEW, FEW]) == ["calls_short"]
        assert await told(database, [PLENTY, FEW, NONE, NONE]) == ["calls_short", "calls_spent"]


async def test_a_shortage_that_outlives_a_restart_is_not_told_again(tmp_path: Path) -> None:
    async with open_book(tmp_path) as database:
        assert await told(database, [FEW]) == ["calls_short"]
        assert await told(database, [FEW, FEW]) == []


async def test_a_shortage_stands_until_it_is_over(tmp_path: Path) -> None:
    async with open_book(tmp_path) as database:
        await told(database, [FEW, NONE])
        assert await stand(database) == {"calls_short", "calls_spent"}

        await told(database, [PLENTY])
        assert await stand(database) == set()


async def test_a_shortage_that_comes_back_after_it_was_over_is_told_again(tmp_path: Path) -> None:
    async with open_book(tmp_path) as database:
        days = [FEW, NONE, FEW, PLENTY, FEW, NONE]
        assert await told(database, days) == ["calls_short", "calls_spent"] * 2


async def test_a_shop_that_fails_for_minutes_is_no_news_and_one_that_stays_dark_is(
    tmp_path: Path,
) -> None:
    minutes = UNREADABLE_AFTER_S / 3
    async with open_book(tmp_path) as database:
        fails = [MarketplaceUnavailable("503")]
        assert await told_of(database, fails * 3, apart_s=minutes) == []
        assert await told_of(database, fails * 9, apart_s=minutes) == ["shop_unreadable"]
        again = [None, *(fails * 4), None, *(fails * 4)]
        assert await told_of(database, again, apart_s=minutes) == ["shop_unreadable"] * 2


@pytest.mark.parametrize("error", [AccessRevoked("no token"), MissingScope("read_orders")])
async def test_what_only_a_person_can_mend_is_told_at_once(
    tmp_path: Path, error: MarketplaceError
) -> None:
    async with open_book(tmp_path) as database:
        assert await told_of(database, [error, error], apart_s=1) == ["shop_unreadable"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.REVOKED, AccessRevoked("refresh_token is revoked")),
        (Status.DISCONNECTED, AccessRevoked("it is not connected any more")),
        (Status.FROZEN, ShopFrozen("its bill is not paid")),
    ],
)
async def test_a_shop_whose_state_tells_it_already_is_not_told_of_twice(
    tmp_path: Path, status: Status, error: MarketplaceError
) -> None:
    async with open_book(tmp_path) as database:
        await connect(database, key_ring(), grant(1), shop_id=ETSY)
        async with begin(database) as session:
            await directory.mark(session, ETSY, status, "", now=NOON)

        assert await told_of(database, [error, error], apart_s=UNREADABLE_AFTER_S) == []


async def test_a_token_that_is_refused_is_told_where_the_shop_still_counts_as_connected(
    tmp_path: Path,
) -> None:
    async with open_book(tmp_path) as database:
        await connect(database, key_ring(), grant(1), shop_id=ETSY)
        refused = AccessRevoked("Etsy refuses even a fresh token")

        assert await told_of(database, [refused, refused], apart_s=1) == ["shop_unreadable"]


async def test_polls_that_fail_at_once_tell_a_person_once(tmp_path: Path) -> None:
    async with open_book(tmp_path) as database:
        shop, clock = Counted(ETSY, NOON), StandingClock()
        watched = WatchedPolls(database, clock, Polls(database, clock, {ETSY: shop}, PATIENCE))
        await watched.poll(shop)

        shop.error = MissingScope("transactions_r")
        await asyncio.gather(*(watched.poll(shop) for _ in range(3)), return_exceptions=True)

        assert await alarms(database) == ["shop_unreadable"]


class Counted(ShopWindow):
    """A shop whose calls of the day are counted."""

    spent = False
    error: MarketplaceError | None = None

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        if self.error is not None:
            raise self.error
        if self.spent:
            raise BudgetSpent("0 of today's 10000 calls are left")
        return await super().orders_since(cursor, now=now, sales_only=sales_only)


async def told(database: Database, days: Sequence[int]) -> list[str]:
    """The alarms that polls of a shop raise, with so many calls left at each."""
    shop, clock = Counted(ETSY, NOON), StandingClock()
    watched = WatchedPolls(database, clock, Polls(database, clock, {ETSY: shop}, PATIENCE))
    before = await alarms(database)
    for left in days:
        shop.spent, shop.slowed = left == NONE, 1.0 if left == PLENTY else 4.0
        if left == NONE:
            with pytest.raises(BudgetSpent):
                await watched.poll(shop)
        else:
            await watched.poll(shop)
    return (await alarms(database))[len(before) :]


async def told_of(
    database: Database, errors: Sequence[MarketplaceError | None], *, apart_s: float
) -> list[str]:
    """The alarms that polls of a shop raise, each failing so or not at all."""
    shop, clock = Counted(ETSY, NOON), StandingClock()
    watched = WatchedPolls(database, clock, Polls(database, clock, {ETSY: shop}, PATIENCE))
    before = await alarms(database)
    for shop.error in errors:
        with nullcontext() if shop.error is None else pytest.raises(type(shop.error)):
            await watched.poll(shop)
        clock.pass_(apart_s)
    return (await alarms(database))[len(before) :]


async def stand(database: Database) -> set[str]:
    async with reading(database) as session:
        return {one.name for one in await standing(session, now=NOON)}


async def alarms(database: Database) -> list[str]:
    async with reading(database) as session:
        return [alert.name for _, alert in reversed(await outbox.recent(session, Alert))]
