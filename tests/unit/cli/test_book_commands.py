import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import Bench, OrderTold, etsy_ref, line
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import Ran, peg, seed

from peg.catalog import items
from peg.catalog.items import Item
from peg.domain.identity import MAIN, Sku
from peg.domain.stock import Cause
from peg.ledger import book, questions
from peg.ledger.book import Posting

RING = Sku("RING-1")


async def three_rings(session: AsyncSession) -> None:
    ring = Item(sku=RING, name="Ruby ring", one_of_a_kind=False)
    await items.open_all(session, [ring], now=MONDAY_NOON)
    posting = Posting(
        sku=RING,
        location=MAIN,
        on_hand=3,
        cause=Cause.BASELINE,
        source="import",
        reference="",
        happened_at=MONDAY_NOON,
    )
    await book.post(session, [posting], now=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, three_rings)
    return tmp_path


def stock(home: Path) -> Ran:
    return peg(home, "stock", "RING-1", "--json")


def test_stock_is_listed_for_people_and_for_programs(home: Path) -> None:
    people, program = peg(home, "stock"), peg(home, "stock", "--json")

    assert people.code == program.code == 0
    assert "RING-1" in people.out
    assert [(row["sku"], row["available"]) for row in program.facts] == [("RING-1", 3)]


def test_a_sku_typed_with_a_slip_of_case_is_understood(home: Path) -> None:
    assert peg(home, "stock", "ring-1 ", "--json").facts["stock"]["available"] == 3


def test_an_empty_book_says_how_to_begin(tmp_path: Path) -> None:
    assert "peg import" in peg(tmp_path, "stock").out


def test_what_is_sold_in_person_is_gone(home: Path) -> None:
    ran = peg(home, "sell", "RING-1", "2", "--note", "market day", "--json")

    assert ran.facts["available"] == 1
    assert stock(home).facts["stock"]["on_hand"] == 1


def test_more_than_the_book_had_is_sold_all_the_same_and_opens_a_case(home: Path) -> None:
    ran = peg(home, "sell", "RING-1", "4", "--yes")

    (case,) = peg(home, "cases", "--json").facts
    assert (ran.code, stock(home).facts["stock"]["available"]) == (0, -1)
    assert "1 more was sold than the book had" in ran.out
    assert "peg cases" in ran.out
    assert ran.err == ""  # one sentence, and no log around it
    assert [one["shop"] for one in case["orders"]] == ["counter"]
    assert peg(home, "receive", "RING-1", "1").code == 0
    assert peg(home, "cases", "--json").facts == []


def test_what_a_hold_keeps_is_sold_to_its_buyer(home: Path) -> None:
    number = peg(home, "hold", "RING-1", "2", "--why", "Ann", "--json").facts["hold"]

    ran = peg(home, "sell", "RING-1", "--hold", str(number), "--json")

    assert (ran.facts["on_hand"], ran.facts["reserved"], ran.facts["available"]) == (1, 0, 1)
    assert peg(home, "holds", "--json").facts == []


def test_a_sale_of_a_held_piece_without_its_hold_says_which_hold_is_left(home: Path) -> None:
    peg(home, "hold", "RING-1", "3", "--why", "the fair")

    ran = peg(home, "sell", "RING-1")

    assert "a hold keeps 1 of those sold: hold 1 (the fair; kept by " in ran.out
    assert " until it is released)" in ran.out
    assert "than the book had" not in ran.out  # the piece was there


def test_of_a_sale_of_too_many_what_was_kept_is_told_from_what_was_not_there(home: Path) -> None:
    peg(home, "hold", "RING-1", "2", "--why", "Ann")

    ran = peg(home, "sell", "RING-1", "4", "--yes")

    assert "in all 1 more was sold than the book had" in ran.out
    assert "a hold keeps 2 of those sold: hold 1 (Ann; kept by " in ran.out
    assert "`peg release 1`" in ran.out


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["sell", "RING-9"], 3, "UnknownSku"),
        (["sell", "RING 1!"], 2, "BadSku"),
        (["sell", "RING-1", "0"], 2, "BadQuantity"),
        (["sell", "RING-1", "1.5"], 2, "BadQuantity"),
        (["receive", "RING-1", "-2"], 2, "BadQuantity"),
        (["count", "RING-1", "-1"], 2, "BadQuantity"),
        (["hold", "RING-1", "--why", "Ann", "--until", "soon"], 2, "BadMoment"),
        (["release", "77"], 3, "NoSuchHold"),
        (["sell", "RING-1", "--hold", "77"], 3, "NoSuchHold"),
        (["answer", "77", "yes"], 3, "NoSuchQuestion"),
        (["pause", "moon"], 2, "BadScope"),
        (["resume", "etsy"], 3, "NotPaused"),
        (["history", "RING-1", "--at", "yesterday"], 2, "BadMoment"),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_changes(
    home: Path, words: list[str], code: int, error: str
) -> None:
    before = stock(home).facts

    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (code, error)
    assert len(ran.refusal["sentence"]) > 10
    assert stock(home).facts == before


def test_a_hold_until_a_day_that_is_over_names_the_day_that_was_understood(home: Path) -> None:
    ran = peg(home, "hold", "RING-1", "--why", "Ann", "--until", "2020-12-24", "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadMoment")
    assert "2020-12-24 23:59:59" in ran.refusal["sentence"]
    assert "is over" in ran.refusal["sentence"]


