"""The worker behind the inbox: each kept delivery becomes facts in the book."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.signals import Signals
from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.errors import PegError
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.domain.order import OrderSnapshot
from peg.intake import compliance, inbox, unread, waiting_room
from peg.intake.following import Follower
from peg.intake.inbox import INBOX, READ_AGAIN, Delivery
from peg.intake.looking import Lookout
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.payloads import is_enough
from peg.intake.reception import SHOP_UNSURE
from peg.intake.waiting_room import ASKS_TO_WAIT, OUT_OF_REACH
from peg.ledger.order_compare import Compared, compared, unchanged
from peg.ledger.orders import Applied, Outcome
from peg.marketplaces.hints import Hint, HintReader, MalformedDelivery, UnknownTopic
from peg.marketplaces.port import Marketplace, RemoteGone, UnexpectedAnswer, UnreadableOrder
from peg.shops import directory
from peg.shops.directory import Status

log = structlog.get_logger()

AT_ONCE_PER_SHOP_MAX = 16
"""So many deliveries of one shop are worked on side by side; others never wait behind them."""

SWEEP_S = 1.0
NOTED = "noted"
"""The delivery's outcome was committed with its work."""

UNINSTALLED = "app/uninstalled"
LEFT_TO_THE_POLL = frozenset({"order.shipped", "order.delivered"})
"""Etsy tells no figures: what changes nothing that can be sold is worth no call of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Deliveries to work on now, and the seconds until the next one is due."""

    deliveries: Sequence[Delivery]
    next_in_s: float


