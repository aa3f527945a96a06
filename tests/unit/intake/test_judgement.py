from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from peg.intake.judgement import Known, Meaning, judge

figures = st.integers(0, 9)


def test_the_figure_we_expect_is_an_echo() -> None:
    assert judge(3, Known(expected=3)).meaning is Meaning.ECHO


def test_a_figure_of_a_write_that_got_no_answer_is_our_own() -> None:
    assert judge(0, Known(expected=1, unanswered=0)).meaning is Meaning.WRITTEN


def test_a_piece_missed_is_measured_from_the_nearest_figure_that_would_be_ours() -> None:
    applied_and_sold = judge(1, Known(expected=5, unanswered=2))
    raise_not_applied_and_sold = judge(0, Known(expected=1, unanswered=5))

    assert (applied_and_sold.meaning, applied_and_sold.pieces) == (Meaning.MISSING, 1)
    assert raise_not_applied_and_sold.pieces == 1


def test_a_piece_sold_since_a_write_without_an_answer_may_have_come_off_before_or_after_it() -> (
    None
):
    not_applied, before, after, one_more = (
        judge(seen, Known(expected=3, unanswered=4, sold_since=2)) for seen in (3, 4, 2, 1)
    )

    assert not_applied.meaning is Meaning.ECHO
    assert before.meaning is after.meaning is Meaning.WRITTEN
    assert (one_more.meaning, one_more.pieces) == (Meaning.MISSING, 1)


def test_of_two_sold_since_such_a_write_one_may_have_come_off_before_it_and_one_after() -> None:
    """The write put the one on sale again, and the other came off what it left: none is missing."""
    known = Known(expected=5, unanswered=7, sold_since=2, unconditional=True)

    one_before, all_after, one_more = (judge(seen, known) for seen in (6, 5, 4))

    assert one_before.meaning is Meaning.WRITTEN
    assert all_after.meaning is Meaning.ECHO
    assert (one_more.meaning, one_more.pieces) == (Meaning.MISSING, 1)
    assert judge(6, replace(known, unconditional=False)).meaning is Meaning.MISSING


def test_a_draft_order_only_reserves() -> None:
    seen = judge(0, Known(expected=1, reserved=0), reserved=1)

    assert seen.meaning is Meaning.RESERVED


def test_a_cancelled_piece_may_come_back_by_itself_and_no_more_than_that() -> None:
    assert judge(1, Known(expected=0, may_rise=1)).meaning is Meaning.CAME_BACK
    assert judge(2, Known(expected=0, may_rise=1)).meaning is Meaning.EXTRA


def test_a_missed_piece_that_is_back_was_never_sold() -> None:
    assert judge(1, Known(expected=0, suspended=1)).meaning is Meaning.CAME_BACK


@given(available=figures, expected=figures, unanswered=st.none() | figures, may_rise=figures)
def test_nothing_that_differs_is_ever_passed_over(
    available: int, expected: int, unanswered: int | None, may_rise: int
) -> None:
    known = Known(expected=expected, unanswered=unanswered, may_rise=may_rise)

    found = judge(available, known)

    ours = available in {expected, unanswered}
    assert (found.meaning in {Meaning.ECHO, Meaning.WRITTEN}) == ours
    assert (found.pieces > 0) == (not ours)
