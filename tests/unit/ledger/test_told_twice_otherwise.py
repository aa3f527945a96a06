"""Typed into a shop, and told to PEG by a hold that ends, a count, a sale, or among very many."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    etsy_ref,
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
from peg.intake.edits import Edits
from peg.intake.surprises import Done, Surprise, What
from peg.ledger import counter, queries, questions, reservations


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await five_chains(bench)
        yield bench


async def keeps(
    bench: Bench, pieces: int = 1, *, at: float = -30, until: float | None = None
) -> int:
    return await reservations.hold(
        bench.session,
        NECKLACE,
        pieces,
        until=None if until is None else minute(until),
        why="memo for Ann",
        who="anna",
        now=minute(at),
    )


def two_more(edits: Edits, done: Done) -> Surprise:
    """Shopify showed two more a minute after noon."""
    return Surprise(
        offer=edits.offer.id,
        place="",
        what=What.PIECES,
        shop=SHOPIFY,
        pieces=2,
        base=5,
        done=done,
        met_at=minute(1),
    )


async def test_what_is_undone_with_very_many_is_not_taken_back_twice(bench: Bench) -> None:
    await types(bench, 2)
    await receives(bench, 2)
    edits = await edits_of(bench, at=4)

    await edits.take_back(two_more(edits, Done.BELIEVED))

    assert await on_hand(bench) == 7


async def test_what_was_received_while_she_was_asked_about_very_many_counts_once(
    bench: Bench,
) -> None:
    """She says that all of it was meant, of which this is a part."""
    await receives(bench, 2)
    edits = await edits_of(bench, at=30)

    await edits.believe(two_more(edits, Done.HELD))

    assert await on_hand(bench) == 7
    assert "and 2 received" in (await the_question(bench)).sentence


async def test_what_came_in_long_after_very_many_were_typed_is_something_else(
    bench: Bench,
) -> None:
    await receives(bench, 2, at=WINDOW + 2)
    edits = await edits_of(bench, at=30)

    await edits.believe(two_more(edits, Done.HELD))

    assert await on_hand(bench) == 9


async def test_typed_on_etsy_and_counted_at_its_place_it_is_one(bench: Bench) -> None:
    await bench.stock(NECKLACE, 1, at=GALLERY)
    await types(bench, 2, ref=etsy_ref())

    await counter.count(bench.session, NECKLACE, 3, who="anna", location=GALLERY, now=minute(3))

    levels = await queries.levels(bench.session, NECKLACE)
    assert {place: level.on_hand for place, level in levels.items()} == {MAIN: 5, GALLERY: 3}
    assert "2 more counted at gallery" in (await the_question(bench)).sentence


async def test_a_count_of_the_place_it_was_typed_at_has_the_last_word(bench: Bench) -> None:
    await types(bench, 2)

    await counter.count(bench.session, NECKLACE, 7, who="anna", now=minute(3))

    assert await on_hand(bench) == 7
    assert await questions.open_questions(bench.session) == []


async def test_what_came_back_from_memo_is_typed_and_released_once(bench: Bench) -> None:
    hold = await keeps(bench)
    await types(bench, 1)

    await reservations.release(bench.session, hold, now=minute(3))

    assert await bench.available(NECKLACE) == 5
    assert f"let go by hold {hold} (memo for Ann)" in (await the_question(bench)).sentence


async def test_what_was_typed_back_just_before_its_hold_ended_counts_once(bench: Bench) -> None:
    await keeps(bench, until=4)
    await types(bench, 1)

    await reservations.expire_due(bench.session, now=minute(4))

    assert await bench.available(NECKLACE) == 5


async def test_what_was_typed_before_it_was_kept_is_another_one(bench: Bench) -> None:
    await types(bench, 1)
    hold = await keeps(bench, at=1)

    await reservations.release(bench.session, hold, now=minute(3))

    assert await bench.available(NECKLACE) == 6


async def test_who_is_asked_about_another_ring_reads_that_a_hold_let_go_of_one(
    bench: Bench,
) -> None:
    """She has typed it back as it came from memo: who says yes to that would have two."""
    await bench.stock(RING, 1)
    ring = shopify_ref("12", "112", "1112")
    await bench.offer(ring, RING)
    hold = await reservations.hold(
        bench.session, RING, 1, until=None, why="memo for Ann", who="anna", now=minute(-30)
    )
    for at in (0, 1):
        await bench.orders_read(SHOPIFY, at=at)
        await bench.read(ring, 2, at=at)

    await reservations.release(bench.session, hold, now=minute(3))

    assert (
        f"Since then 1 let go by hold {hold} (memo for Ann)" in (await the_question(bench)).sentence
    )
    assert await bench.available(RING) == 1


@pytest.mark.parametrize("how", ["kept", "sold from a hold"])
async def test_typed_off_and_then_told_it_is_asked_about_before_it_is_lost(
    bench: Bench, how: str
) -> None:
    hold = await keeps(bench) if how == "sold from a hold" else None
    await bench.read(shopify_ref(), 4, at=0)

    if hold is None:
        await keeps(bench, at=1)
    else:
        await counter.sell(bench.session, NECKLACE, 1, hold=hold, who="anna", now=minute(1))
    await no_order_comes(bench)

    assert "Still there and for sale?" in (await the_question(bench)).sentence
    assert await on_hand(bench) == (5 if hold is None else 4)


async def test_typed_off_and_then_sold_in_person_it_went_once(bench: Bench) -> None:
    await bench.read(shopify_ref(), 4, at=0)

    await counter.sell(bench.session, NECKLACE, 1, who="anna", now=minute(1))
    await no_order_comes(bench)

    assert await bench.available(NECKLACE) == 4


async def test_typed_off_and_then_counted_the_count_has_the_last_word(bench: Bench) -> None:
    await bench.read(shopify_ref(), 4, at=0)

    await counter.count(bench.session, NECKLACE, 4, who="anna", now=minute(1))
    await no_order_comes(bench)

    assert await bench.available(NECKLACE) == 4
