"""The judge reads the book row by row, and by the marketplaces' clock."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.bench import (
    ETSY,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
    split,
)

from peg.catalog import offers
from peg.cli.demo.verdict import auditing
from peg.cli.demo.verdict.auditing import Rows, read_rows
from peg.cli.demo.verdict.book import Case, KeptLine, States, Stock
from peg.domain.order import Share
from peg.intake.inbox import record_once
from peg.ledger import questions
from peg.marketplaces.port import Write
from peg.propagation.attempts import begin_attempt, end_attempt, keep_before
from peg.propagation.evidence import Proof

AHEAD = timedelta(seconds=3)
ORDER = OrderTold(order="5001")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 2)
        await bench.offer(shopify_ref(), RING, shows={"71": 2})
        await bench.offer(etsy_ref(), RING, shows=2)
        yield bench


async def rows(bench: Bench) -> Rows:
    return await read_rows(bench.session, ahead=AHEAD)


async def test_a_sale_is_read_as_stock_as_a_move_as_a_line_and_as_postings(bench: Bench) -> None:
    await bench.take_in(ORDER.told(1, line(etsy_ref(), 1)), at=2)

    found = await rows(bench)
    assert auditing.stock(found) == {RING: Stock(available=1)}
    assert [move.available for move in auditing.moves(found)] == [2, 1]
    assert auditing.moves(found)[1].at == minute(2) - AHEAD
    sold = KeptLine(told=States(open=1), applied={RING: States(open=1)})
    assert auditing.lines(found) == {("etsy", "5001", "1"): sold}
    assert auditing.posted(found) == {("etsy", "5001", RING): 1}
    assert auditing.wrong_sums(found) == []


async def test_what_was_shipped_is_gone_and_no_longer_to_be_posted(bench: Bench) -> None:
    await bench.take_in(ORDER.told(1, line(etsy_ref(), 1)))
    await bench.take_in(ORDER.told(2, line(etsy_ref(), shipped=1)))

    found = await rows(bench)
    (kept,) = auditing.lines(found).values()
    assert kept == KeptLine(told=States(open=0, gone=1), applied={RING: States(open=0, gone=1)})
    assert auditing.posted(found) == {("etsy", "5001", RING): 0}


async def test_a_line_that_ships_from_two_places_is_one_line(bench: Bench) -> None:
    await bench.place("71", "Atelier")
    await bench.place("72", "Gallery")
    both = split(shopify_ref(), Share(place="71", committed=1), Share(place="72", shipped=1))
    await bench.take_in(OrderTold(order="1001", shop=SHOPIFY).told(1, both))

    found = await rows(bench)
    (kept,) = auditing.lines(found).values()
    assert kept.applied == {RING: States(open=1, gone=1)}
    assert auditing.posted(found) == {("shopify", "1001", RING): 1}


@pytest.mark.parametrize("table", ["entries", "levels", "positions"])
async def test_a_sum_that_was_tampered_with_is_found(bench: Bench, table: str) -> None:
    await bench.session.execute(text(f"UPDATE {table} SET on_hand = on_hand + 1"))  # noqa: S608 - a table's name

    assert auditing.wrong_sums(await rows(bench)) == [RING]


async def test_a_change_that_no_delivered_message_tells_of_is_found(bench: Bench) -> None:
    told_to_nobody = auditing.untold(await rows(bench))
    waiting = auditing.undelivered(await rows(bench))
    await bench.session.execute(text("UPDATE outbox SET delivered_at = staged_at"))
    delivered = auditing.untold(await rows(bench))
    await bench.session.execute(text("DELETE FROM outbox"))

    assert len(told_to_nobody) == 1
    assert waiting == 1
    assert delivered == []
    assert len(auditing.untold(await rows(bench))) == 1


async def test_a_piece_sold_twice_is_read_as_a_case(bench: Bench) -> None:
    await bench.take_in(ORDER.told(1, line(etsy_ref(), 3)), at=4)

    found = await rows(bench)
    assert auditing.stock(found) == {RING: Stock(available=-1, oversold=1)}
    (case,) = auditing.cases(found)
    opened_at, orders = minute(4) - AHEAD, frozenset({ORDER.order})
    assert case == Case(sku=RING, opened_at=opened_at, open=True, orders=orders)


async def test_a_piece_that_was_kept_when_it_was_sold_is_read_as_such(bench: Bench) -> None:
    await bench.post(RING, reserved=1)
    await bench.take_in(ORDER.told(1, line(etsy_ref(), 2)), at=4)

    assert [(one.sku, one.kept) for one in auditing.cases(await rows(bench))] == [(RING, True)]


async def test_a_write_is_read_with_its_proof_and_with_what_stood_there(bench: Bench) -> None:
    offer = (await offers.by_refs(bench.session, [etsy_ref()]))[etsy_ref()].id
    write = Write(ref=etsy_ref(), place="", basis=0, quantity=2)
    proof = Proof(begun_at=NOON, readings={offer: minute(1)}, orders={ETSY: minute(2)})
    await begin_attempt(bench.session, "k", ETSY, [write], proof={offer: proof}, now=minute(3))
    await keep_before(bench.session, "k", {"products": []})
    await end_attempt(bench.session, "k", outcome="1 sent", now=minute(4))

    numbers = {(str(ETSY), etsy_ref().listing, etsy_ref().variant): offer}
    (found,) = auditing.attempts(await rows(bench), numbers)
    assert (found.begun_at, found.ended_at) == (minute(3) - AHEAD, minute(4) - AHEAD)
    assert found.quantities == {offer: 2}
    assert found.kept_before
    assert found.proofs[offer].readings == {offer: minute(1) - AHEAD}
    assert found.proofs[offer].orders == {ETSY: minute(2) - AHEAD}


async def test_deliveries_and_questions_are_read(bench: Bench) -> None:
    await record_once(
        bench.session, shop=ETSY, topic="order.paid", delivery="m1", headers={}, body=b"", now=NOON
    )
    await questions.ask(
        bench.session,
        kind="extra_pieces",
        subject="7",
        sentence="Is there another one?",
        evidence={},
        options=("no", "yes"),
        default="no",
        now=NOON,
    )

    found = await rows(bench)
    assert auditing.kept_deliveries(found) == {("etsy", "m1")}
    assert auditing.unhandled(found) == 1
    assert auditing.asked(found) == {"7"}


async def test_a_line_that_may_be_one_piece_or_another_asks_about_both(bench: Bench) -> None:
    await bench.offer(shopify_ref("12", "121"), sku=RING)
    await bench.offer(shopify_ref("13", "131"), sku=RING)
    sold = line(shopify_ref("12", "121"), 1, sku=RING)
    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, sold))

    assert RING in auditing.asked(await rows(bench))
