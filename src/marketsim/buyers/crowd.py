"""Everybody who comes to buy, from the first visit until the last parcel."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Literal

from marketsim.buyers.fates import Placed, meet_fate
from marketsim.buyers.habits import Habits
from marketsim.buyers.season import arrivals
from marketsim.buyers.shopkeeper import Shopkeeper
from marketsim.clock import MarketClock
from marketsim.market import InPerson, Market, NotForSale, Offered
from marketsim.pieces import MARKETS, MarketName, PieceId

Parts = tuple[tuple[PieceId, int], ...]
State = Literal["idle", "running", "settling", "done"]
EMPTY_VISITS_MAX = 200
"""So many buyers in a row who found nothing at all: the shop is sold out."""


class Crowd:
    """Buyers and shopkeeper of one run: decided by seed, habits and what the markets show."""

    def __init__(
        self, markets: Sequence[Market], *, clock: MarketClock, seed: int, habits: Habits
    ) -> None:
        """Nobody comes before `start`."""
        self._markets = {market.name: market for market in markets}
        self._clock = clock
        self._seed = seed
        self._rng = Random(f"{seed}/buyers")
        self.habits = habits
        self.tally: Counter[str] = Counter()
        self.state: State = "idle"
        self._shopkeeper = Shopkeeper(
            self._markets,
            habits=habits,
            clock=clock,
            rng=Random(f"{seed}/shopkeeper"),
            tally=self.tally,
        )
        self._closed = False
        self._empty_visits = 0
        self._arriving: asyncio.Task[None] | None = None
        self._run: asyncio.Task[None] | None = None
        for market in markets:
            market.listen(self._shopkeeper.note)

    def start(self) -> None:
        """Open the doors; does nothing when they were opened before."""
        if self._run is None:
            self.state = "running"
            self._run = asyncio.get_running_loop().create_task(self._come_and_go())

    def hear(self, done: InPerson) -> None:
        """What happens away from both marketplaces is the shopkeeper's doing too."""
        self._shopkeeper.note(done)

    def close_shop(self) -> None:
        """No more orders; what was ordered is still paid, shipped, cancelled and refunded."""
        self._closed = True
        if self.state == "running":
            self.state = "settling"
        if self._arriving is not None:
            self._arriving.cancel()

    async def wait(self) -> None:
        """Until everything pending has settled."""
        if self._run is not None:
            await self._run

    async def abandon(self) -> None:
        """Stop at once, leaving orders as they are."""
        if self._run is not None and not self._run.done():
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)

    def status(self) -> dict[str, Any]:
        """How far the run is, as JSON."""
        return {
            "state": self.state,
            "orders": {"placed": self.tally["orders"], "wanted": self.habits.orders},
            "people": dict(sorted(self.tally.items())),
        }

    async def _come_and_go(self) -> None:
        try:
            async with asyncio.TaskGroup() as people:
                if not self._closed:
                    self._arriving = people.create_task(self._arrive(people))
        finally:
            self.state = "done"

    async def _arrive(self, people: asyncio.TaskGroup) -> None:
        for number, at in enumerate(arrivals(self._clock.now(), self.habits, self._rng)):
            await self._clock.sleep_until(at)
            own, basket = (Random(f"{self._seed}/{it}/{number}") for it in ("visit", "basket"))
            people.create_task(self._visit(people, own, basket))
            self._shopkeeper.look_around()

    async def _visit(self, people: asyncio.TaskGroup, rng: Random, basket: Random) -> None:
        """One buyer who means to order, and the many before her who only looked."""
        self._count_lookers(rng)
        market, wanted = self._choose(rng)
        if wanted is None:
            self.tally["found_nothing"] += 1
            self._empty_visits += 1
            if self._empty_visits >= EMPTY_VISITS_MAX:
                self.tally["sold_out"] = 1
                self.close_shop()
            return
        self._empty_visits = 0
        rival = self._markets[MARKETS[market.name == "shopify"]]
        if rng.random() < self.habits.rivals_share:
            own = Random(rng.random())
            people.create_task(self._want_too(people, rival, market.units()[wanted.unit], own))
        second = self._choose_second(market, wanted, basket)
        if self.habits.cart_s:
            await self._clock.sleep(rng.expovariate(1 / self.habits.cart_s))
        self._order(people, market, wanted, rng, second=second)

    def _count_lookers(self, rng: Random) -> None:
        lookers = int(rng.expovariate(self.habits.conversion))
        self.tally["visits"] += lookers + 1
        self.tally["carts"] += round(lookers * self.habits.cart_share) + 1

    def _choose(self, rng: Random) -> tuple[Market, Offered | None]:
        """A marketplace by its share and something on it; the other one if the first is empty."""
        first: MarketName = "shopify" if rng.random() < self.habits.shopify_share else "etsy"
        for name in sorted(self._markets, key=lambda name: name != first):
            offered = self._markets[name].offered()
            if offered:
                return self._markets[name], rng.choice(offered)
        return self._markets[first], None

    def _choose_second(self, market: Market, wanted: Offered, rng: Random) -> Offered | None:
        """Now and then something else goes into the basket, which is no part of the first."""
        if rng.random() >= self.habits.basket_share:
            return None
        units = market.units()
        pieces = {piece for piece, _ in units[wanted.unit]}
        others = [
            offered
            for offered in market.offered()
            if pieces.isdisjoint(piece for piece, _ in units[offered.unit])
        ]
        return rng.choice(others) if others else None

    async def _want_too(
        self, people: asyncio.TaskGroup, rival: Market, parts: Parts, rng: Random
    ) -> None:
        """Somebody on the other marketplace orders the same piece, seconds apart."""
        units = rival.units()
        same = [offered for offered in rival.offered() if units[offered.unit] == parts]
        if same:
            self.tally["rivals"] += 1
            await self._clock.sleep(rng.uniform(0, self.habits.rivals_gap_s))
            self._order(people, rival, same[0], rng)

    def _order(
        self,
        people: asyncio.TaskGroup,
        market: Market,
        wanted: Offered,
        rng: Random,
        *,
        second: Offered | None = None,
    ) -> None:
        if self._closed:
            return
        several = wanted.quantity >= 3 and rng.random() < self.habits.several_share
        basket = {wanted.unit: rng.randint(2, 3) if several else 1}
        if second is not None and market.buyable(second.unit):  # else she takes the first alone
            basket[second.unit] = 1
        try:
            order = market.buy_together(basket)
        except NotForSale:
            self.tally["came_too_late"] += 1
            return
        self.tally["baskets"] += len(basket) > 1
        self.tally["orders"] += 1
        self.tally[f"orders_on_{market.name}"] += 1
        placed = Placed(market=market, order=order, rng=rng)
        if self.tally["orders"] == self.habits.orders:
            self.close_shop()
        people.create_task(
            meet_fate(placed, habits=self.habits, clock=self._clock, tally=self.tally)
        )
