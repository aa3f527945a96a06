"""Orders that deliveries tell of: taken in as told where that is enough, else read and taken in."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.intake import inbox, unread
from peg.intake.inbox import Delivery
from peg.intake.not_shown import OrderNotShown
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.payloads import is_enough
from peg.intake.places import name_places
from peg.intake.waiting_room import OUT_OF_REACH
from peg.ledger import order_headers
from peg.ledger.order_compare import Compared, compared, unchanged
from peg.ledger.orders import Applied, Outcome
from peg.marketplaces.hints import Hint, MalformedDelivery
from peg.marketplaces.port import Marketplace, RemoteGone, UnreadableOrder

NOTED = "noted"
"""The delivery's outcome was committed with its work."""


class ToldOrders:
    """Takes in the orders that deliveries tell of, each in one transaction with its delivery."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        commits: SharedCommits,
        shops: Mapping[ShopId, Marketplace],
        patience: Patience,
    ) -> None:
        self._database = database
        self._clock = clock
        self._commits = commits
        self._shops = shops
        self._patience = patience

    async def take_in_as_told(self, delivery: Delivery, told: OrderSnapshot) -> bool:
        """Take the order in from the payload alone; False where that does not say enough."""
        return await self._commits.run(partial(self._take_in_as_told, delivery, told))

    async def fetch_if_in_reach(
        self, delivery: Delivery, hint: Hint, order: str, told: OrderSnapshot | None
    ) -> str:
        """While the order cannot be fetched, what was told of it counts: the piece is sold.

        It counts against the pool until the shop says where the piece lies.

        Raises:
            OrderNotShown: the shop shows none of that number, and not all of it was told.
        """
        try:
            return await self._fetch(delivery, order)
        except OUT_OF_REACH:
            await self._count_as_told(hint, order, told)
            raise
        except RemoteGone as error:
            if await self._count_as_told(hint, order, told):
                return "known"
            believed = replace(hint, snapshot=told)
            raise OrderNotShown(delivery.shop, order, hint=believed) from error

    async def read_again(self, delivery: Delivery) -> str:
        """Read an order that a poll found and that could not be taken in then.

        Raises:
            OrderNotShown: the shop does not show it any more.
        """
        order = delivery.body.decode()
        try:
            return await self._fetch(delivery, order)
        except RemoteGone as error:
            raise OrderNotShown(delivery.shop, order) from error

    async def _fetch(self, delivery: Delivery, order: str) -> str:
        """Read the order from its shop and take it in; what came of it.

        Raises:
            MalformedDelivery: it has no number to be read by.
            RemoteGone: the shop shows none of that number.
            UnreadableOrder: it cannot be read, or in part only; what was told of it is kept.
            MarketplaceError: the shop does not answer.
        """
        if not order:
            raise MalformedDelivery(f"{delivery.shop} told of an order without a number")
        try:
            snapshot = await self._shops[delivery.shop].order(order)
        except UnreadableOrder as error:
            await self._keep_unread(delivery.shop, error)
            raise
        await name_places(self._database, self._shops[delivery.shop], [snapshot])
        await self._commits.run(partial(self._take_in, delivery, snapshot))
        return NOTED

    async def _count_as_told(self, hint: Hint, order: str, told: OrderSnapshot | None) -> bool:
        """Take in what was told, if it is news; whether the book has now all that can be told."""
        if hint.as_of is not None:
            async with reading(self._database) as session:
                if await order_headers.is_known(session, hint.shop, order, as_of=hint.as_of):
                    return True
        if told is None:
            return False
        async with begin(self._database) as session:
            await take_in(session, told, patience=self._patience, now=self._clock.now())
        return told.complete

    async def _keep_unread(self, shop: ShopId, error: UnreadableOrder) -> None:
        """What can be read of it is taken in; the rest is kept as told."""
        async with begin(self._database) as session:
            now = self._clock.now()
            if error.part is not None:
                await take_in(session, error.part, patience=self._patience, now=now)
            await unread.keep(session, shop, error.odd, now=now)

    async def _take_in(
        self, delivery: Delivery, snapshot: OrderSnapshot, session: AsyncSession
    ) -> None:
        now, applied = self._clock.now(), Applied(outcome=Outcome.SAME)
        if snapshot.order not in await unchanged(session, [snapshot]):
            applied = await take_in(session, snapshot, patience=self._patience, now=now)
        await unread.have_been_read(session, delivery.shop, [snapshot.order], now=now)
        await self._note(session, delivery, applied)

    async def _take_in_as_told(
        self, delivery: Delivery, snapshot: OrderSnapshot, session: AsyncSession
    ) -> bool:
        """Take the order in from the payload alone; False where that does not say enough.

        One sale is told of in several deliveries: all but the first say nothing new. A payload
        names no places: of a line that is split over several of them it may turn out too late that
        it says too little. What it says counts until the whole order is read.
        """
        kept = (await compared(session, [snapshot])).get(snapshot.order, Compared())
        if not await is_enough(session, snapshot, kept):
            return False
        if kept.same:
            await self._note(session, delivery, Applied(outcome=Outcome.SAME))
            return True
        now = self._clock.now()
        applied = await take_in(session, snapshot, patience=self._patience, now=now)
        if any(line.guessed for line in applied.lines):
            return False
        await self._note(session, delivery, applied)
        return True

    async def _note(self, session: AsyncSession, delivery: Delivery, applied: Applied) -> None:
        """The delivery is done, in the transaction of its work."""
        outcome = applied.outcome.value
        await inbox.handled(session, delivery.id, outcome=outcome, now=self._clock.now())
