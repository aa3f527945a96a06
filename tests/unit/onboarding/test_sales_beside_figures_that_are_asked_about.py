"""How many rings can be sold is asked about, and meanwhile a sale of one is cancelled."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.ledger import questions
from peg.ledger.pieces_asked import ask_how_many
from peg.ledger.questions import Question
from peg.onboarding import answers


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """At the import Etsy showed one more ring than Shopify, which showed none."""
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 0)
        await bench.offer(shopify_ref(), RING, shows=0)
        said = {SHOPIFY: 0, ETSY: 1}
        await ask_how_many(bench.session, RING, "Ring", said, now=minute(0))
        yield bench


async def is_sold_and_cancelled(bench: Bench, *, placed: float, told: float) -> None:
    order = OrderTold(shop=SHOPIFY, created=placed)
    await bench.take_in(order.told(told, line(shopify_ref(), 1)), at=told)
    await bench.take_in(order.told(5, line(shopify_ref(), restocked=1)), at=5)


async def is_answered(bench: Bench, option: str) -> Question:
    (asked,) = await questions.open_questions(bench.session)
    await answers.answer(bench.session, asked.id, option, who="anna", now=minute(9))
    return asked


async def test_a_ring_sold_before_is_on_top_of_what_either_shop_showed(bench: Bench) -> None:
    """Shopify showed none since it had sold it: one is there, unless Etsy was right about more."""
    await is_sold_and_cancelled(bench, placed=-1_440, told=-5)

    asked = await is_answered(bench, "1")

    assert asked.options == ["1", "2"]
    assert "1 more came in since" in asked.sentence
    assert await bench.available() == 1


async def test_a_ring_sold_meanwhile_and_cancelled_changes_nothing(bench: Bench) -> None:
    await is_sold_and_cancelled(bench, placed=2, told=2)

    asked = await is_answered(bench, "1")

    assert asked.options == ["0", "1"]
    assert await bench.available() == 1
