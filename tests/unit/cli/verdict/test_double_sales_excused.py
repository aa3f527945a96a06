"""A piece sold twice for which nobody need open a case is named, and no other is."""

from dataclasses import replace

import pytest
from tests.support import good_rehearsal as good
from tests.support.judged import broken, excused

from peg.cli.demo.verdict.book import Case
from peg.cli.demo.verdict.record import IN_PERSON, DoubleSale


def twice(**changed: object) -> DoubleSale:
    return replace(good.good_record().double_sales[0], **changed)  # type: ignore[arg-type] # named by each case


@pytest.mark.parametrize(
    ("sale", "cancelled", "reason"),
    [
        (twice(), "S2", "one of both orders was cancelled"),
        (twice(), "E2", "one of both orders was cancelled"),
        (twice(first="", by_hand=True), "S1", "taken by hand"),
    ],
    ids=["second cancelled", "first cancelled", "no first order"],
)
def test_a_double_sale_that_needs_no_case_is_named(
    sale: DoubleSale, cancelled: str, reason: str
) -> None:
    told = replace(good.good_record(), double_sales=[sale], cancelled=frozenset({"S1", cancelled}))
    book = replace(good.good_book(), cases=[])

    assert broken((told, book)) == {}
    assert reason in excused((told, book))["I5"]


def test_a_piece_that_was_never_there_was_sold_by_a_figure_that_nobody_doubted() -> None:
    never = twice(verdict="outside", first="", because="opening")
    told = replace(good.good_record(), double_sales=[never])
    book = replace(good.good_book(), cases=[])
    too_many = replace(told, shown_first={"ring": 1, "chain": 5, "opal": 2})

    assert "I5" in broken((told, book))
    assert "I5" not in broken((too_many, book))
    assert "nothing told PEG" in excused((too_many, book))["I5"]


@pytest.mark.parametrize(
    "sale",
    [
        twice(verdict="in_person", second=IN_PERSON),
        twice(first=IN_PERSON),
    ],
    ids=["handed over though sold", "sold though handed over"],
)
def test_what_went_over_the_counter_and_was_sold_online_too_must_have_its_case(
    sale: DoubleSale,
) -> None:
    told, book = replace(good.good_record(), double_sales=[sale]), good.good_book()

    assert broken((told, book)) == {}
    assert broken((told, replace(book, cases=[]))).keys() == {"I5"}


def test_a_piece_sold_while_it_was_kept_for_somebody_has_a_case_with_one_order() -> None:
    opened_at = good.second(11)
    case = Case(sku=good.CHAIN, opened_at=opened_at, open=False, kept=True)
    book = good.good_book()
    found = replace(book, cases=[*book.cases, case])

    assert broken((good.good_record(), found)) == {}
    assert "kept for somebody when it was sold" in excused((good.good_record(), found))["I5"]


@pytest.mark.parametrize(
    ("opened", "closed", "excuses"),
    [(21, 22, True), (21, None, False), (21, 90, False), (19, 22, False), (85, 86, False)],
    ids=["heard of at once", "never", "late", "before it came back", "long after"],
)
def test_a_case_that_ends_once_what_came_back_is_heard_of_cries_no_wolf(
    opened: float, closed: float | None, *, excuses: bool
) -> None:
    """The ring came back in second 20; who bought it next was heard of first."""
    closed_at = None if closed is None else good.second(closed)
    case = Case(sku=good.RING, opened_at=good.second(opened), open=False, closed_at=closed_at)
    book = good.good_book()
    found = replace(book, cases=[*book.cases, case])

    assert ("I5" not in broken((good.good_record(), found))) is excuses


@pytest.mark.parametrize(("at", "excuses"), [(28.0, True), (-1.0, False)])
def test_a_piece_taken_by_hand_in_the_seconds_of_a_sale_may_be_sold_once_more(
    at: float, *, excuses: bool
) -> None:
    """Its figure was to come down anyway. A hand that came long before that was seen."""
    taken = good.edited("etsy", "opal", -1, at=at, left=0)
    record = good.good_record()
    again = twice(verdict="outside", first="", because="raised by person")
    told = replace(record, double_sales=[again], happened=[*record.happened, taken])
    book = good.good_book()

    assert ("I5" not in broken((told, book))) is excuses
    assert ("nobody could tell from a sale" in excused((told, book)).get("I5", "")) is excuses


BEFORE = replace(good.case(), opened_at=good.second(5), closed_at=good.second(9))


@pytest.mark.parametrize(
    "cases",
    [
        [replace(good.case(), orders=frozenset({"E9"}))],
        [BEFORE],
        [BEFORE, replace(good.case(), opened_at=good.second(92))],
    ],
    ids=["of other buyers", "closed before", "closed before, and the right one too late"],
)
def test_a_case_must_be_of_this_double_sale(cases: list[Case]) -> None:
    book = replace(good.good_book(), cases=cases)

    assert broken((good.good_record(), book)).keys() == {"I5"}


def test_a_case_that_was_open_already_is_of_the_next_buyer_too() -> None:
    earlier = replace(good.case(), opened_at=good.second(25))
    book = replace(good.good_book(), cases=[earlier])

    assert broken((good.good_record(), book)) == {}


def test_an_order_for_more_than_were_left_must_have_its_case() -> None:
    """It took the last ones itself, so that no order is named as the first."""
    told = replace(good.good_record(), double_sales=[twice(first="")])
    too_many = replace(told, shown_first={"ring": 1, "chain": 5, "opal": 2})
    book = good.good_book()

    assert broken((told, book)) == {}
    assert "I5" in broken((told, replace(book, cases=[])))
    assert "I5" not in broken((too_many, replace(book, cases=[])))


@pytest.mark.parametrize(
    ("shown", "left", "excuses"),
    [(2, -1, True), (1, -1, False), (2, 0, False)],
    ids=["too many", "no reason", "the book knows"],
)
def test_of_pieces_that_the_book_has_too_many_of_both_orders_seem_to_have_one(
    shown: int, left: int, *, excuses: bool
) -> None:
    record = good.good_record()
    told = replace(
        record,
        shown_first={"ring": 1, "chain": 5, "opal": shown},
        remaining={**record.remaining, "opal": left},
    )
    book = replace(good.good_book(), cases=[])

    assert ("I5" not in broken((told, book))) is excuses


@pytest.mark.parametrize(("at", "excuses"), [(90.0, True), (92.0, False)])
def test_an_order_that_was_cancelled_when_its_case_was_due_had_to_have_it(
    at: float, *, excuses: bool
) -> None:
    record = good.good_record()
    back = replace(good.returned("shopify", "opal", "S2", at=at, left=0), restocked=False)
    gone = frozenset({*record.cancelled, "S2"})
    told = replace(record, happened=[*record.happened, back], cancelled=gone)
    book = replace(good.good_book(), cases=[])

    assert ("I5" not in broken((told, book))) is excuses