def test_moments_that_people_read_name_their_timezone_and_programs_read_utc(home: Path) -> None:
    peg(home, "hold", "RING-1", "--why", "Ann", "--until", "2999-12-24T18:00+01:00")

    seen = peg(home, "holds").out
    kept = peg(home, "holds", "--json").facts

    assert re.search(r"2999-12-2\d \d\d:00:00[+-]\d\d:\d\d ", seen)
    assert kept[0]["until"] == "2999-12-24T17:00:00Z"


async def one_is_sold(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.offer(etsy_ref(), RING, shows=3)
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), committed=1)))


def test_who_counts_fewer_is_told_how_to_say_that_a_parcel_has_left(home: Path) -> None:
    seed(home, one_is_sold)

    fewer = peg(home, "count", "RING-1", "2")
    said = peg(home, "count", "RING-1", "2", "--sent", "1")

    assert "1 is sold" in fewer.out
    assert "`peg count RING-1 2 --sent 1`" in " ".join(fewer.out.split())
    assert "2 available, 3 on hand" in said.out
    assert "--sent" not in said.out
    assert peg(home, "count", "RING-1", "2", "--sent", "2").code != 0


def test_what_comes_in_and_what_is_counted_is_posted(home: Path) -> None:
    received = peg(home, "receive", "RING-1", "4", "--json").facts
    counted = peg(home, "count", "RING-1", "5", "--json").facts

    assert received["available"] == 7
    assert (counted["difference"], counted["available"]) == (-2, 5)


def test_a_held_piece_is_off_sale_until_it_is_released(home: Path) -> None:
    held = peg(
        home, "hold", "RING-1", "--why", "memo for Ann", "--until", "2999-12-24", "--json"
    ).facts
    listed = peg(home, "holds", "--json").facts
    released = peg(home, "release", str(held["hold"]), "--json").facts

    assert held["available"] == 2
    assert [(one["why"], one["quantity"]) for one in listed] == [("memo for Ann", 1)]
    assert listed[0]["until"].startswith("2999-12-2")
    assert released["available"] == 3
    assert peg(home, "release", str(held["hold"])).code == 3


def test_history_tells_why_and_what_was_known_at_a_moment(home: Path) -> None:
    peg(home, "sell", "RING-1", USER="ann")

    now = peg(home, "history", "RING-1", "--json").facts
    then = peg(home, "history", "RING-1", "--at", "2026-06-01", "--json").facts

    assert [entry["cause"] for entry in now["entries"]] == ["counter_sale", "baseline"]
    assert now["entries"][0]["reference"] == "ann"
    assert then["level"]["available"] == 3
    assert [entry["cause"] for entry in then["entries"]] == ["baseline"]


def test_history_tells_apart_what_was_not_known_from_what_was_not_there(home: Path) -> None:
    ran = peg(home, "history", "RING-1", "--at", "2020-01-01")

    assert "the book knew nothing of it yet" in ran.out
    assert "0 available" not in ran.out


def test_history_does_not_tell_what_will_be(home: Path) -> None:
    ran = peg(home, "history", "RING-1", "--at", "2999-12-31", "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadMoment")
    assert "lies ahead" in ran.refusal["sentence"]


def test_the_kill_switch_is_set_listed_and_lifted(home: Path) -> None:
    peg(home, "pause", "etsy", "--why", "stocktaking")

    paused = peg(home, "pause", "--json").facts
    peg(home, "resume", "etsy")

    assert [(one["scope"], one["why"]) for one in paused] == [("etsy", "stocktaking")]
    assert peg(home, "pause", "--json").facts == []


def test_a_second_pause_keeps_the_reason_and_the_time_of_the_first_and_says_so(home: Path) -> None:
    peg(home, "pause", "all", "--why", "stocktaking")
    (first,) = peg(home, "pause", "--json").facts

    said = peg(home, "pause", "all", "--why", "again").out

    assert peg(home, "pause", "--json").facts == [first]
    assert first["why"] == "stocktaking"
    assert "all was paused already: that stays as it was" in said


def test_a_question_is_shown_and_its_answer_acted_on(home: Path) -> None:
    async def ask(session: AsyncSession) -> None:
        await questions.ask(
            session,
            kind="stock_disagrees",
            subject=RING,
            sentence="Shopify shows 5, Etsy 3. How many can be sold?",
            evidence={"taken": 3},
            options=["3", "5"],
            default="3",
            now=MONDAY_NOON,
        )

    seed(home, ask)
    (question,) = peg(home, "questions", "--json").facts

    refused = peg(home, "answer", str(question["id"]), "4", "--json")
    answered = peg(home, "answer", str(question["id"]), "5")

    assert refused.refusal["error"] == "BadAnswer"
    assert answered.code == 0
    assert stock(home).facts["stock"]["available"] == 5
    assert peg(home, "questions", "--json").facts == []


@pytest.mark.parametrize(
    "command",
    ["stock", "orders", "offers", "shops", "drift", "cases", "questions", "holds", "match"],
)
def test_every_read_works_on_an_empty_book(tmp_path: Path, command: str) -> None:
    people, program = peg(tmp_path, command), peg(tmp_path, command, "--json")

    assert people.code == program.code == 0
    assert people.out.strip()
    assert program.facts == []


def test_a_hold_of_several_places_says_how_many_lie_where(home: Path) -> None:
    assert peg(home, "places", "add", "Gallery").code == 0
    assert peg(home, "receive", "RING-1", "2", "--at", "Gallery").code == 0

    ran = peg(home, "hold", "RING-1", "4", "--why", "fair")

    assert "hold 1 keeps 4 (3 at main, 1 at gallery)" in ran.out
    (kept,) = peg(home, "holds", "--json").facts
    assert (kept["quantity"], kept["places"]) == (4, {"main": 3, "gallery": 1})
