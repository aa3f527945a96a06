"""A line that may be one piece or another: what is asked, and what may be answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.catalog.sets import IsASet
from peg.domain.identity import Sku
from peg.domain.order import LineSnapshot
from peg.intake.which_piece import held_for
from peg.ledger import order_rows, queries, questions
from peg.ledger.questions import BadAnswer, Question
from peg.onboarding import answers

SIX, SEVEN, EIGHT = "Ring size=6", "Ring size=7", "Ring size=8"
STUD, SET = Sku("STUD-3"), Sku("SET-4")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        for sku in (RING, NECKLACE, STUD):
            await bench.stock(sku, 3)
        yield bench


@pytest.fixture
def order() -> OrderTold:
    return OrderTold(shop=SHOPIFY)


def copied(committed: int = 0, *, shipped: int = 0, restocked: int = 0) -> LineSnapshot:
    """A line of the necklace's listing, which somebody copied from the ring's with its SKU."""
    ref = shopify_ref("12", "121")
    return line(ref, committed, shipped=shipped, restocked=restocked, sku=RING)


async def typed_twice(bench: Bench) -> int:
    """The ring's listing and the copied one; the number of the copy."""
    await bench.offer(shopify_ref("11", "111"), sku=RING)
    return (await bench.offer(shopify_ref("12", "121"), sku=RING)).id


async def asked(bench: Bench) -> Question:
    (one,) = await questions.open_questions(bench.session)
    return one


async def answer(bench: Bench, option: str) -> Question:
    return await answers.answer(
        bench.session, (await asked(bench)).id, option, who="anna", now=NOON
    )


async def test_the_piece_that_was_really_sold_may_be_another_than_the_one_typed(
    bench: Bench, order: OrderTold
) -> None:
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    done = await answer(bench, NECKLACE.lower())

    assert (done.answer, held_for(done)) == (NECKLACE, [NECKLACE, RING])
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (3, 2)
    assert await order_rows.unresolved(bench.session) == []
    assert await queries.wrong_sums(bench.session) == []


async def test_an_answer_that_is_no_piece_is_refused_with_what_may_be_said(
    bench: Bench, order: OrderTold
) -> None:
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    with pytest.raises(BadAnswer, match="any other SKU that `peg stock` lists"):
        await answer(bench, "RING-9")

    assert await bench.available(RING) == 2


async def test_a_set_is_no_piece_that_can_be_taken(bench: Bench, order: OrderTold) -> None:
    await bench.stock(SET, 0)
    await bench.offer(etsy_ref("23"), NECKLACE, STUD, sku=SET)
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    with pytest.raises(IsASet):
        await answer(bench, SET)


async def test_the_question_names_what_maps_the_listing_for_good(
    bench: Bench, order: OrderTold
) -> None:
    copy = await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    assert f"`peg match compose {copy} SKU`" in (await asked(bench)).sentence


async def test_of_an_unknown_variant_the_question_names_the_import(bench: Bench) -> None:
    await bench.offer(etsy_ref("22", SIX), RING)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22", EIGHT), 1)))

    assert "`peg import` reads its listing anew" in (await asked(bench)).sentence


async def test_nothing_is_asked_of_a_line_that_was_cancelled_before_it_was_seen(
    bench: Bench, order: OrderTold
) -> None:
    await typed_twice(bench)

    await bench.take_in(order.told(1, copied(restocked=1)))

    assert await questions.open_questions(bench.session) == []
    assert await order_rows.unresolved(bench.session) == []


async def test_the_question_falls_away_with_the_order_and_does_not_come_back(
    bench: Bench, order: OrderTold
) -> None:
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    await bench.take_in(order.told(2, copied(restocked=1)))

    assert await questions.open_questions(bench.session) == []
    assert await order_rows.unresolved(bench.session) == []
    assert await bench.available(RING) == 3


async def test_whoever_said_all_is_not_asked_again_when_the_order_is_cancelled(
    bench: Bench, order: OrderTold
) -> None:
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))
    done = await answer(bench, "all")

    await bench.take_in(order.told(2, copied(restocked=1)))

    assert held_for(done) == [RING]
    assert await questions.open_questions(bench.session) == []


async def test_a_shipped_line_is_asked_about_still(bench: Bench, order: OrderTold) -> None:
    await typed_twice(bench)
    await bench.take_in(order.told(1, copied(1)))

    await bench.take_in(order.told(2, copied(shipped=1)))

    assert len(await order_rows.unresolved(bench.session)) == 1
    assert "holds RING-1" in (await asked(bench)).sentence


async def test_a_piece_that_came_back_to_a_doubtful_shelf_is_asked_about_still(
    bench: Bench,
) -> None:
    """It was sold before the first figures, so that it lies there now on top of them."""
    await bench.offer(etsy_ref("22", SIX), RING, read_minute=60)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE, read_minute=60)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref("22", EIGHT), 1)))
    await bench.take_in(order.told(2, line(etsy_ref("22", EIGHT), restocked=1)))
    both = (await bench.available(RING), await bench.available(NECKLACE))

    assert f"PEG counts as come back {NECKLACE}, {RING}" in (await asked(bench)).sentence
    await answer(bench, RING)

    assert both == (4, 4)
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (4, 3)
