"""Ask the marketplaces for orders: the safety net under webhooks, and the proof before a raise."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import begin, reading, upsert
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.intake.inbox import READ_AGAIN, record_once
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.tables import polls
from peg.ledger.order_rows import unchanged
from peg.marketplaces.port import Marketplace, OrdersPage

log = structlog.get_logger()


GATHERED_S = 0.04
"""An urgent round waits so long for others: the listings of one order are rewritten side by side,
and each asks for it."""


@dataclass(slots=True)
class _Round:
    """One poll of a shop that several waiters may share.

    Attributes:
        whole: somebody among them needs the cancellations too.
    """

    whole: bool = False
    finished: bool = False
    failure: Exception | None = None


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
        self._turns: dict[ShopId, asyncio.Lock] = {}
        self._begun_at: dict[ShopId, float] = {}
        self._next: dict[ShopId, _Round] = {}

    async def poll(self, shop: ShopId, *, urgent: bool = False) -> None:
        """Take in every order changed before this call.

        An `urgent` caller is about to take pieces off sale: it hardly waits for others to share the
        round with, and needs no cancellations.

        Raises:
            MarketplaceError: the orders could not be read; nothing was concluded.
        """
        mine = self._next.setdefault(shop, _Round())
        if not urgent:
            mine.whole = True
            await self._keep_apart(shop)
        async with self._turns.setdefault(shop, asyncio.Lock()):
            if urgent and not mine.finished:
                await self._clock.sleep(GATHERED_S)
            if not mine.finished:  # or the task that ran it was cancelled: then it is ours to run
                await self._run(shop, mine)
        if mine.failure is not None:
            raise mine.failure

    async def _keep_apart(self, shop: ShopId) -> None:
        """Rounds follow each other with a gap, so that those who ask meanwhile share the next.

        It is waited for outside the turn: an urgent caller runs the shared round at once.
        """
        begun_at = self._begun_at.get(shop)
        if begun_at is None:
            return
        left_s = begun_at + self._patience.between_polls_s - self._clock.monotonic()
        if left_s > 0:
            await self._clock.sleep(left_s)

    async def _run(self, shop: ShopId, mine: _Round) -> None:
        self._begun_at[shop] = self._clock.monotonic()
        if self._next.get(shop) is mine:
            del self._next[shop]
        try:
            await self._read_pages(shop, whole=mine.whole)
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, who raises it
            mine.failure = failure
        mine.finished = True

    async def _read_pages(self, shop: ShopId, *, whole: bool) -> None:
        async with reading(self._database) as session:
            cursor = await session.scalar(select(polls.c.cursor).where(polls.c.shop == shop))
        begun_at = self._clock.now()
        while True:
            page = await self._shops[shop].orders_since(
                cursor, now=self._clock.now(), sales_only=not whole
            )
            await self._keep_unreadable(shop, page)
            read_at = begun_at if whole and not page.more else None
            await self._take_in_page(shop, page, read_at=read_at)
            cursor = page.cursor
            if not page.more:
                return

    async def _take_in_page(
        self, shop: ShopId, page: OrdersPage, *, read_at: datetime | None
    ) -> None:
        """Take the page in and move the cursor, in one transaction if every order allows it."""
        now = self._clock.now()
        try:
            async with reading(self._database) as session:
                same = await unchanged(session, page.orders)
            async with begin(self._database) as session:
                for order in page.orders:
                    if order.order in same:
                        continue
                    await take_in(session, order, patience=self._patience, now=now)
                await _move_cursor(session, shop, page.cursor, read_at)
        except Exception:
            if not page.orders:
                raise
            log.exception("poll.page_failed", shop=shop, orders=len(page.orders))
            await self._one_by_one(shop, page.orders)
            async with begin(self._database) as session:
                await _move_cursor(session, shop, page.cursor, read_at)

    async def _one_by_one(self, shop: ShopId, orders: Sequence[OrderSnapshot]) -> None:
        """One bad order must not block the rest: it is put into the inbox to be read again."""
        for order in orders:
            now = self._clock.now()
            try:
                async with begin(self._database) as session:
                    await take_in(session, order, patience=self._patience, now=now)
            except Exception:
                log.exception("order.failed", shop=shop, order=order.order)
                await self._read_again(shop, order.order, order.updated_at.isoformat())

    async def _keep_unreadable(self, shop: ShopId, page: OrdersPage) -> None:
        """What cannot be read is kept before the cursor goes past it, and tried by itself.

        Of an order that can be read in part, that part is taken in besides.
        """
        for odd in page.unreadable:
            log.error("order.unreadable", shop=shop, order=odd.order, why=odd.why)
            await self._read_again(shop, odd.order, odd.told)
        for order in page.orders:
            if not order.complete:
                await self._read_again(shop, order.order, f"part, {order.updated_at.isoformat()}")

    async def _read_again(self, shop: ShopId, order: str, about: str) -> None:
        """Put an order into the inbox, once for what is known `about` it."""
        async with begin(self._database) as session:
            await record_once(
                session,
                shop=shop,
                topic=READ_AGAIN,
                delivery=f"{order}@{about}"[:128],
                headers={},
                body=order.encode(),
                now=self._clock.now(),
            )


async def last_read_at(session: AsyncSession, shop: ShopId) -> datetime | None:
    """Every order that was changed before this moment is taken in; None: nobody has looked yet."""
    return await session.scalar(select(polls.c.read_at).where(polls.c.shop == shop))


async def begin_from(session: AsyncSession, shop: ShopId, cursor: str, *, now: datetime) -> None:
    """Start the shop's polls at a cursor, with nothing read before it."""
    await _move_cursor(session, shop, cursor, now)


async def _move_cursor(
    session: AsyncSession, shop: ShopId, cursor: str, read_at: datetime | None
) -> None:
    """Move on; `read_at` only with the last page of a round."""
    row: dict[str, Any] = {"shop": shop, "cursor": cursor}
    if read_at is not None:
        row["read_at"] = read_at
    await session.execute(upsert(session, polls, row, ["shop"]))
