"""Ask the marketplaces for orders: the safety net under webhooks, and the proof before a raise."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin, reading, upsert
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.intake import unread
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.places import name_places
from peg.intake.rounds import SharedRounds
from peg.intake.tables import polls
from peg.ledger.order_compare import unchanged
from peg.marketplaces.port import Marketplace, OrdersPage

log = structlog.get_logger()


class Polls:
    """Polls each shop's orders; whoever asks while one runs shares the next one.

    A poll that began before somebody asked proves nothing to them: a sale may lie between. So a
    waiter is served by a poll that begins after its request, together with all other waiters.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, Marketplace],
        patience: Patience,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._patience = patience
        self._begun_at: dict[ShopId, float] = {}
        self._whole = SharedRounds(self._read_all, before=self._keep_apart)
        self._of_sales = SharedRounds(self._read_sales, before=self._gather)

    async def poll(self, shop: ShopId) -> None:
        """Take in every order changed before this call.

        Raises:
            MarketplaceError: the orders could not be read; nothing was concluded.
        """
        await self._whole.join(shop)

    async def sales(self, shop: ShopId) -> None:
        """Take in every sale made before this call, for who is about to take pieces off sale.

        It waits for no poll that is under way, and leaves cancellations to the next.

        Raises:
            MarketplaceError: the orders could not be read; nothing was concluded.
        """
        await self._of_sales.join(shop)

    async def _keep_apart(self, shop: ShopId) -> None:
        """Polls follow each other with a gap, so that those who ask meanwhile share the next."""
        begun_at = self._begun_at.get(shop)
        if begun_at is not None:
            left_s = begun_at + self._patience.between_polls_s - self._clock.monotonic()
            if left_s > 0:
                await self._clock.sleep(left_s)
        await self._shops[shop].room_for_orders()
        self._begun_at[shop] = self._clock.monotonic()

    async def _gather(self, shop: ShopId) -> None:
        """The listings of one order ask at the same moment: each gets its turn to join."""
        await asyncio.sleep(0)
        await self._shops[shop].room_for_orders(sales_only=True)

    async def _read_all(self, shop: ShopId) -> None:
        """Read to the end, and keep the cursor only there.

        What is broken off begins anew: going on in the middle would leave out what changed since.
        """
        begun_at = self._clock.now()
        async for page in self._pages(shop, sales_only=False):
            await self._keep_unreadable(shop, page)
            moved_on = None if page.more else _MovedOn(cursor=page.cursor, read_at=begun_at)
            await self._take_in_page(shop, page, moved_on)

    async def _read_sales(self, shop: ShopId) -> None:
        """The cursor stays where it is: the next poll reads all of it again."""
        async for page in self._pages(shop, sales_only=True):
            await self._keep_unreadable(shop, page)
            await self._take_in_page(shop, page, None)

    async def _pages(self, shop: ShopId, *, sales_only: bool) -> AsyncIterator[OrdersPage]:
        async with reading(self._database) as session:
            cursor = await session.scalar(select(polls.c.cursor).where(polls.c.shop == shop))
        more = True
        while more:
            page = await self._shops[shop].orders_since(
                cursor, now=self._clock.now(), sales_only=sales_only
            )
            yield page
            cursor, more = page.cursor, page.more

    async def _take_in_page(
        self, shop: ShopId, page: OrdersPage, moved_on: "_MovedOn | None"
    ) -> None:
        """Take the page in and move on, in one transaction if every order allows it."""
        now = self._clock.now()
        async with reading(self._database) as session:
            same = await unchanged(session, page.orders)
        new = [order for order in page.orders if order.order not in same]
        if not new and moved_on is None:
            return
        await name_places(self._database, self._shops[shop], new)
        try:
            async with begin(self._database) as session:
                for order in new:
                    await take_in(session, order, patience=self._patience, now=now)
                whole = [order.order for order in new if order.complete]
                await unread.have_been_read(session, shop, whole, now=now)
                await _move_on(session, shop, moved_on)
        except DatabaseUnavailable:  # no order's fault: one by one they would meet the same
            raise
        except Exception:
            if not new:
                raise
            log.exception("poll.page_failed", shop=shop, orders=len(new))
            await self._one_by_one(shop, new)
            async with begin(self._database) as session:
                await _move_on(session, shop, moved_on)

    async def _one_by_one(self, shop: ShopId, orders: Sequence[OrderSnapshot]) -> None:
        """One bad order must not block the rest: it is put into the inbox to be read again."""
        for order in orders:
            now = self._clock.now()
            try:
                async with begin(self._database) as session:
                    await take_in(session, order, patience=self._patience, now=now)
            except DatabaseUnavailable:
                raise
            except Exception:
                log.exception("order.failed", shop=shop, order=order.order)
                about = order.updated_at.isoformat()
                async with begin(self._database) as session:
                    await unread.try_again(session, shop, order.order, about=about, now=now)

    async def _keep_unreadable(self, shop: ShopId, page: OrdersPage) -> None:
        """What cannot be read is kept before the cursor goes past it, and tried by itself.

        Of an order that can be read in part, that part is taken in besides.
        """
        for odd in page.unreadable:
            log.error("order.unreadable", shop=shop, order=odd.order, why=odd.why)
            async with begin(self._database) as session:
                await unread.keep_and_try_again(session, shop, odd, now=self._clock.now())


async def last_read_at(session: AsyncSession, shop: ShopId) -> datetime | None:
    """Every order that was changed before this moment is taken in; None: nobody has looked yet."""
    return await session.scalar(select(polls.c.read_at).where(polls.c.shop == shop))


async def begin_from(session: AsyncSession, shop: ShopId, cursor: str, *, now: datetime) -> None:
    """Start the shop's polls at a cursor, with nothing read before it."""
    await _move_on(session, shop, _MovedOn(cursor=cursor, read_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _MovedOn:
    """A poll was read to its end: where the next one begins, and from when this one has all."""

    cursor: str
    read_at: datetime


async def _move_on(session: AsyncSession, shop: ShopId, moved_on: _MovedOn | None) -> None:
    if moved_on is not None:
        row = {"shop": shop, "cursor": moved_on.cursor, "read_at": moved_on.read_at}
        await session.execute(upsert(session, polls, row, ["shop"]))