class Acceptor:
    """Works the inbox: a delivery is a hint; what it points to is read and posted once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signals: Signals,
        *,
        shops: Mapping[ShopId, Marketplace],
        readers: Mapping[Channel, HintReader],
        lookout: Lookout,
        patience: Patience,
    ) -> None:
        self._database = database
        self._commits = SharedCommits(database)
        self._clock = clock
        self._signals = signals
        self._shops = shops
        self._readers = readers
        self._follower = Follower(database, clock, lookout, patience)
        self._patience = patience
        self._under_way: dict[int, ShopId] = {}

    async def run(self) -> None:
        """Work until cancelled: what hangs or fails holds up no other shop's deliveries."""
        async with asyncio.TaskGroup() as work:
            while True:
                batch = await self.begin_on_what_waits(work)
                await self._signals.wait(INBOX, timeout_s=batch.next_in_s)

    async def begin_on_what_waits(self, work: asyncio.TaskGroup) -> Batch:
        """Begin, side by side, on the deliveries that are due and that nobody works on yet."""
        batch = await self._take()
        for delivery in batch.deliveries:
            work.create_task(self._work(delivery))
        return batch

    async def _take(self) -> Batch:
        """Deliveries that nobody works on yet, some of each shop."""
        now = self._clock.now()
        taken: list[Delivery] = []
        await self._close_for_good()
        async with reading(self._database) as session:
            shops = {shop.id: shop for shop in await directory.all_shops(session)}
            for key in await inbox.shops_waiting(session):
                mine = [one for one, theirs in self._under_way.items() if theirs == key]
                room = AT_ONCE_PER_SHOP_MAX - len(mine)
                due = waiting_room.due(shops.get(key), now)
                taken += await inbox.waiting(session, key, due, without=mine, limit=room)
            next_due_at = await inbox.next_due_at(session, after=now)
        self._under_way.update((one.id, one.shop) for one in taken)
        until_s = (next_due_at - now).total_seconds() if next_due_at else SWEEP_S
        return Batch(deliveries=taken, next_in_s=min(until_s, SWEEP_S))

    async def _close_for_good(self) -> None:
        """What waits for shops that a person took out is put aside, and told of once for each."""
        async with reading(self._database) as session:
            waits = {one.shop for one in await waiting_room.waiting_for_shops(session)}
            left = waits & await directory.disconnected(session) if waits else set()
        for shop in sorted(left):
            async with begin(self._database) as session:
                now = self._clock.now()
                if count := await waiting_room.close_for_good(session, shop, now=now):
                    sentence = (
                        f"{shop} was disconnected before {count} deliveries of it could be read:"
                        " they are put aside, `peg dead` lists them. Were there sales among them?"
                    )
                    alert = Alert(name="delivery_dead", subject=shop, sentence=sentence)
                    await tell(session, alert, now=now)

    async def _work(self, delivery: Delivery) -> None:
        try:
            await self._finish(delivery)
        finally:
            crowd = sum(shop == delivery.shop for shop in self._under_way.values())
            del self._under_way[delivery.id]
            if crowd >= AT_ONCE_PER_SHOP_MAX:
                self._signals.raise_(INBOX)  # there is room for the next one

    async def _finish(self, delivery: Delivery) -> None:
        """One delivery that fails is kept and tried again; it holds up no other."""
        try:
            outcome = await self._accept(delivery)
        except (UnknownTopic, MalformedDelivery) as error:  # another try would read the same
            log.warning("delivery.set_aside", inbox_id=delivery.id, why=str(error))
            async with begin(self._database) as session:
                await inbox.set_aside(session, delivery.id, why=str(error), now=self._clock.now())
            return
        except (*OUT_OF_REACH, *ASKS_TO_WAIT) as error:
            log.warning("delivery.waits", inbox_id=delivery.id, shop=delivery.shop, why=str(error))
            async with begin(self._database) as session:
                now = self._clock.now()
                await waiting_room.wait_for_shop(session, delivery, error, now=now)
            return
        except Exception as error:  # noqa: BLE001 - the task's edge: kept, logged, tried again
            unnamed = None if isinstance(error, PegError) else error  # only that needs its trace
            log.warning("delivery.failed", inbox_id=delivery.id, why=str(error), exc_info=unnamed)
            await self._put_back(delivery, error)
            return
        if outcome is not NOTED:
            now = self._clock.now()
            await self._commits.run(
                lambda session: inbox.handled(session, delivery.id, outcome=outcome, now=now)
            )

    async def _put_back(self, delivery: Delivery, error: Exception) -> None:
        now = self._clock.now()
        async with begin(self._database) as session:
            if await inbox.failed(session, delivery, error, now=now):
                sentence = (
                    f"a {delivery.topic} delivery of {delivery.shop} failed too often and was put"
                    f" aside ({error}): `peg dead` shows it; it is kept"
                )
                alert = Alert(name="delivery_dead", subject=str(delivery.id), sentence=sentence)
                await tell(session, alert, now=now)

    async def _accept(self, delivery: Delivery) -> str:
        if delivery.topic == READ_AGAIN:
            return await self._fetch_order(delivery, delivery.body.decode())
        hint = self._readers[_channel(delivery.shop)].hint(
            delivery.headers,
            delivery.body,
            shop=delivery.shop,
            received_at=delivery.received_at,
        )
        sure = SHOP_UNSURE not in delivery.headers  # else nothing is believed but what is read
        told = hint.snapshot if sure else None
        if told is not None:
            taking_in = partial(self._take_in_as_told, delivery, told)
            if await self._commits.run(taking_in):
                return NOTED
        if hint.order is not None and hint.topic not in LEFT_TO_THE_POLL:
            return await self._fetch_if_in_reach(delivery, hint.order, told)
        return await self._by_topic(delivery, hint, sure=sure)

    async def _by_topic(self, delivery: Delivery, hint: Hint, *, sure: bool) -> str:
        if hint.topic in compliance.TOPICS:
            async with begin(self._database) as session:
                await compliance.comply(session, delivery, now=self._clock.now())
            return NOTED
        if hint.topic in LEFT_TO_THE_POLL or (hint.topic == UNINSTALLED and not sure):
            return "left to the poll"
        if hint.topic == UNINSTALLED:
            return await self._uninstalled(delivery.shop, hint.happened_at or delivery.received_at)
        return await self._follower.follow(hint)

    async def _uninstalled(self, shop: ShopId, at: datetime) -> str:
        """The app was removed; told late, it may be about a connection before the present one."""
        sentence = f"the app was removed from {shop}: run `peg connect` to work with it again"
        async with begin(self._database) as session:
            if (await directory.by_id(session, shop)).connected_at > at:
                return "connected again since"
            await directory.mark(session, shop, Status.REVOKED, sentence, now=self._clock.now())
        return "revoked"

    async def _fetch_if_in_reach(
        self, delivery: Delivery, order: str, told: OrderSnapshot | None
    ) -> str:
        """While the order cannot be fetched, what was told of it counts: the piece is sold.

        It counts against the pool until the shop says where the piece lies.
        """
        try:
            return await self._fetch_order(delivery, order)
        except OUT_OF_REACH:
            if told is not None:
                async with begin(self._database) as session:
                    await take_in(session, told, patience=self._patience, now=self._clock.now())
            raise

    async def _fetch_order(self, delivery: Delivery, order: str) -> str:
        if not order:
            raise UnexpectedAnswer(f"{delivery.shop} told of an order without a number")
        try:
            snapshot = await self._shops[delivery.shop].order(order)
        except RemoteGone:
            # Too old to be read, or hidden: that says nothing about the pieces it sold.
            log.warning("order.unreadable", shop=delivery.shop, order=order)
            return "unreadable"
        except UnreadableOrder as error:
            await self._keep_unread(delivery.shop, error)
            raise
        await self._commits.run(partial(self._take_in, delivery, snapshot))
        return NOTED

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


def _channel(shop: ShopId) -> Channel:
    return Channel(shop.partition(":")[0])
