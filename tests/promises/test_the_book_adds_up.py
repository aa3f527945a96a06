"""After every step the entries add up to the levels, and the book equals a model of ten lines."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.support.bench import NOON, RING, OrderTold, etsy_ref, line, open_bench

from peg.domain.errors import InsufficientStock
from peg.domain.identity import LocationId
from peg.domain.messages import StockChanged
from peg.ledger import cases, counter, orders, queries, reservations
from peg.ledger.line_meaning import Component, Resolved

T = TypeVar("T")
PLACES = [LocationId("atelier"), LocationId("gallery")]
RINGS = {"1": Resolved(offer=None, components=(Component(sku=RING),))}


@dataclass(slots=True)
class Model:
    """The book in ten lines: pieces on the shelf, holds, and each order as it was told last."""

    on_hand: int = 0
    holds: dict[int, int] = field(default_factory=dict)
    orders: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def tell(self, order: int, minute: int, committed: int, gone: int) -> None:
        if minute >= self.orders.get(order, (minute,))[0]:
            self.orders[order] = (minute, committed, gone)

    @property
    def gone(self) -> int:
        return sum(gone for _, _, gone in self.orders.values())

    @property
    def available(self) -> int:
        committed = sum(committed for _, committed, _ in self.orders.values())
        return self.on_hand - self.gone - committed - sum(self.holds.values())


class BookMachine(RuleBasedStateMachine):
    """Any person or marketplace does anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.home = tempfile.TemporaryDirectory()
        self.bench = self.run(self.stack.enter_async_context(open_bench(Path(self.home.name))))
        self.model = Model()
        self.minute = 0
        self.left_before, self.told_before = 0, 0

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(pieces=st.integers(0, 3))
    def begin(self, pieces: int) -> None:
        self.run(self.bench.stock(RING, pieces, at=PLACES[0]))
        self.model.on_hand = pieces

    @rule(pieces=st.integers(1, 3), place=st.sampled_from(PLACES))
    def receive(self, pieces: int, place: LocationId) -> None:
        session = self.bench.session
        self.run(counter.receive(session, RING, pieces, who="anna", location=place, now=NOON))
        self.model.on_hand += pieces

    @rule(pieces=st.integers(1, 3))
    def sell_in_person(self, pieces: int) -> None:
        self.run(counter.sell(self.bench.session, RING, pieces, who="anna", now=NOON))
        self.model.on_hand -= pieces

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), pieces=st.integers(1, 3))
    def sell_what_was_held(self, data: st.DataObject, pieces: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.holds)))
        sale = counter.sell(self.bench.session, RING, pieces, hold=number, who="anna", now=NOON)
        self.run(sale)
        self.model.on_hand -= pieces
        self.model.holds[number] -= pieces
        if self.model.holds[number] <= 0:
            del self.model.holds[number]

    @rule(pieces=st.integers(1, 2))
    def hold(self, pieces: int) -> None:
        allowed = pieces <= self.model.available
        with suppress(InsufficientStock):
            hold = reservations.hold(
                self.bench.session, RING, pieces, until=None, why="memo", who="anna", now=NOON
            )
            self.model.holds[self.run(hold)] = pieces
            assert allowed
            return
        assert not allowed

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.holds)))
        self.run(reservations.release(self.bench.session, number, now=NOON))
        del self.model.holds[number]

    @rule(
        order=st.integers(1, 3),
        committed=st.integers(0, 2),
        shipped=st.integers(0, 2),
        written_off=st.integers(0, 1),
        restocked=st.integers(0, 2),
        late_by=st.integers(0, 3),
    )
    def tell_of_an_order(
        self,
        order: int,
        committed: int,
        shipped: int,
        written_off: int,
        restocked: int,
        late_by: int,
    ) -> None:
        """As it stood a while ago, which may be before what was told of it last."""
        self.minute += 1
        told = line(
            etsy_ref(), committed, shipped=shipped, written_off=written_off, restocked=restocked
        )
        snapshot = OrderTold(order=str(order)).told(self.minute - late_by, told)
        self.run(orders.apply(self.bench.session, snapshot, RINGS, places={}, now=NOON))
        self.model.tell(order, self.minute - late_by, committed, shipped + written_off)

    @invariant()
    def the_book_equals_the_model(self) -> None:
        if not self.minute and not self.model.on_hand and not self.model.orders:
            return
        position = self.run(queries.position(self.bench.session, RING))
        assert position.level.available == self.model.available
        assert position.level.on_hand == self.model.on_hand - self.model.gone
        assert position.level.reserved == sum(self.model.holds.values())
        assert position.oversold == max(0, -self.model.available)

    @invariant()
    def it_adds_up_and_every_oversold_piece_has_its_case(self) -> None:
        assert self.run(queries.wrong_sums(self.bench.session)) == []
        open_cases = self.run(cases.all_cases(self.bench.session))
        oversold = max(0, -self.model.available)
        assert [(case["sku"], case["oversold"]) for case in open_cases] == (
            [(RING, oversold)] if oversold else []
        )

    @invariant()
    def what_is_kept_at_a_place_is_what_the_holds_keep_there(self) -> None:
        kept: Counter[LocationId] = Counter()
        for hold in self.run(reservations.active(self.bench.session)):
            kept.update(hold.places)
        levels = self.run(queries.levels(self.bench.session, RING))
        reserved = {place: level.reserved for place, level in levels.items() if level.reserved}
        assert reserved == dict(kept)

    @invariant()
    def whatever_changes_what_is_left_is_told(self) -> None:
        left, told = self.model.available, len(self.run(self.bench.news(StockChanged.topic)))
        assert told > self.told_before or left == self.left_before
        self.left_before, self.told_before = left, told

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        self.home.cleanup()


TestTheBookAddsUp = BookMachine.TestCase
TestTheBookAddsUp.settings = settings(
    max_examples=25, stateful_step_count=16, deadline=None, derandomize=True
)
