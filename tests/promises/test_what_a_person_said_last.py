"""Whatever comes in whatever order: the book ends at what a person said last, less what was sold.

Hand edits, orders, answers, counts and goods are drawn; a shadow keeps what lies on the shelf by
the words of its owner. Whoever edits a figure of a one-of-a-kind piece says only something when she
answers; a count says all. The ring is shown on Shopify and on Etsy, and each may be typed over.
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
    ETSY,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.domain.identity import ShopId
from peg.ledger import counter, queries, questions
from peg.onboarding import answers

T = TypeVar("T")
SHOPS = {SHOPIFY: shopify_ref(), ETSY: etsy_ref()}
shops = st.sampled_from(sorted(SHOPS))


class LastWord(RuleBasedStateMachine):
    """One ring on both shops, and an owner who changes her mind."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.home = TemporaryDirectory()
        self.opened = open_bench(Path(self.home.name))
        self.bench: Bench = self.run(self.opened.__aenter__())
        self.now = 0.0
        self.shown = dict.fromkeys(SHOPS, 1)
        self.there = 1
        self.sold = 0
        self.typed = dict.fromkeys(SHOPS, 0)
        self.run(self._begin())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.opened.__aexit__(None, None, None))
        self.loop.close()
        self.home.cleanup()

    @rule(shop=shops, more=st.integers(1, 3))
    def types_in_more(self, shop: ShopId, more: int) -> None:
        """Seen twice, and asked about; PEG puts the shop's figure back."""
        self.run(self._is_shown(shop, self.shown[shop] + more))
        self.typed[shop] += more

    @rule(pieces=st.integers(0, 4))
    def counts(self, pieces: int) -> None:
        """All that lies there, unshipped orders included."""
        self.there, self.typed = pieces, dict.fromkeys(SHOPS, 0)
        self.run(self._counts(pieces))

    @rule(pieces=st.integers(1, 2))
    def receives(self, pieces: int) -> None:
        """Of what was typed in before, on whichever shop, these are the first."""
        self.there += pieces
        self._are_known(pieces)
        self.run(self._receives(pieces))

    @rule(shop=shops)
    def is_sold(self, shop: ShopId) -> None:
        self.sold += 1
        self.shown[shop] -= 1
        self.run(self._is_sold(shop))

    @precondition(lambda self: any(self.typed.values()))
    @rule(data=st.data(), really=st.booleans())
    def answers(self, data: st.DataObject, *, really: bool) -> None:
        """What is still asked about is there, or not; on the other shop those may be the same."""
        shop = data.draw(st.sampled_from([shop for shop in SHOPS if self.typed[shop]]))
        pieces, self.typed[shop] = self.typed[shop], 0
        if really:
            self.there += pieces
            self._are_known(pieces)
        self.run(self._answers(shop, "yes" if really else "no"))

    @invariant()
    def the_book_says_what_she_said(self) -> None:
        level = self.run(self.bench.level())
        assert (level.on_hand, level.committed) == (self.there, self.sold)
        assert self.run(queries.wrong_sums(self.bench.session)) == []

    @invariant()
    def only_what_she_has_not_told_yet_is_asked(self) -> None:
        asked = self.run(questions.open_questions(self.bench.session))
        more = {one.evidence["channel"]: one.evidence["more"] for one in asked}
        typed = {shop.partition(":")[0]: pieces for shop, pieces in self.typed.items() if pieces}
        assert (more, len(asked)) == (typed, len(typed))

    def _are_known(self, pieces: int) -> None:
        self.typed = {shop: max(0, typed - pieces) for shop, typed in self.typed.items()}

    async def _begin(self) -> None:
        await self.bench.stock(RING, 1)
        for ref in SHOPS.values():
            await self.bench.offer(ref, RING)

    async def _is_shown(self, shop: ShopId, figure: int) -> None:
        """For more than a minute, with the orders of that time read: only then Etsy is believed."""
        for _ in range(2):
            self.now += 2
            await self.bench.read(SHOPS[shop], figure, at=self.now)
            await self.bench.orders_read(shop, at=self.now + 1.5)
        self.shown[shop] = figure

    async def _counts(self, pieces: int) -> None:
        await counter.count(self.bench.session, RING, pieces, who="anna", now=minute(self.now))

    async def _receives(self, pieces: int) -> None:
        await counter.receive(self.bench.session, RING, pieces, who="anna", now=minute(self.now))

    async def _is_sold(self, shop: ShopId) -> None:
        self.now += 1
        order = OrderTold(shop=shop, order=f"o{self.sold}", created=self.now)
        await self.bench.take_in(order.told(self.now, line(SHOPS[shop], 1)), at=self.now)

    async def _answers(self, shop: ShopId, option: str) -> None:
        asked = await questions.open_questions(self.bench.session)
        (one,) = [one for one in asked if one.evidence["channel"] == shop.partition(":")[0]]
        now = minute(self.now)
        await answers.answer(self.bench.session, one.id, option, who="anna", now=now)


TestLastWord = LastWord.TestCase
TestLastWord.settings = settings(
    max_examples=50, stateful_step_count=16, deadline=None, derandomize=True
)
