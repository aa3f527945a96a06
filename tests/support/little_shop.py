"""A few pieces on both practice shops, PEG between them, and what visitors of each can buy."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.little_catalogue import little_catalogue
from tests.support.practice_etsy import KEY
from tests.support.rehearsal import ETSY_URL, NO_CHANCE, QUICK, Rehearsal, rehearse

from marketsim.market import OrderId, UnitId
from marketsim.pieces import MARKETS, Catalogue, MarketName
from marketsim.truth import report
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId, Sku
from peg.domain.messages import Alert
from peg.intake.many import Many
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace
from peg.onboarding.deciding import Decider
from peg.reads import doubts

T = TypeVar("T")
SPEED = 10.0
DEAF = {"shopify.webhook_lost": 1.0, "etsy.webhook_lost": 1.0}
"""No webhook arrives."""
NO_POLLS = {f"PEG_{name}_S": "36000" for name in ("POLL_SHOPIFY", "POLL_ETSY", "GLANCE")}
"""PEG looks only when something tells it to, or when it wants to write."""
LOOK_S, LOOKS_MAX = 0.01, 3_000
"""Real seconds between two looks at the shops, and how many looks are enough."""

CALLS_PER_S = 1_000
"""Etsy's limit would only make these stories longer."""

CALM_S = 0.3
"""Real seconds: longer than two polls of the shops."""


