"""The worker behind the inbox: each kept delivery becomes facts in the book."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from peg.alerts.register import tell, tell_once
from peg.bus.signals import Signals
from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.counted import counted
from peg.domain.errors import PegError, trace_of
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.intake import aside, compliance, inbox, waiting_room
from peg.intake.following import Follower
from peg.intake.inbox import INBOX, READ_AGAIN, Delivery
from peg.intake.looking import Lookout
from peg.intake.not_shown import OrderNotShown
from peg.intake.patience import Patience
from peg.intake.reception import SHOP_UNSURE
from peg.intake.told_orders import NOTED, ToldOrders
from peg.intake.waiting_room import ASKS_TO_WAIT, OUT_OF_REACH
from peg.marketplaces.hints import IT_IS_READ, Hint, HintReader, MalformedDelivery, UnknownTopic
from peg.marketplaces.port import Marketplace
from peg.shops import directory
from peg.shops.directory import Status

log = structlog.get_logger()

AT_ONCE_PER_SHOP_MAX = 16
"""So many deliveries of one shop are worked on side by side; others never wait behind them."""

SWEEP_S = 1.0
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
        self._readers = readers
        self._follower = Follower(database, clock, lookout, patience)
        self._orders = ToldOrders(database, clock, self._commits, shops, patience)
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
            task = work.create_task(self._finish(delivery))
            task.add_done_callback(partial(self._ended, delivery))
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
                    many = counted(count, "delivery of it was", "deliveries of it were")
                    sentence = (
                        f"{shop} was disconnected before {many} read: put aside, `peg dead` lists"
                        " what is. Were there sales among them?"
                    )
                    alert = Alert(name="delivery_dead", subject=shop, sentence=sentence)
                    await tell(session, alert, now=now)

    def _ended(self, delivery: Delivery, _: asyncio.Task[None]) -> None:
        """Told also of work that was stopped before its first step: no `finally` of its own is."""
        crowd = sum(shop == delivery.shop for shop in self._under_way.values())
        del self._under_way[delivery.id]
        if crowd >= AT_ONCE_PER_SHOP_MAX:
            self._signals.raise_(INBOX)  # there is room for the next one

    async def _finish(self, delivery: Delivery) -> None:
        """One delivery that fails is kept and tried again; it holds up no other."""
        try:
            outcome = await self._accept(delivery)
        except (UnknownTopic, MalformedDelivery) as error:  # another try would read the same
            await self._set_aside(delivery, error)
            return
        except (*OUT_OF_REACH, *ASKS_TO_WAIT) as error:
            _log_trouble("delivery.waits", delivery, error)
            async with begin(self._database) as session:
                now = self._clock.now()
                await waiting_room.wait_for_shop(session, delivery, error, now=now)
            return
        except Exception as error:  # noqa: BLE001 - the task's edge: kept, logged, tried again
            _log_trouble("delivery.failed", delivery, error)
            await self._put_back(delivery, error)
            return
        if outcome is not NOTED:
            now = self._clock.now()
            await self._commits.run(
                lambda session: inbox.handled(session, delivery.id, outcome=outcome, now=now)
            )

    async def _set_aside(self, delivery: Delivery, error: PegError) -> None:
        """Nothing is lost: the polls read what it may have told of. Somebody is told, and once."""
        _log_trouble("delivery.set_aside", delivery, error)
        sentence = (
            f"{delivery.shop} sent something of no use about {delivery.topic} ({error}): `peg dead`"
            " lists it for a week, and works on it again"
        )
        subject = f"{delivery.shop} {delivery.topic}"
        alert = Alert(name="delivery_of_no_use", subject=subject, sentence=sentence)
        async with begin(self._database) as session:
            now = self._clock.now()
            await aside.set_aside(session, delivery.id, why=str(error), now=now)
            await tell_once(session, alert, now=now)

    async def _put_back(self, delivery: Delivery, error: Exception) -> None:
        now = self._clock.now()
        gone = isinstance(error, OrderNotShown)
        tries_max = aside.TRIES_OF_WHAT_IS_NOT_SHOWN if gone else aside.ATTEMPTS_MAX
        async with begin(self._database) as session:
            if await aside.failed(session, delivery, error, tries_max=tries_max, now=now):
                sentence = _put_aside(delivery, error)
                alert = Alert(name="delivery_dead", subject=str(delivery.id), sentence=sentence)
                await tell(session, alert, now=now)

    async def _accept(self, delivery: Delivery) -> str:
        if delivery.topic == READ_AGAIN:
            return await self._orders.read_again(delivery)
        hint = self._hint_of(delivery)
        sure = SHOP_UNSURE not in delivery.headers  # else nothing is believed but what is read
        told = hint.snapshot if sure else None
        if told is not None and await self._orders.take_in_as_told(delivery, told):
            return NOTED
        if hint.order is not None and hint.topic not in LEFT_TO_THE_POLL:
            return await self._orders.fetch_if_in_reach(delivery, hint, hint.order, told)
        return await self._by_topic(delivery, hint, sure=sure)

    def _hint_of(self, delivery: Delivery) -> Hint:
        """Where a delivery points. Only its bytes decide that: what fails here fails each time."""
        try:
            return delivery.hint(self._readers)
        except PegError:
            raise
        except Exception as error:
            log.exception("delivery.unreadable", inbox_id=delivery.id)
            raise MalformedDelivery(
                f"PEG stumbles over it ({type(error).__name__}), which is a fault of PEG's: report"
                f" it. {IT_IS_READ}"
            ) from error

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


def _put_aside(delivery: Delivery, error: Exception) -> str:
    """What a person is told of a delivery that was tried often enough."""
    if isinstance(error, OrderNotShown):
        return f"{error}. `peg dead discard d{delivery.id} --why ...` ticks it off"
    return (
        f"a {delivery.topic} delivery of {delivery.shop} failed too often and was put aside"
        f" ({error}): `peg dead` shows it; it is kept"
    )


def _log_trouble(event: str, delivery: Delivery, error: Exception) -> None:
    """By the error's name, which the runbooks know; one that has none there needs its trace."""
    log.warning(
        event,
        inbox_id=delivery.id,
        shop=delivery.shop,
        error=type(error).__name__,
        why=str(error),
        exc_info=trace_of(error),
    )
