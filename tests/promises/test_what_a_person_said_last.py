"""Whatever comes in whatever order: the book ends at what a person said last, less what was sold.

Hand edits, orders, answers, counts and goods are drawn; a shadow keeps what lies on the shelf by
the words of its owner. Whoever edits a figure of a one-of-a-kind piece says only something when she
answers; a count says all.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.support.bench import (
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.ledger import counter, queries, questions
from peg.onboarding import answers

T = TypeVar("T")


class LastWord(RuleBasedStateMachine):
    """One ring on Shopify, and an owner who changes her mind."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.home = TemporaryDirectory()
        self.opened = open_bench(Path(self.home.name))
        self.bench: Bench = self.run(self.opened.__aenter__())
        self.now = 0.0
        self.shown = 1
        self.there = 1
        self.sold = 0
        self.typed = 0
        self.run(self._begin())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.opened.__aexit__(None, None, None))
        self.loop.close()
        self.home.cleanup()

    @rule(more=st.integers(1, 3))
    def types_in_more(self, more: int) -> None:
        """Seen twice, and asked about; PEG puts the shop's figure back."""
        self.run(self._is_shown(self.shown + more))
        self.typed += more

    @rule(pieces=st.integers(0, 4))
    def counts(self, pieces: int) -> None:
        """All that lies there, unshipped orders included."""
        self.there, self.typed = pieces, 0
        self.run(self._counts(pieces))

    @rule(pieces=st.integers(1, 2))
    def receives(self, pieces: int) -> None:
        """Of what was typed in before, these are the first."""
        self.there += pieces
        self.typed = max(0, self.typed - pieces)
        self.run(self._receives(pieces))

    @rule()
    def is_sold(self) -> None:
        self.sold += 1
        self.shown -= 1
        self.run(self._is_sold())

    @precondition(lambda self: self.typed)
    @rule(really=st.booleans())
    def answers(self, *, really: bool) -> None:
        """What is still asked about is there, or is not."""
        self.there += self.typed if really else 0
        self.typed = 0
        self.run(self._answers("yes" if really else "no"))

    @invariant()
    def the_book_says_what_she_said(self) -> None:
        level = self.run(self.bench.level())
        assert (level.on_hand, level.committed) == (self.there, self.sold)
        assert self.run(queries.wrong_sums(self.bench.session)) == []

    @invariant()
    def only_what_she_has_not_told_yet_is_asked(self) -> None:
        asked = self.run(questions.open_questions(self.bench.session))
        assert [one.evidence["more"] for one in asked] == ([self.typed] if self.typed else [])

    async def _begin(self) -> None:
        await self.bench.stock(RING, 1)
        await self.bench.offer(shopify_ref(), RING)

    async def _is_shown(self, figure: int) -> None:
        for _ in range(2):
            self.now += 1
            await self.bench.read(shopify_ref(), figure, at=self.now)
            await self.bench.orders_read(SHOPIFY, at=self.now + 0.5)
        self.shown = figure

    async def _counts(self, pieces: int) -> None:
        await counter.count(self.bench.session, RING, pieces, who="anna", now=minute(self.now))

    async def _receives(self, pieces: int) -> None:
        await counter.receive(self.bench.session, RING, pieces, who="anna", now=minute(self.now))

    async def _is_sold(self) -> None:
        self.now += 1
        order = OrderTold(shop=SHOPIFY, order=f"o{self.sold}", created=self.now)
        await self.bench.take_in(order.told(self.now, line(shopify_ref(), 1)), at=self.now)

    async def _answers(self, option: str) -> None:
        (one,) = await questions.open_questions(self.bench.session)
        now = minute(self.now)
        await answers.answer(self.bench.session, one.id, option, who="anna", now=now)


TestLastWord = LastWord.TestCase
TestLastWord.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, derandomize=True
)
