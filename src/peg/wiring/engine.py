"""The engine: everything that keeps the connected shops in step, put together once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from peg.bus.local import LocalBus
from peg.bus.outbox import stage
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.intake.acceptor import Acceptor
from peg.intake.checker import Checker
from peg.intake.housekeeping import Housekeeping
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.intake.reception import Reception
from peg.intake.subscriptions import Subscriptions
from peg.intake.watched_polls import WatchedPolls
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.marketplace import EtsyMarketplace
from peg.marketplaces.port import Marketplace, MarketplaceError, ShopFrozen
from peg.propagation.figures import FigurePusher
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.worker import Pusher, Retargeter, ShopWorker
from peg.reconciliation.run import Reconciler
from peg.shops import directory
from peg.shops.directory import Status
from peg.wiring.doors import OpenShop, hint_readers, marketplaces
from peg.wiring.ground import Ground
from peg.wiring.tasks import Task

log = structlog.get_logger()

HOUSEKEEPING_S = 1.0
SUBSCRIPTIONS_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The parts that work side by side, and the tasks that run them."""

    ground: Ground
    shops: Mapping[ShopId, OpenShop]
    bus: LocalBus
    calls: CallLog
    reception: Reception
    polls: Polls
    watched_polls: WatchedPolls
    lookout: Lookout
    acceptor: Acceptor
    checker: Checker
    housekeeping: Housekeeping
    subscriptions: Subscriptions
    reconciler: Reconciler
    workers: Mapping[ShopId, ShopWorker]

    def tasks(self) -> list[Task]:
        """Every background loop; each outlives its own crashes."""
        settings = self.ground.settings
        found = [
            Task("bus", self.bus.run),
            Task("acceptor", self.acceptor.run),
            Task("checker", self.checker.run),
            Task("housekeeping", self._every(HOUSEKEEPING_S, self.housekeeping.tidy)),
        ]
        for key, shop in self.shops.items():
            shopify = shop.shop.channel is Channel.SHOPIFY
            poll_s = settings.poll_shopify_s if shopify else settings.poll_etsy_s
            reconcile = self._every(
                settings.reconcile_s, partial(self.reconciler.reconcile, key), at_once=False
            )
            found += [
                Task("lowering", self.workers[key].run_lowering),
                Task("raising", self.workers[key].run_raising),
                Task("polling", self._every(poll_s, partial(self.poll, key), of=shop.marketplace)),
                Task("reconciliation", reconcile),
                Task("tokens", self._every(60.0, shop.tokens.token)),
            ]
            if isinstance(shop.marketplace, EtsyMarketplace):
                glance = partial(self.lookout.glance, key, shop.marketplace)
                looking = self._every(settings.glance_s, glance, of=shop.marketplace)
                found.append(Task("glances", looking))
            if settings.public_url is not None:
                url = f"{settings.public_url}/webhooks/{shop.shop.channel}"
                subscribe = partial(self.subscriptions.keep, shop.marketplace, url)
                found.append(Task("subscriptions", self._every(SUBSCRIPTIONS_S, subscribe)))
        return found

    async def poll(self, shop: ShopId) -> None:
        """Take in a shop's orders; notes, and tells a person once, when the shop is closed.

        Raises:
            MarketplaceError: the orders could not be read.
        """
        try:
            await self.watched_polls.poll(self.shops[shop].marketplace)
        except ShopFrozen as error:
            await self._mark(shop, Status.FROZEN, str(error))
            raise
        async with reading(self.ground.database) as session:
            known = await directory.by_id(session, shop)
        if known.status is Status.FROZEN:
            await self._mark(shop, Status.CONNECTED, "")

    async def _mark(self, shop: ShopId, status: Status, sentence: str) -> None:
        now = self.ground.clock.now()
        async with begin(self.ground.database) as session:
            await directory.mark(session, shop, status, sentence, now=now)

    async def alarm(self, task: str, error: BaseException) -> None:
        """A background task crashed: say so once, to a person."""
        sentence = f"the background task {task} crashed ({error}) and was begun again"
        alert = Alert(name="task_crashed", subject=task, sentence=sentence)
        async with begin(self.ground.database) as session:
            await stage(session, alert, now=self.ground.clock.now())

    def _every(
        self,
        seconds: float,
        work: Callable[[], Awaitable[object]],
        *,
        at_once: bool = True,
        of: Marketplace | None = None,
    ) -> Callable[[], Awaitable[None]]:
        """Do `work` again and again; less often while the marketplace is short of calls."""

        async def loop() -> None:
            if not at_once:
                await self.ground.clock.sleep(seconds)
            while True:
                try:
                    await work()
                except MarketplaceError as error:
                    log.warning("round.failed", error=str(error))
                await self.ground.clock.sleep(seconds * (of.slowed if of else 1.0))

        return loop


def build_engine(
    ground: Ground, shops: Mapping[ShopId, OpenShop], calls: CallLog, patience: Patience
) -> Engine:
    """Put the engine together. Nothing runs before its tasks do."""
    database, clock, signals = ground.database, ground.clock, ground.signals
    doors = marketplaces(shops)
    bus = LocalBus(database, clock, signals)
    polls = Polls(database, clock, doors, patience)
    lookout = Lookout(database, clock, doors, patience)
    prover = Prover(database, clock, lookout, polls, many=patience.many)
    Retargeter(database, clock, patience.many).listen(bus)
    readers = hint_readers(shops)
    return Engine(
        ground=ground,
        shops=shops,
        bus=bus,
        calls=calls,
        reception=Reception(database, clock, readers),
        polls=polls,
        watched_polls=WatchedPolls(database, clock, polls),
        lookout=lookout,
        acceptor=Acceptor(
            database,
            clock,
            signals,
            shops=doors,
            readers=readers,
            lookout=lookout,
            patience=patience,
        ),
        checker=Checker(database, clock, signals, polls=polls, lookout=lookout, patience=patience),
        housekeeping=Housekeeping(database, clock),
        subscriptions=Subscriptions(database, clock, polls),
        reconciler=Reconciler(
            database, clock, doors, polls=polls, lookout=lookout, patience=patience
        ),
        workers={
            key: ShopWorker(
                key, _pusher(ground, shop, lookout, prover, patience), database, clock, signals
            )
            for key, shop in shops.items()
        },
    )


def _pusher(
    ground: Ground, shop: OpenShop, lookout: Lookout, prover: Prover, patience: Patience
) -> Pusher:
    if isinstance(shop.marketplace, EtsyMarketplace):
        return ListingPusher(
            shop.shop.id,
            shop.marketplace,
            ground.database,
            ground.clock,
            ground.rng,
            lookout=lookout,
            prover=prover,
            patience=patience,
        )
    return FigurePusher(
        shop.shop.id,
        shop.marketplace,
        ground.database,
        ground.clock,
        ground.rng,
        lookout=lookout,
        prover=prover,
    )
