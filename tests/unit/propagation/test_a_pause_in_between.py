"""A person pulls the switch while a write is being prepared, or its proof grows old: not sent."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pytest
from tests.support.pushers import due, lookout, on_etsy, on_shopify
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin
from peg.domain.identity import OfferId, ShopId, Sku
from peg.ledger import counter
from peg.propagation import pauses
from peg.propagation.evidence import GOOD_FOR, Proof
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget
from peg.shops import directory
from peg.shops.directory import Status

Stop = Callable[[TwoShops], Awaitable[None]]


class Interrupted(Prover):
    """Proves as ever; meanwhile somebody may stop the writes, or time goes by."""

    def __init__(
        self,
        shops: TwoShops,
        *,
        stop: Stop | None = None,
        waits_s: float = 0,
        sleeps_s: float = 0,
    ) -> None:
        super().__init__(
            shops.database, shops.clock, lookout(shops), shops.polls, many=PATIENCE.many
        )
        self._here = shops
        self._stop = stop
        self._waits_s = waits_s
        self._sleeps_s = sleeps_s

    async def prove(self, wanted: Sequence[OfferId]) -> Mapping[OfferId, Proof]:
        proved = await super().prove(wanted)
        if self._stop is not None:
            await self._stop(self._here)
        self._here.etsy.practice.clock.advance(self._waits_s)
        return proved

    async def sales_of(self, shop: ShopId) -> None:
        """The last thing before a listing is decided on: a lid is closed, and opened again."""
        self._here.etsy.practice.clock.advance(self._sleeps_s)
        self._sleeps_s = 0
        await super().sales_of(shop)


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def pause(shops: TwoShops) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a fair", now=now)


async def take_both_out(shops: TwoShops) -> None:
    """As `peg disconnect` notes it, before the engine has heard of it."""
    async with begin(shops.database) as session:
        for key in (SHOPIFY, shops.etsy.market.shop):
            await directory.mark(session, key, Status.DISCONNECTED, "", now=shops.clock.now())


async def receive(shops: TwoShops, sku: Sku, pieces: int) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.receive(session, sku, pieces, who="mira", now=now)
        await retarget(session, [sku], now=now)


def writes(shops: TwoShops) -> int:
    etsy = shops.etsy.count()
    return (
        shops.shopify.times("InventorySet")
        + etsy.get("updateListing", 0)
        + etsy.get("updateListingInventory", 0)
    )


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize(
    "stop", [pause, take_both_out, None], ids=["paused", "disconnected", "neither"]
)
async def test_a_raise_that_is_already_proved_is_not_sent_once_somebody_stops_it(
    shops: TwoShops, *, etsy: bool, stop: Stop | None
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    await receive(shops, CHAIN, 2)
    waiting = await due(shops, shop, CHAIN)
    before = writes(shops)

    proving = Interrupted(shops, stop=stop)
    pusher = (on_etsy if etsy else on_shopify)(shops, proving=proving)
    await pusher.raise_(waiting)

    assert waiting
    assert (writes(shops) == before) is (stop is not None)
    assert bool(await due(shops, shop, CHAIN)) is (stop is not None)


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize("stop", [pause, take_both_out], ids=["paused", "disconnected"])
async def test_nothing_is_lowered_once_somebody_has_stopped_it(
    shops: TwoShops, *, etsy: bool, stop: Stop
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    async with begin(shops.database) as session:
        await counter.sell(session, CHAIN, 2, who="mira", now=shops.clock.now())
        await retarget(session, [CHAIN], now=shops.clock.now())
    pusher = (on_etsy if etsy else on_shopify)(shops)
    (group,) = await pusher.groups(await due(shops, shop, CHAIN))
    before = writes(shops)

    await stop(shops)
    await pusher.lower(group)

    assert writes(shops) == before
    assert await due(shops, shop, CHAIN)


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize("late", [False, True], ids=["in time", "too late"])
async def test_a_raise_that_had_to_wait_for_too_long_is_proved_anew(
    shops: TwoShops, *, etsy: bool, late: bool
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    await receive(shops, CHAIN, 2)
    waiting = await due(shops, shop, CHAIN)
    before = writes(shops)

    proving = Interrupted(shops, waits_s=GOOD_FOR.total_seconds() + (30 if late else -30))
    await (on_etsy if etsy else on_shopify)(shops, proving=proving).raise_(waiting)

    assert (writes(shops) == before) is late
    assert bool(await due(shops, shop, CHAIN)) is late


@pytest.mark.parametrize("late", [False, True], ids=["awake", "asleep"])
async def test_a_raise_in_the_midst_of_which_the_machine_slept_is_proved_anew(
    shops: TwoShops, *, late: bool
) -> None:
    shop = shops.etsy.market.shop
    await receive(shops, CHAIN, 2)
    waiting = await due(shops, shop, CHAIN)
    before = writes(shops)

    proving = Interrupted(shops, sleeps_s=GOOD_FOR.total_seconds() + 30 if late else 0)
    await on_etsy(shops, proving=proving).raise_(waiting)

    assert (writes(shops) == before) is late
    assert bool(await due(shops, shop, CHAIN)) is late
