"""A count is a person's word: no piece is booked off later because a shop missed it before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
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

from peg.domain.identity import LocationId
from peg.ledger import counter, overdue, queries, questions
from peg.ledger.questions import Question
from peg.onboarding import answers

DUE, LATER = 40, 50
"""Minutes: when no order can be expected any more, and afterwards."""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place("71", "Atelier")
        yield bench


async def one_is_missed(bench: Bench, *, of: int = 1) -> None:
    """A person types one fewer into Shopify at noon."""
    await bench.stock(RING, of, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": of})
    assert await bench.read(shopify_ref(), {"71": of - 1}) == "missing"


async def count(bench: Bench, pieces: int, *, at: float = 5) -> int:
    return await counter.count(bench.session, RING, pieces, who="anna", now=minute(at))


async def figures(bench: Bench) -> tuple[int, int, int]:
    """On hand, suspended and available; and the book adds up."""
    assert await queries.wrong_sums(bench.session) == []
    level = await bench.level()
    return level.on_hand, level.suspended, level.available


async def asked(bench: Bench) -> list[Question]:
    return list(await questions.open_questions(bench.session))


async def answer(bench: Bench, option: str) -> None:
    (one,) = await asked(bench)
    await answers.answer(bench.session, one.id, option, who="anna", now=minute(LATER))


async def counted_and_due(bench: Bench) -> None:
    """One is missed, the shelf is counted whole, and no order has come in time."""
    await one_is_missed(bench)
    await count(bench, 1)
    await overdue.close_due(bench.session, now=minute(DUE))


async def test_a_count_that_finds_the_book_right_is_kept(bench: Bench) -> None:
    await bench.stock(RING, 3)

    await count(bench, 3)

    entry, *_ = await queries.history(bench.session, RING)
    assert (entry["cause"], entry["on_hand"], entry["reference"]) == ("counted", 0, "anna")


async def test_what_was_counted_is_not_taken_for_gone_but_asked_about(bench: Bench) -> None:
    await counted_and_due(bench)

    (question,) = await asked(bench)
    assert "misses 1 of RING-1" in question.sentence
    assert await figures(bench) == (1, 1, 0)


async def test_it_is_asked_once(bench: Bench) -> None:
    await counted_and_due(bench)

    await overdue.close_due(bench.session, now=minute(LATER))

    assert len(await asked(bench)) == 1
    assert await figures(bench) == (1, 1, 0)


@pytest.mark.parametrize(("told", "ends_at"), [("there", (1, 0, 1)), ("gone", (0, 0, 0))])
async def test_the_person_says_whether_it_is_there(
    bench: Bench, told: str, ends_at: tuple[int, int, int]
) -> None:
    await counted_and_due(bench)

    await answer(bench, told)

    assert await asked(bench) == []
    assert await figures(bench) == ends_at


async def test_a_count_before_it_was_missed_says_nothing_about_it(bench: Bench) -> None:
    await bench.stock(RING, 1, at=LocationId("atelier"))
    await count(bench, 1, at=-5)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await bench.read(shopify_ref(), {"71": 0})

    await overdue.close_due(bench.session, now=minute(DUE))

    assert await asked(bench) == []
    assert await figures(bench) == (0, 0, 0)


async def test_a_count_at_another_place_says_nothing_about_it(bench: Bench) -> None:
    await bench.stock(RING, 1, at=LocationId("gallery"))
    await one_is_missed(bench)
    gallery = LocationId("gallery")
    await counter.count(bench.session, RING, 1, who="anna", location=gallery, now=minute(5))

    await overdue.close_due(bench.session, now=minute(DUE))

    assert await asked(bench) == []
    assert (await figures(bench))[0] == 1


async def test_what_a_count_explained_only_in_part_is_asked_about(bench: Bench) -> None:
    await bench.stock(RING, 3, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": 3})
    await bench.read(shopify_ref(), {"71": 1})
    await count(bench, 2)

    await overdue.close_due(bench.session, now=minute(DUE))

    assert len(await asked(bench)) == 1
    assert await figures(bench) == (2, 1, 1)


async def test_its_order_that_comes_at_last_ends_the_question(bench: Bench) -> None:
    await counted_and_due(bench)
    order = OrderTold(shop=SHOPIFY, created=-1).told(LATER, line(shopify_ref(), 1, at="71"))

    await bench.take_in(order, at=LATER)

    assert await asked(bench) == []
    assert await figures(bench) == (1, 0, 0)  # sold, and not shipped yet


async def test_that_the_shop_shows_it_again_ends_the_question(bench: Bench) -> None:
    await counted_and_due(bench)

    await bench.read(shopify_ref(), {"71": 1}, at=LATER)

    assert await asked(bench) == []
    assert await figures(bench) == (1, 0, 1)


async def test_a_count_that_finds_it_gone_ends_the_question(bench: Bench) -> None:
    await counted_and_due(bench)

    await count(bench, 0, at=LATER)

    assert await asked(bench) == []
    assert await figures(bench) == (0, 0, 0)


async def test_an_order_that_comes_after_the_answer_is_no_second_surprise(bench: Bench) -> None:
    await counted_and_due(bench)
    await answer(bench, "there")
    order = OrderTold(shop=SHOPIFY, created=-1).told(LATER, line(shopify_ref(), 1, at="71"))

    await bench.take_in(order, at=LATER)

    assert await figures(bench) == (1, 0, 0)
    assert (await bench.expects(shopify_ref(), "71")).quantity == 0


async def test_who_takes_back_what_she_typed_in_has_taken_no_piece(bench: Bench) -> None:
    """Two were typed in of the only ring, and then one again, before PEG had written anything."""
    await bench.stock(RING, 1, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    for at in (1, 2):
        await bench.read(shopify_ref(), {"71": 2}, at=at)
        await bench.orders_read(SHOPIFY, at=at + 0.5)
    assert len(await asked(bench)) == 1
    await bench.read(shopify_ref(), {"71": 1}, at=3)

    await overdue.close_due(bench.session, now=minute(DUE))

    assert await asked(bench) == []
    assert await figures(bench) == (1, 0, 1)
