"""What becomes of the book, the mirror and the checks when a figure is read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    PATIENCE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    reading_of,
    shopify_ref,
)
from tests.support.doubts import chain, check_of, drifted

from peg.catalog import mirror
from peg.domain.offer import ANYWHERE
from peg.intake import checks
from peg.intake.readings import take_in_readings
from peg.ledger import overdue

SECOND = 1 / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_what_we_expect_to_see_changes_nothing_and_ends_the_doubt(bench: Bench) -> None:
    ring = await chain(bench, etsy_ref())
    await checks.read_again(bench.session, ring.id, due_at=minute(0), why="a doubt")

    taken = await bench.look(etsy_ref(), 5)

    assert taken.explained
    assert await check_of(bench, ring) is None
    assert (await bench.expects(etsy_ref())).version == 1
    assert await drifted(bench) == []


async def test_a_reading_from_before_a_sale_was_taken_in_is_judged_never_and_made_again(
    bench: Bench,
) -> None:
    ring = await chain(bench, etsy_ref())
    before = await bench.basis(ring)
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))

    taken = await bench.look(etsy_ref(), 5, basis=before)

    assert (taken.outdated, taken.explained, taken.judgements) == (True, False, {})
    assert await bench.available(NECKLACE) == 4
    check = await check_of(bench, ring)
    assert check is not None
    assert check.due_at <= minute(2 * SECOND)


async def test_a_write_that_got_no_answer_and_was_applied_is_our_own(bench: Bench) -> None:
    ring = await chain(bench, etsy_ref())
    await mirror.note_sending(bench.session, ring.id, ANYWHERE, 2, now=minute(0))
    await mirror.note_unanswered(bench.session, ring.id, ANYWHERE)

    seen = await bench.read(etsy_ref(), 2)

    expected = await bench.expects(etsy_ref())
    assert seen == "written"
    assert (expected.quantity, expected.pending, expected.unanswered) == (2, None, False)
    assert await bench.available(NECKLACE) == 5


async def test_what_a_draft_order_keeps_is_held_and_never_becomes_an_edit(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.stock(NECKLACE, 5, at=atelier)
    await bench.offer(shopify_ref(), NECKLACE, shows={"71": 5})
    await bench.read(shopify_ref(), {"71": 5}, reserved=0)

    seen = await bench.read(shopify_ref(), {"71": 3}, reserved=2, at=1)
    held = await bench.level(NECKLACE)
    closed = await overdue.close_due(bench.session, now=minute(24 * 60))
    back = await bench.read(shopify_ref(), {"71": 5}, reserved=0, at=24 * 60)

    assert (seen, held.suspended, closed, back) == ("reserved", 2, 0, "came_back")
    assert (await bench.level(NECKLACE)).available == 5


async def test_what_is_read_of_an_offer_that_nobody_imported_is_passed_over(bench: Bench) -> None:
    await chain(bench, etsy_ref())

    taken = await take_in_readings(
        bench.session,
        [reading_of(etsy_ref("999"), {ANYWHERE: 3})],
        {},
        patience=PATIENCE,
        now=minute(0),
    )

    assert taken == []
    assert await bench.available(NECKLACE) == 5
