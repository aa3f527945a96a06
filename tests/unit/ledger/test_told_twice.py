"""She types pieces into a shop and then receives the same in PEG: they stand in the book once."""

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
from tests.support.typed_in import (
    GALLERY,
    WINDOW,
    edits_of,
    five_chains,
    no_order_comes,
    on_hand,
    receives,
    the_question,
    types,
)

from peg.domain.identity import MAIN
from peg.domain.stock import Cause
from peg.ledger import queries, questions
from peg.ledger.pieces_asked import ask_how_many
from peg.onboarding import answers


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await five_chains(bench)
        yield bench


async def answers_it(bench: Bench, option: str) -> None:
    number = (await the_question(bench)).id
    await answers.answer(bench.session, number, option, who="anna", now=minute(9))


async def test_what_was_typed_and_then_received_counts_once_and_is_asked_about(
    bench: Bench,
) -> None:
    await types(bench, 2)

    await receives(bench, 2)

    assert await on_hand(bench) == 7
    sentence = (await the_question(bench)).sentence
    assert "2 typed in on shopify" in sentence
    assert "and 2 received" in sentence


async def test_others_after_all_come_on_top(bench: Bench) -> None:
    await types(bench, 2)
    await receives(bench, 2)

    await answers_it(bench, "yes")

    assert await on_hand(bench) == 9


async def test_the_same_stay_as_they_are(bench: Bench) -> None:
    await types(bench, 2)
    await receives(bench, 2)

    await answers_it(bench, "no")

    assert await on_hand(bench) == 7


@pytest.mark.parametrize(("typed", "received", "lie"), [(1, 3, 8), (3, 1, 8)])
async def test_only_as_many_as_both_name_are_the_same(
    bench: Bench, typed: int, received: int, lie: int
) -> None:
    await types(bench, typed)

    await receives(bench, received)

    assert await on_hand(bench) == lie
    assert (await the_question(bench)).evidence["parts"] == {NECKLACE: 1}


async def test_what_was_typed_long_before_is_something_else(bench: Bench) -> None:
    await types(bench, 2)

    await receives(bench, 2, at=WINDOW + 0.1)

    assert await on_hand(bench) == 9
    assert await questions.open_questions(bench.session) == []


async def test_the_history_names_the_entry_that_is_undone(bench: Bench) -> None:
    await types(bench, 2)
    typed, *_ = await queries.history(bench.session, NECKLACE)

    await receives(bench, 2)

    undone, received, *_ = await queries.history(bench.session, NECKLACE)
    assert (received["cause"], received["on_hand"]) == (Cause.RECEIVED, 2)
    assert (undone["cause"], undone["on_hand"]) == (Cause.CORRECTED, -2)
    assert (undone["source"], undone["reference"]) == (typed["source"], typed["reference"])
    assert f"entry {typed['id']}" in undone["note"]


async def test_received_in_two_goes_each_is_counted_once(bench: Bench) -> None:
    await types(bench, 2)

    await receives(bench, 1)
    await receives(bench, 1, at=4)

    assert await on_hand(bench) == 7
    assert (await the_question(bench)).evidence["parts"] == {NECKLACE: 2}


async def test_what_was_received_once_more_is_another_one(bench: Bench) -> None:
    await types(bench, 1)
    await receives(bench, 1)

    await receives(bench, 1, at=4)

    assert await on_hand(bench) == 7


async def test_typed_on_both_shops_and_received_it_is_one(bench: Bench) -> None:
    await types(bench, 1)
    for at in (0.5, 1.5):
        await bench.orders_read(etsy_ref().shop, at=at)
        await bench.read(etsy_ref(), 6, at=at)

    await receives(bench, 1)

    assert await on_hand(bench) == 6
    assert "received" in (await the_question(bench)).sentence


async def test_a_piece_that_was_sold_since_makes_no_double_sale(bench: Bench) -> None:
    await types(bench, 1)
    sale = OrderTold(shop=SHOPIFY, created=1).told(1, line(shopify_ref(), 6))
    await bench.take_in(sale, at=1)

    await receives(bench, 1)

    level = await bench.level(NECKLACE)
    assert (level.on_hand, level.committed, level.available) == (6, 6, 0)


async def test_a_set_of_two_that_was_typed_is_two_of_its_piece(bench: Bench) -> None:
    pair = shopify_ref("12", "112", "1112")
    await bench.offer(pair, NECKLACE, NECKLACE, shows=2)
    await types(bench, 1, ref=pair)

    await receives(bench, 2)

    assert await on_hand(bench) == 7


async def test_of_a_set_only_the_piece_that_was_received_is_taken_back(bench: Bench) -> None:
    await bench.stock(RING, 1)
    both = shopify_ref("12", "112", "1112")
    await bench.offer(both, RING, NECKLACE, shows=1)
    await types(bench, 1, ref=both)

    await receives(bench, 1, sku=RING)

    assert (await on_hand(bench, RING), await on_hand(bench)) == (2, 6)


async def test_what_came_back_from_a_cancelled_order_is_not_taken_back_again(bench: Bench) -> None:
    await types(bench, 1)
    await (await edits_of(bench, at=1)).had_come_back("", 1)

    await receives(bench, 1)

    assert await on_hand(bench) == 6
    assert await questions.open_questions(bench.session) == []


async def test_typed_in_and_typed_off_again_and_received_is_no_piece_less(bench: Bench) -> None:
    """Once the half hour is over that an order may take, nothing is missed and nothing is asked."""
    for at in (0, 1):
        await bench.orders_read(SHOPIFY, at=at)
        await bench.read(shopify_ref(), 7, at=at)
    await bench.read(shopify_ref(), 5, at=2)

    await receives(bench, 2)
    await no_order_comes(bench)

    level = await bench.level(NECKLACE)
    assert (level.on_hand, level.suspended) == (7, 0)
    assert await questions.open_questions(bench.session) == []


async def test_the_figures_that_are_asked_about_count_it_once(bench: Bench) -> None:
    said = {SHOPIFY: 5, etsy_ref().shop: 6}
    await ask_how_many(bench.session, NECKLACE, "Chain", said, now=minute(-1))
    await types(bench, 1)

    await receives(bench, 1)

    disputed, _ = await questions.open_questions(bench.session)
    assert "1 more came in since" in disputed.sentence


async def test_it_lies_where_the_shop_showed_it(bench: Bench) -> None:
    await bench.place("g", "gallery")
    await types(bench, 1, place="g")

    await receives(bench, 1)

    levels = await queries.levels(bench.session, NECKLACE)
    assert {place: level.on_hand for place, level in levels.items()} == {MAIN: 5, "gallery": 1}


async def test_who_names_another_place_is_believed_about_the_place(bench: Bench) -> None:
    await types(bench, 1)

    await receives(bench, 1, place=GALLERY)

    levels = await queries.levels(bench.session, NECKLACE)
    assert {place: level.on_hand for place, level in levels.items()} == {MAIN: 5, GALLERY: 1}
