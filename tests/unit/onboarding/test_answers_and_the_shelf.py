"""What a person says at the counter and what she answers are told of the same pieces: once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
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

from peg.domain.identity import LocationId, Sku
from peg.domain.stock import Cause
from peg.intake.edits import Edits
from peg.ledger import counter, queries, questions
from peg.ledger.pieces_asked import DISAGREES, ask_how_many
from peg.ledger.questions import BadAnswer, NoSuchQuestion, Question
from peg.onboarding import answers

ETSYS, SHOPIFYS = etsy_ref().shop, SHOPIFY
ATELIER, GALLERY = LocationId("atelier"), LocationId("gallery")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def the_question(bench: Bench) -> Question:
    (one,) = await questions.open_questions(bench.session)
    return one


async def none_is_open(bench: Bench) -> bool:
    return not await questions.open_questions(bench.session)


async def answer(bench: Bench, option: str, question: Question | None = None) -> None:
    number = (question or await the_question(bench)).id
    await answers.answer(bench.session, number, option, who="anna", now=minute(9))


async def count(bench: Bench, pieces: int, sku: Sku = RING) -> None:
    await counter.count(bench.session, sku, pieces, who="anna", now=minute(5))


async def receive(bench: Bench, pieces: int, sku: Sku = RING) -> None:
    await counter.receive(bench.session, sku, pieces, who="anna", now=minute(5))


async def typed_in(bench: Bench, shows: int, *, at: float = 1) -> None:
    """Shopify shows so many of a ring, is read twice, and orders are read in between."""
    await bench.read(shopify_ref(), shows, at=at)
    await bench.orders_read(SHOPIFY, at=at + 0.5)
    assert await bench.read(shopify_ref(), shows, at=at + 1) == "extra"


async def another_ring(bench: Bench) -> None:
    """One ring, and Shopify shows two: is there really another one?"""
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING)
    await typed_in(bench, 2)


async def one_or_two(bench: Bench, *, low: int = 1, high: int = 2) -> None:
    """At the import Shopify showed fewer than Etsy: how many can be sold?"""
    await bench.stock(RING, low)
    await bench.offer(shopify_ref(), RING, shows=low)
    said = {SHOPIFYS: low, ETSYS: high}
    await ask_how_many(bench.session, RING, "Ring", said, now=minute(0))


async def test_a_count_answers_whether_there_is_another_one(bench: Bench) -> None:
    await another_ring(bench)
    asked = await the_question(bench)

    await count(bench, 2)

    assert await none_is_open(bench)
    assert await bench.available() == 2
    with pytest.raises(NoSuchQuestion, match="told of since"):
        await answer(bench, "yes", asked)
    assert await bench.available() == 2


async def test_a_count_after_the_answer_is_the_last_word(bench: Bench) -> None:
    await another_ring(bench)
    await answer(bench, "yes")

    await count(bench, 1)

    assert await bench.available() == 1


async def test_who_received_the_other_one_is_not_asked_about_it_any_more(bench: Bench) -> None:
    await another_ring(bench)

    await receive(bench, 1)

    assert await none_is_open(bench)
    assert await bench.available() == 2


async def test_of_several_more_only_those_are_asked_about_that_were_not_received(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING)
    await typed_in(bench, 4)

    await receive(bench, 1)

    assert "2 more than PEG knows of" in (await the_question(bench)).sentence
    await answer(bench, "yes")
    assert await bench.available() == 4


async def test_what_is_received_after_the_answer_comes_on_top(bench: Bench) -> None:
    await another_ring(bench)
    await answer(bench, "yes")

    await receive(bench, 1)

    assert await bench.available() == 3


async def test_a_count_settles_what_the_shops_disagreed_about(bench: Bench) -> None:
    await one_or_two(bench)
    asked = await the_question(bench)

    await count(bench, 2)

    with pytest.raises(NoSuchQuestion):
        await answer(bench, "2", asked)
    assert await bench.available() == 2


async def test_a_count_that_finds_the_book_right_settles_it_too(bench: Bench) -> None:
    await one_or_two(bench)

    await count(bench, 1)

    assert await none_is_open(bench)
    assert await bench.available() == 1


async def test_a_count_of_one_place_of_two_settles_nothing(bench: Bench) -> None:
    await bench.stock(RING, 1, at=GALLERY)
    await one_or_two(bench)

    await counter.count(bench.session, RING, 1, who="anna", location=GALLERY, now=minute(5))

    assert (await the_question(bench)).kind == DISAGREES


@pytest.mark.parametrize(("answered", "ends_at"), [("2", 2), ("3", 3)])
async def test_what_came_in_since_is_in_the_figures_that_are_asked_about(
    bench: Bench, answered: str, ends_at: int
) -> None:
    await one_or_two(bench)

    await receive(bench, 1)

    asked = await the_question(bench)
    assert "1 more came in since" in asked.sentence
    assert list(asked.options) == ["2", "3"]
    await answer(bench, answered)
    assert await bench.available() == ends_at


async def test_what_was_sold_since_comes_off_the_answer(bench: Bench) -> None:
    """Whoever answers 2 speaks of the figures that were asked about; a sale is a fact."""
    await one_or_two(bench)
    sale = OrderTold(shop=SHOPIFY, created=1).told(1, line(shopify_ref(), 1))

    await bench.take_in(sale, at=1)
    await answer(bench, "2")

    assert await bench.available() == 1


async def test_a_sale_after_the_answer_comes_off_as_well(bench: Bench) -> None:
    await one_or_two(bench)
    sale = OrderTold(shop=SHOPIFY, created=10).told(10, line(shopify_ref(), 1))

    await answer(bench, "2")
    await bench.take_in(sale, at=10)

    assert await bench.available() == 1


async def test_a_second_change_by_hand_is_added_to_what_is_asked(bench: Bench) -> None:
    await another_ring(bench)
    asked = await the_question(bench)

    await typed_in(bench, 4, at=3)

    again = await the_question(bench)
    assert (again.id, again.evidence["more"]) == (asked.id, 3)
    assert "shows 4 on shopify, 3 more than PEG knows of in all" in again.sentence
    await answer(bench, "yes")
    assert await bench.available() == 4


async def test_a_change_by_hand_after_the_answer_is_asked_about_by_itself(bench: Bench) -> None:
    await another_ring(bench)
    await answer(bench, "yes")

    await typed_in(bench, 3, at=10)
    await answer(bench, "no")

    assert await bench.available() == 2


async def test_the_same_piece_typed_into_both_shops_is_asked_about_once(bench: Bench) -> None:
    await another_ring(bench)
    await bench.offer(etsy_ref(), RING)
    for at in (2, 30):
        await bench.read(etsy_ref(), 2, at=at)
        await bench.orders_read(etsy_ref().shop, at=at + 5)
    first, _ = await questions.open_questions(bench.session)

    await answer(bench, "yes", first)

    assert await none_is_open(bench)
    assert await bench.available() == 2


async def test_a_figure_that_was_mended_on_a_shop_is_no_second_piece(bench: Bench) -> None:
    await one_or_two(bench, low=3, high=4)
    edits = Edits(
        session=bench.session,
        offer=await bench.offer(shopify_ref(), RING, shows=3),
        now=minute(2),
    )

    await edits.believe_more("", 1)

    assert list((await the_question(bench)).options) == ["4", "5"]
    await answer(bench, "4")
    assert await bench.available() == 4


async def test_a_count_of_one_piece_leaves_the_other_of_a_set_to_be_asked_about(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 1)
    await bench.offer(shopify_ref(), RING, NECKLACE)
    await typed_in(bench, 2)

    await count(bench, 2)

    assert (await the_question(bench)).evidence["parts"] == {NECKLACE: 1}
    await answer(bench, "yes")
    assert (await bench.available(), await bench.available(NECKLACE)) == (2, 2)


async def test_no_is_no_reason_to_change_the_book(bench: Bench) -> None:
    await another_ring(bench)
    before = len(await queries.history(bench.session, RING))

    await answer(bench, "no")

    assert len(await queries.history(bench.session, RING)) == before
    assert await bench.available() == 1


async def test_a_third_figure_is_a_matter_of_counting(bench: Bench) -> None:
    await one_or_two(bench, low=28, high=30)

    with pytest.raises(BadAnswer, match=r"28, 30, not '29': if .* `peg count` the shelf"):
        await answer(bench, "29")


async def test_what_was_answered_is_told_in_the_history(bench: Bench) -> None:
    await another_ring(bench)

    await answer(bench, "yes")

    entry, *_ = await queries.history(bench.session, RING)
    assert (entry["cause"], entry["source"]) == (Cause.CORRECTED, "anna")
