"""Both practice marketplaces with their clock, faults, shelf, truth and people, without sockets."""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from marketsim.buyers import Crowd, Habits
from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.market import InPerson, Market
from marketsim.pieces import MARKETS, Catalogue, MarketName, PieceId
from marketsim.truth import Truth
from marketsim.webhooks import Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """One practice marketplace.

    Attributes:
        market: what buyers and the truth see.
        app: what an app sees: the API.
        courier: carries its webhooks.
        connection: the practice app's credentials and addresses, as JSON.
        close: stops what runs in the background.
        secrets: every secret that was ever handed out, those of the connection included.
    """

    market: Market
    app: ASGIApp
    courier: Courier
    connection: Mapping[str, Any]
    close: Callable[[], Awaitable[None]]
    secrets: Callable[[], AbstractSet[str]] = frozenset


class NoSuchMarket(Exception):
    """There are two marketplaces: shopify and etsy."""


class NoSuchPiece(Exception):
    """Nothing of that name ever lay on the shelf."""


class BuyersAreHere(Exception):
    """A run of buyers has not ended yet: stop it first."""


@dataclass(slots=True, kw_only=True)
class World:
    """Everything of one run. `crowd` is the newest run of buyers."""

    seed: int
    clock: MarketClock
    faults: Faults
    catalogue: Catalogue
    practices: Mapping[MarketName, Practice]
    truth: Truth
    crowd: Crowd | None = None
    runs: int = 0

    def market(self, name: str) -> Market:
        """The marketplace of that name.

        Raises:
            NoSuchMarket: there are only shopify and etsy.
        """
        return self.practice(name).market

    def practice(self, name: str) -> Practice:
        """The marketplace of that name with its API and courier."""
        for known in MARKETS:
            if known == name:
                return self.practices[known]
        raise NoSuchMarket(name)

    def in_person(self, piece: PieceId, delta: int) -> int:
        """Pieces go over the counter, or come from the bench; how many remain to be sold.

        Raises:
            NoSuchPiece: nobody knows of it.
        """
        if piece not in self.truth.remaining:
            raise NoSuchPiece(piece)
        done = InPerson(parts=((piece, 1),), delta=delta, at=self.clock.now())
        self.truth.hear(done)
        if self.crowd is not None:
            self.crowd.hear(done)
        return self.truth.remaining[piece]

    def send_buyers(self, habits: Habits) -> Crowd:
        """Open the shops to buyers.

        Raises:
            BuyersAreHere: an earlier run has not ended.
        """
        if self.crowd is not None and self.crowd.state != "done":
            raise BuyersAreHere
        self.runs += 1
        markets = [practice.market for practice in self.practices.values()]
        self.crowd = Crowd(
            markets, clock=self.clock, seed=self.seed + 1_000_003 * (self.runs - 1), habits=habits
        )
        self.crowd.start()
        return self.crowd

    async def close(self) -> None:
        """Send everybody home and stop all deliveries."""
        if self.crowd is not None:
            await self.crowd.abandon()
        for practice in self.practices.values():
            await practice.close()


def open_world(
    *,
    seed: int,
    clock: MarketClock,
    faults: Faults,
    catalogue: Catalogue,
    practices: Mapping[MarketName, Practice],
) -> World:
    """Open both shops with the catalogue's listings and let the truth watch."""
    truth = Truth(catalogue, now=clock.now)
    for practice in practices.values():
        practice.market.open(catalogue)
        truth.watch(practice.market)
    return World(
        seed=seed,
        clock=clock,
        faults=faults,
        catalogue=catalogue,
        practices=practices,
        truth=truth,
    )