@dataclass(frozen=True, slots=True)
class LittleShop:
    """What a jeweller and her customers see and do on both shops; pieces are named by SKU."""

    rehearsal: Rehearsal
    units: Mapping[tuple[MarketName, str], UnitId]
    alerts: list[str]

    def shows(self, sku: Sku) -> tuple[int, int]:
        """Pieces that can be bought on Shopify and on Etsy."""
        shopify, etsy = (self.on(market, sku) for market in MARKETS)
        return shopify, etsy

    def on(self, market: MarketName, sku: Sku) -> int:
        """Pieces that can be bought on one shop."""
        return self.rehearsal.world.market(market).buyable(self.units[market, sku])

    def buys(self, market: MarketName, sku: Sku, pieces: int = 1) -> OrderId:
        """A buyer orders and pays."""
        shop = self.rehearsal.world.market(market)
        order = shop.buy(self.units[market, sku], pieces)
        shop.pay(order)
        return order

    def puts_back(self, market: MarketName, sku: Sku) -> None:
        """A person puts a listing back on sale, or renews it."""
        self.rehearsal.world.market(market).reactivate(self.units[market, sku])

    def cancels(self, market: MarketName, order: OrderId, *, restock: bool = True) -> None:
        """An order is cancelled. Etsy has no word for restocking."""
        self.rehearsal.world.market(market).cancel(order, restock=restock)

    def edits(self, market: MarketName, sku: Sku, delta: int) -> None:
        """The jeweller types another figure into a shop's admin."""
        self.rehearsal.world.market(market).edit_stock(self.units[market, sku], delta=delta)

    def meanwhile(self, market: MarketName, words: str, act: Callable[[], object]) -> None:
        """Do `act` once, just before the shop hears the next request with these words in it."""
        self.rehearsal.fair.overheard[market].before(words, act)

    def loses_the_answer(self, market: MarketName, words: str, then: Callable[[], object]) -> None:
        """The next such request is obeyed and not answered; `then` is done before anything else."""

        def found_again() -> None:
            self.faults(**{f"{market}.response_lost": 0.0})
            then()

        def lost() -> None:
            self.faults(**{f"{market}.response_lost": 1.0})
            self.meanwhile(market, "", found_again)

        self.meanwhile(market, words, lost)

    def asked(self, market: MarketName, words: str) -> list[str]:
        """All requests so far with these words in them."""
        return [one for one in self.rehearsal.fair.overheard[market].heard if words in one]

    def faults(self, **rates: float) -> None:
        """Set rates of faults."""
        self.rehearsal.world.faults.set_rates(rates)

    def truth(self) -> dict[str, Any]:
        """What the practice shops know of sales, double sales and what could be oversold now."""
        return report(self.rehearsal.world.truth, at=self.rehearsal.world.clock.now())

    def renewals(self) -> int:
        """How often a sold-out Etsy listing was renewed for a fee."""
        fees: int = self.rehearsal.etsy.market.truth()["fees"]["renew_sold"]
        return fees

    def sold_twice(self) -> int:
        """Sales of pieces that were not there."""
        return len(self.rehearsal.world.truth.double_sales)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so on the shops."""
        for _ in range(LOOKS_MAX):
            if holds():
                return
            await asyncio.sleep(LOOK_S)
        raise TimeoutError

    async def ends_at(self, sku: Sku, shopify: int, etsy: int | None = None) -> None:
        """Both shops come to show this (the same where one is given), and go on showing it."""
        wanted = (shopify, shopify if etsy is None else etsy)
        with suppress(TimeoutError):
            await self.until(lambda: self.shows(sku) == wanted)
        assert self.shows(sku) == wanted, f"{sku}: {self.shows(sku)}, and not {wanted}"
        await self.stays(sku, *wanted)

    async def calm(self, figure: Callable[[], T]) -> T:
        """What a figure is after both shops were polled twice more."""
        await asyncio.sleep(CALM_S)
        return figure()

    async def stays(self, sku: Sku, shopify: int, etsy: int) -> None:
        """Nothing changes while both shops are polled twice."""
        shown = await self.calm(lambda: self.shows(sku))
        assert shown == (shopify, etsy), f"{sku}: {shown}, and not {(shopify, etsy)} any more"

    async def takes_in_orders(self, market: MarketName) -> None:
        """PEG polls a shop now."""
        await self.rehearsal.engine.polls.poll(self.shop(market))

    async def questions(self) -> list[str]:
        """The kinds of the questions that wait for the jeweller."""
        async with reading(self.rehearsal.ground.database) as session:
            return [one.kind for one in await doubts.questions(session)]

    async def asks(self, kind: str) -> None:
        """The jeweller is asked this, sooner or later, and nothing else."""
        for _ in range(LOOKS_MAX):
            if await self.questions() == [kind]:
                return
            await asyncio.sleep(LOOK_S)
        raise TimeoutError

    async def is_asked(self, kind: str) -> None:
        """The jeweller is asked this among other things, sooner or later."""
        for _ in range(LOOKS_MAX):
            if kind in await self.questions():
                return
            await asyncio.sleep(LOOK_S)
        raise TimeoutError

    async def cases(self) -> Sequence[doubts.Case]:
        """The open cases of pieces that were sold twice, once there are any with two orders."""
        for _ in range(LOOKS_MAX):
            async with reading(self.rehearsal.ground.database) as session:
                found = await doubts.cases(session)
            if any(len(case.orders) > 1 for case in found):
                return found
            await asyncio.sleep(LOOK_S)
        raise TimeoutError

    async def offer(self, market: MarketName, sku: Sku) -> Offer:
        """PEG's offer of a piece on one shop."""
        async with reading(self.rehearsal.ground.database) as session:
            found = await offers.everything(session)
        return next(
            one for one in found if (one.ref.channel.value, one.sku_as_typed) == (market, sku)
        )

    async def is_known_to_be_there(self, market: MarketName, sku: Sku) -> None:
        """PEG cares for the piece's listing on a shop, sooner or later."""
        for _ in range(LOOKS_MAX):
            if not (await self.offer(market, sku)).gone:
                return
            await asyncio.sleep(LOOK_S)
        raise TimeoutError

    async def imports(self) -> None:
        """The jeweller has PEG read both shops again (`peg import`)."""
        importer = self.rehearsal.peg.importer(self.rehearsal.engine)
        (await importer.run(lambda _step, _count: None)).whole()

    async def composes(self, sku: Sku, *parts: Sku) -> None:
        """The jeweller says on both shops what is sold together, one of each."""
        ground, engine = self.rehearsal.ground, self.rehearsal.engine
        decider = Decider(ground.database, ground.clock, engine.doors, polls=engine.polls)
        for market in MARKETS:
            offer = await self.offer(market, sku)
            await decider.compose(offer.id, dict.fromkeys(parts, 1), who="ann", sure=True)

    def shop(self, market: MarketName) -> ShopId:
        """The shop's id in PEG."""
        return next(key for key in self.rehearsal.engine.shops if key.startswith(market))

    @asynccontextmanager
    async def at_the_counter(self) -> AsyncIterator[AsyncSession]:
        """One transaction on PEG's database, as each command opens one."""
        async with begin(self.rehearsal.ground.database) as session:
            yield session

    @property
    def shopify_door(self) -> ShopifyMarketplace:
        """PEG's way to Shopify, without what stands above it."""
        door = self.rehearsal.engine.shops[self.shop("shopify")].marketplace
        assert isinstance(door, ShopifyMarketplace)
        return door

    @asynccontextmanager
    async def etsy_api(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Etsy's API, with PEG's token in hand."""
        token = await self.rehearsal.engine.shops[self.shop("etsy")].tokens.token()
        headers = {**KEY, "authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(app=self.rehearsal.etsy.app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=f"{ETSY_URL}/v3/application", headers=headers
        ) as client:
            yield client


@asynccontextmanager
async def open_little_shop(
    folder: Path,
    *,
    rates: Mapping[str, float] | None = None,
    environment: Mapping[str, str] | None = None,
    catalogue: Catalogue | None = None,
    speed: float = SPEED,
    many: Many | None = None,
) -> AsyncIterator[LittleShop]:
    """Both shops sell a ring, studs, five chains and bands in two metals, faster than real time.

    Args:
        folder: for PEG's database.
        rates: of faults; those that strike at times never do unless named here.
        environment: more of PEG's settings.
        catalogue: all that is sold, in place of that.
        speed: of the shops' time and of PEG's.
        many: how many offers changing at once are very many.
    """
    async with rehearse(
        folder,
        rates={**NO_CHANCE, "etsy.receipt_lag": 0.0, **(rates or {})},
        patience=replace(QUICK, many=many or QUICK.many),
        environment={"PEG_GLANCE_S": "2", **(environment or {})},
        catalogue=catalogue or little_catalogue(),
        speed=speed,
    ) as rehearsal:
        rehearsal.etsy.market.settings.per_second = CALLS_PER_S
        await _poll_twice(rehearsal)
        alerts: list[str] = []

        async def hear(alert: Alert) -> None:
            alerts.append(alert.name)

        rehearsal.engine.bus.subscribe(Alert, hear)
        yield LittleShop(
            rehearsal,
            alerts=alerts,
            units={
                (market, one.sku): one.unit
                for market in MARKETS
                for one in rehearsal.world.market(market).offered()
            },
        )


async def _poll_twice(rehearsal: Rehearsal) -> None:
    """Let the polls of the opening be over, and the second in which all was imported.

    PEG's own first poll shares one of two rounds with these: the one it finds, or the next. Orders
    tell whole seconds: what is sold within the second of the import may lie before it.
    """
    polls = rehearsal.engine.polls
    for _ in range(2):
        await asyncio.gather(*(polls.poll(shop) for shop in rehearsal.engine.shops))
