"""The engine: everything that keeps the connected shops in step, put together once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from peg.alerts.register import tell
from peg.bus.local import LocalBus
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.intake.acceptor import Acceptor
from peg.intake.checker import Checker
from peg.intake.housekeeping import Housekeeping
from peg.intake.known_by_now import KnownByNow
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.intake.reception import Reception
from peg.intake.subscriptions import Subscriptions
from peg.intake.watched_polls import WatchedPolls
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.marketplace import EtsyMarketplace
from peg.marketplaces.hints import SignatureCheck
from peg.marketplaces.open_shops import OpenShops
from peg.marketplaces.port import MissingScope, ShopFrozen
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace
from peg.marketplaces.writers import ComparesListings, PlaceStocker
from peg.propagation.blind_side import BlindSide, Worth
from peg.propagation.bystanders import Bystanders
from peg.propagation.cancelling import Canceller
from peg.propagation.figures import FigurePusher
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.stocking import Stocker
from peg.propagation.worker import Pusher, Retargeter, ShopWorker
from peg.reconciliation.reporter import Reporter
from peg.reconciliation.run import Reconciler
from peg.reconciliation.truth_watch import TruthWatch
from peg.settings.fields import Settings
from peg.shops import directory
from peg.shops.directory import Status
from peg.shops.sealing import KeyRing
from peg.wiring.doors import OpenShop, hint_readers
from peg.wiring.ground import Ground
from peg.wiring.rounds import every
from peg.wiring.tasks import Task, alert_of

HOUSEKEEPING_S = 1.0
KEPT_ORDERS_S = 60.0
TRUTHS_S = 300.0
BLIND_SIDES_S = 30.0
SUBSCRIPTIONS_S = 600.0
TOKENS_S = 60.0
STOCKING_S = 1.0


@dataclass(slots=True, kw_only=True)
class Engine:
    """The parts that work side by side, and the tasks that run them.

    Shops come and go while it runs. What is made for one shop alone (its door, its worker, its
    tasks) comes and goes with it; whatever serves all of them asks `doors` each time, and is told
    there when a shop is out of reach.

    Attributes:
        shops: those within reach now.
        doors: the same, behind the port.
        signatures: whose webhooks are believed; also of shops that are out of reach.
        workers: what drives the offers of each shop within reach.
    """

    ground: Ground
    shops: dict[ShopId, OpenShop]
    doors: OpenShops
    signatures: dict[ShopId, SignatureCheck]
    workers: dict[ShopId, ShopWorker]
    bus: LocalBus
    calls: CallLog
    patience: Patience
    reception: Reception
    polls: Polls
    watched_polls: WatchedPolls
    lookout: Lookout
    prover: Prover
    acceptor: Acceptor
    checker: Checker
    housekeeping: Housekeeping
    known_by_now: KnownByNow
    subscriptions: Subscriptions
    reconciler: Reconciler
    truth_watch: TruthWatch
    blind_side: BlindSide

    def open(self, shop: OpenShop) -> None:
        """Take a shop up: it is within reach from now on. `tasks_of` keeps it in step."""
        key = shop.shop.id
        self.shops[key] = shop
        self.doors[key] = shop.marketplace
        self.workers[key] = ShopWorker(
            key, self._pusher(shop), self.ground.database, self.ground.clock, self.ground.signals
        )

    def close(self, key: ShopId) -> None:
        """Leave a shop alone: whoever asks after it is told that it is out of reach."""
        for kept in (self.shops, self.doors, self.workers):
            kept.pop(key, None)

    def whole_listings(self) -> Mapping[ShopId, ComparesListings]:
        """The shops that take a listing only as a whole, and are within reach now."""
        return {
            key: shop.marketplace
            for key, shop in self.shops.items()
            if isinstance(shop.marketplace, EtsyMarketplace)
        }

    def believe(self, signatures: Mapping[ShopId, SignatureCheck]) -> None:
        """From now on webhooks that these secrets have signed are believed, and no others."""
        self.signatures.clear()
        self.signatures.update(signatures)

    def tasks(self) -> list[Task]:
        """The loops that serve all shops; each outlives its own crashes."""
        tidy = every(self.ground.clock, HOUSEKEEPING_S, self.housekeeping.tidy)
        known = every(self.ground.clock, KEPT_ORDERS_S, self.known_by_now.take_in_matched)
        look = every(self.ground.clock, TRUTHS_S, self.truth_watch.look, at_once=False)
        guard = every(self.ground.clock, BLIND_SIDES_S, self.blind_side.look)
        return [
            Task("bus", self.bus.run),
            Task("acceptor", self.acceptor.run),
            Task("checker", self.checker.run),
            Task("urgent checks", partial(self.checker.run, urgent=True)),
            Task("truths", look),
            Task("blind sides", guard),
            Task("housekeeping", tidy),
            Task("kept orders", known),
        ]

    def tasks_of(self, key: ShopId) -> list[Task]:
        """The loops of one shop within reach; each outlives its own crashes."""
        shop, settings = self.shops[key], self.ground.settings
        again = partial(every, self.ground.clock)
        is_shopify = shop.shop.channel is Channel.SHOPIFY
        poll_s = settings.poll_shopify_s if is_shopify else settings.poll_etsy_s
        compare = partial(self.reconciler.reconcile, key)
        found = [
            Task("lowering", self.workers[key].run_lowering),
            Task("raising", self.workers[key].run_raising),
            Task("polling", again(poll_s, partial(self.poll, key), of=shop.marketplace)),
            Task("reconciliation", again(settings.reconcile_s, compare, at_once=False)),
            Task("tokens", again(TOKENS_S, shop.tokens.token)),
        ]
        if isinstance(shop.marketplace, EtsyMarketplace):
            glance = partial(self.lookout.glance, key, shop.marketplace)
            found.append(Task("glances", again(settings.glance_s, glance, of=shop.marketplace)))
        else:
            stocking = self._stocker(key, shop.marketplace).stock_once
            found.append(Task("stocking", again(STOCKING_S, stocking)))
        if settings.public_url is not None:
            url = f"{settings.public_url}/webhooks/{shop.shop.channel}"
            subscribe = partial(self.subscriptions.keep, shop.marketplace, url)
            found.append(Task("subscriptions", again(SUBSCRIPTIONS_S, subscribe)))
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
        except MissingScope:  # whatever it withholds, it answers
            await self._mark(shop, Status.CONNECTED, "")
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
        """A background task crashed: say so to a person."""
        async with begin(self.ground.database) as session:
            await tell(session, alert_of(task, error), now=self.ground.clock.now())

    def canceller(self) -> Canceller:
        """What cancels an order for a person who named it."""
        return Canceller(
            self.ground.database,
            self.ground.clock,
            {
                key: shop.marketplace
                for key, shop in self.shops.items()
                if isinstance(shop.marketplace, ShopifyMarketplace)
            },
            patience=self.patience,
            rng=self.ground.rng,
        )

    def _stocker(self, key: ShopId, shop: PlaceStocker) -> Stocker:
        ground = self.ground
        return Stocker(key, shop, ground.database, ground.clock, ground.rng, lookout=self.lookout)

    def _pusher(self, shop: OpenShop) -> Pusher:
        key, ground = shop.shop.id, self.ground
        if isinstance(shop.marketplace, EtsyMarketplace):
            return ListingPusher(
                key,
                shop.marketplace,
                ground.database,
                ground.clock,
                ground.rng,
                lookout=self.lookout,
                prover=self.prover,
                patience=self.patience,
            )
        return FigurePusher(
            key,
            shop.marketplace,
            ground.database,
            ground.clock,
            ground.rng,
            lookout=self.lookout,
            prover=self.prover,
        )


def build_engine(
    ground: Ground,
    shops: Iterable[OpenShop],
    calls: CallLog,
    patience: Patience,
    *,
    signatures: Mapping[ShopId, SignatureCheck],
    ring: KeyRing,
) -> Engine:
    """Put the engine together. Nothing runs before its tasks do."""
    database, clock, signals = ground.database, ground.clock, ground.signals
    doors, believed = OpenShops(), dict(signatures)
    bus = LocalBus(database, clock, signals)
    polls = Polls(database, clock, doors, patience)
    lookout = Lookout(database, clock, doors, patience, polls=polls)
    Retargeter(database, clock, patience.many).listen(bus)
    Bystanders(database, clock, patience).listen(bus)
    engine = Engine(
        ground=ground,
        shops={},
        doors=doors,
        signatures=believed,
        workers={},
        bus=bus,
        calls=calls,
        patience=patience,
        reception=Reception(database, clock, believed),
        polls=polls,
        watched_polls=WatchedPolls(database, clock, polls),
        lookout=lookout,
        prover=Prover(database, clock, lookout, polls, many=patience.many),
        acceptor=Acceptor(
            database,
            clock,
            signals,
            shops=doors,
            readers=hint_readers(ground),
            lookout=lookout,
            patience=patience,
        ),
        checker=Checker(database, clock, signals, polls=polls, lookout=lookout, patience=patience),
        housekeeping=Housekeeping(database, clock),
        known_by_now=KnownByNow(database, clock, patience),
        subscriptions=Subscriptions(database, clock, polls),
        reconciler=Reconciler(
            database,
            clock,
            doors,
            polls=polls,
            lookout=lookout,
            patience=patience,
            reporter=Reporter(ring, alert_share=ground.settings.drift_share),
        ),
        truth_watch=TruthWatch(database, clock, ground.metrics),
        blind_side=BlindSide(database, clock, _worth(ground.settings)),
    )
    for shop in shops:
        engine.open(shop)
    return engine


def _worth(settings: Settings) -> Worth | None:
    if settings.blind_value is None:
        return None
    return Worth(value=settings.blind_value, after=timedelta(seconds=settings.blind_after_s))
