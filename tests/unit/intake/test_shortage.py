"""A person hears that a day's calls run out: once when they are few, once when they are gone."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NOON, PATIENCE, open_book
from tests.support.clocks import StandingClock
from tests.support.shop_window import ShopWindow

from peg.bus import outbox
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.messages import Alert
from peg.intake.polling import Polls
from peg.intake.shortage import Shortage
from peg.marketplaces.port import BudgetSpent, OrdersPage

PLENTY, FEW, NONE = range(3)


async def test_a_person_is_told_once_that_calls_are_few_and_once_that_none_is_left(
    tmp_path: Path,
) -> None:
    async with open_book(tmp_path) as database:
        assert await told(database, [PLENTY, PLENTY]) == []
        assert await told(database, [FEW, FEW, FEW]) == ["calls_short"]
        assert await told(database, [FEW, NONE, NONE]) == ["calls_short", "calls_spent"]


async def test_a_shortage_that_comes_back_after_it_was_over_is_told_again(tmp_path: Path) -> None:
    async with open_book(tmp_path) as database:
        days = [FEW, NONE, FEW, PLENTY, FEW, NONE]
        assert await told(database, days) == ["calls_short", "calls_spent"] * 2


class Counted(ShopWindow):
    """A shop whose calls of the day are counted."""

    spent = False

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        if self.spent:
            raise BudgetSpent("0 of today's 10000 calls are left")
        return await super().orders_since(cursor, now=now, sales_only=sales_only)


async def told(database: Database, days: Sequence[int]) -> list[str]:
    """The alarms that polls of a shop raise, with so many calls left at each."""
    shop, clock = Counted(ETSY, NOON), StandingClock()
    shortage = Shortage(database, clock, Polls(database, clock, {ETSY: shop}, PATIENCE))
    before = await alarms(database)
    for left in days:
        shop.spent, shop.slowed = left == NONE, 1.0 if left == PLENTY else 4.0
        if left == NONE:
            with pytest.raises(BudgetSpent):
                await shortage.poll(shop)
        else:
            await shortage.poll(shop)
    return (await alarms(database))[len(before) :]


async def alarms(database: Database) -> list[str]:
    async with reading(database) as session:
        return [alert.name for _, alert in reversed(await outbox.recent(session, Alert))]
