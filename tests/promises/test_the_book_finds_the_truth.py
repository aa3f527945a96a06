"""Whatever buyers, people and lost messages do on two shops: when the noise ends, the book is true.

A model of two marketplaces sells, cancels, restocks or not, and is edited by hand. PEG hears of it
late, twice, in any order, or only by looking. In the end every order has arrived and every offer
was read: then what the book says is available is what really is.
"""

import asyncio
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.support.bench import (
    ETSY,
    PATIENCE,
    RING,
    SHOPIFY,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.catalog import mirror, offers
from peg.domain.identity import LocationId, OfferRef, ShopId
from peg.domain.offer import ANYWHERE
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.intake.polling import begin_from
from peg.ledger import cases, overdue, queries

T = TypeVar("T")
SHELF = 6
FATES = ["shipped", "lost", "cancelled", "shown_again"]
LAG_MIN = PATIENCE.order_lag_s / 60


@dataclass(slots=True)
class Side:
    """One marketplace's offer: what it shows, and every snapshot of its orders, newest last."""

    shop: ShopId
    ref: OfferRef
    place: str
    shows: int = SHELF
    orders: dict[str, list[OrderSnapshot]] = field(default_factory=dict)

    @property
    def lines(self) -> list[LineSnapshot]:
        return [history[-1].lines[0] for history in self.orders.values()]


class TwoShops(RuleBasedStateMachine):
    """The practice marketplaces, and PEG beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.home = tempfile.TemporaryDirectory()
        self.bench = self.run(self.stack.enter_async_context(open_bench(Path(self.home.name))))
        self.sides = [Side(ETSY, etsy_ref(), ANYWHERE), Side(SHOPIFY, shopify_ref(), "71")]
        self.lost = 0
        self.now = 0.0
        self.orders = 0

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def open_shops(self) -> None:
        place: LocationId = self.run(self.bench.place("71", "Atelier"))
        self.run(self.bench.stock(RING, SHELF, at=place))
        for side in self.sides:
            self.run(self.bench.offer(side.ref, RING, shows={side.place: SHELF}))

    def truly_available(self) -> int:
        taken = sum(line.taken for side in self.sides for line in side.lines)
        return SHELF - self.lost - taken

    def tell(self, side: Side, order: str, told: LineSnapshot) -> None:
        self.now += 0.01
        story = OrderTold(order=order, shop=side.shop, created=self.now)
        snapshot = story.told(self.now, told)
        if history := side.orders.get(order):
            snapshot = replace(snapshot, created_at=history[0].created_at)
        side.orders.setdefault(order, []).append(snapshot)

    @rule(which=st.integers(0, 1), units=st.integers(1, 2))
    def somebody_buys(self, which: int, units: int) -> None:
        side = self.sides[which]
        if side.shows < units:
            return
        side.shows -= units
        self.orders += 1
        place = side.place or None
        self.tell(side, str(self.orders), line(side.ref, units, at=place))

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 1), data=st.data(), fate=st.sampled_from(FATES))
    def an_order_goes_on(self, which: int, data: st.DataObject, fate: str) -> None:
        """Shopify shows again what it says it restocked; Etsy does so now and then."""
        side = self.sides[which]
        waiting = [key for key, history in side.orders.items() if history[-1].lines[0].committed]
        if not waiting:
            return
        key = data.draw(st.sampled_from(sorted(waiting)))
        before = side.orders[key][-1].lines[0]
        if fate == "shown_again" or (fate == "cancelled" and side.shop == SHOPIFY):
            side.shows += before.committed
        shipped = before.committed if fate == "shipped" else 0
        lost = before.committed if fate == "lost" else 0
        told = line(
            side.ref,
            at=side.place or None,
            shipped=shipped,
            written_off=lost,
            restocked=before.committed - shipped - lost,
        )
        self.tell(side, key, told)

    @rule()
    def somebody_takes_a_piece_and_types_it_into_shopify(self) -> None:
        """Not into Etsy: there it looks just like a cancelled piece that is not shown again."""
        side = self.sides[1]
        if side.shows and self.truly_available() > 0:
            side.shows -= 1
            self.lost += 1

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 1), data=st.data())
    def a_message_arrives(self, which: int, data: st.DataObject) -> None:
        told = [one for history in self.sides[which].orders.values() for one in history]
        if told:
            one = data.draw(st.sampled_from(told))
            self.run(self.bench.take_in(one, at=self.now))

    @rule(which=st.integers(0, 1))
    def a_shops_orders_are_polled(self, which: int) -> None:
        self.run(self.poll(self.sides[which]))

    @rule(which=st.integers(0, 1))
    def an_offer_is_read(self, which: int) -> None:
        side = self.sides[which]
        self.run(self.bench.read(side.ref, {side.place: side.shows}, at=self.now))

    @rule(minutes=st.sampled_from([1, 5, 40]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes
        self.run(overdue.close_due(self.bench.session, now=minute(self.now)))

    @rule(which=st.integers(0, 1))
    def peg_writes_what_it_believes(self, which: int) -> None:
        """Compare and set: only if the marketplace shows what PEG expects."""
        self.run(self.write(self.sides[which]))

    async def poll(self, side: Side) -> None:
        for history in side.orders.values():
            await self.bench.take_in(history[-1], at=self.now)
        await begin_from(self.bench.session, side.shop, "a cursor", now=minute(self.now))

    async def write(self, side: Side) -> None:
        session = self.bench.session
        offer = (await offers.by_refs(session, [side.ref]))[side.ref]
        row = await self.bench.expects(side.ref, side.place)
        wanted = max(0, await self.bench.available())
        if row.quantity == side.shows and not row.may_rise:
            delta = wanted - row.quantity
            side.shows = wanted
            await mirror.note_compared_and_set(
                session, offer.id, side.place, delta=delta, now=minute(self.now)
            )

    async def settle(self) -> None:
        """Every order arrives, every offer is read until nothing is in doubt, and time passes."""
        for side in self.sides:
            await self.poll(side)
        for pause in (1, 5, LAG_MIN, 1):
            for side in self.sides:
                await self.bench.read(side.ref, {side.place: side.shows}, at=self.now)
            self.now += pause
            await overdue.close_due(self.bench.session, now=minute(self.now))
        for side in self.sides:
            await self.write(side)

    def teardown(self) -> None:
        try:
            self.run(self.settle())
            available = self.run(self.bench.available())
            assert self.run(queries.wrong_sums(self.bench.session)) == []
            assert available == self.truly_available()
            assert {side.shows for side in self.sides} == {max(0, available)}
            open_cases = self.run(cases.all_cases(self.bench.session))
            assert len(open_cases) == (1 if available < 0 else 0)
        finally:
            self.run(self.stack.aclose())
            self.loop.close()
            self.home.cleanup()


TestTheBookFindsTheTruth = TwoShops.TestCase
TestTheBookFindsTheTruth.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, derandomize=True
)
