"""What is written to bring an offer to its target: never upwards unless the plan says so."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bench import NOON, etsy_ref, shopify_ref

from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferRef
from peg.domain.offer import Shelf, Target
from peg.intake.surprises import Held
from peg.marketplaces.port import Write
from peg.propagation.planning import ListingMove, Move, Side, plan_figures, plan_listing

REF = shopify_ref()
SIZES = [etsy_ref(variant=f"Size={size}") for size in (5, 6, 7)]


def shows(quantity: int, shelf: Shelf = Shelf.LISTED) -> Expectation:
    return Expectation(quantity=quantity, shelf=shelf, version=1)


def target(**quantities: int) -> Target:
    return Target(quantities=quantities, listed=any(quantities.values()), version=2)


def write(place: str, basis: int, quantity: int) -> Write:
    return Write(ref=REF, place=place, basis=basis, quantity=quantity)


UNANSWERED = replace(shows(1), pending=0, unanswered=True)
BEING_SENT = replace(shows(1), pending=0)
MAY_RISE = replace(shows(0), may_rise=1, may_rise_until=NOON + timedelta(minutes=2))


def test_what_shows_its_target_is_left_alone() -> None:
    plan = plan_figures(REF, target(bench=2), {"bench": shows(2)})

    assert (plan.move, plan.writes) == (Move.NONE, ())


def test_a_lowering_is_compared_with_what_we_believe_it_shows() -> None:
    plan = plan_figures(REF, target(bench=0), {"bench": shows(1)})

    assert (plan.move, plan.writes) == (Move.LOWER, (write("bench", 1, 0),))


def test_a_lowering_at_one_place_does_not_wait_for_a_raise_at_another() -> None:
    known = {"bench": shows(3), "gallery": shows(0)}

    plan = plan_figures(REF, target(bench=1, gallery=2), known)

    assert (plan.move, plan.writes) == (Move.LOWER, (write("bench", 3, 1),))


def test_what_only_goes_up_waits_for_its_proof() -> None:
    plan = plan_figures(REF, target(bench=2), {"bench": shows(0)})

    assert (plan.move, plan.writes) == (Move.RAISE, (write("bench", 0, 2),))


def test_a_place_the_target_does_not_name_shows_nothing() -> None:
    plan = plan_figures(REF, target(), {"closed": shows(4)})

    assert (plan.move, plan.writes) == (Move.LOWER, (write("closed", 4, 0),))


def test_after_a_lost_answer_the_shop_is_read_before_anything_else_is_sent() -> None:
    both = {"bench": UNANSWERED, "gallery": shows(5)}

    assert plan_figures(REF, target(bench=0, gallery=0), both).move is Move.LOOK
    assert plan_listing({SIZES[0]: Side(wanted=0, known=UNANSWERED)}) is ListingMove.LOOK


def test_while_one_write_is_under_way_no_second_one_is_sent() -> None:
    assert plan_figures(REF, target(bench=0), {"bench": BEING_SENT}).move is Move.UNDER_WAY
    assert plan_listing({SIZES[0]: Side(wanted=0, known=BEING_SENT)}) is ListingMove.UNDER_WAY


def test_a_cancelled_piece_that_may_come_back_by_itself_is_not_put_back_by_us_as_well() -> None:
    assert plan_figures(REF, target(bench=1), {"bench": MAY_RISE}).move is Move.WAIT
    assert plan_listing({SIZES[0]: Side(wanted=1, known=MAY_RISE)}) is ListingMove.WAIT


def test_a_lowering_does_not_wait_for_a_piece_that_may_come_back() -> None:
    known = {"bench": replace(MAY_RISE, quantity=3)}

    assert plan_figures(REF, target(bench=1), known).move is Move.LOWER


def test_one_size_is_lowered_though_another_may_come_back() -> None:
    sold_elsewhere, cancelled = Side(wanted=0, known=shows(1)), Side(wanted=1, known=MAY_RISE)

    move = plan_listing({SIZES[0]: sold_elsewhere, SIZES[1]: cancelled})

    assert move is ListingMove.LOWER


@pytest.mark.parametrize(
    ("sides", "move"),
    [
        ([(0, shows(1))], ListingMove.WITHDRAW),
        ([(0, shows(1)), (0, shows(0))], ListingMove.WITHDRAW),
        ([(0, shows(0))], ListingMove.NONE),
        ([(0, shows(1, Shelf.WITHDRAWN))], ListingMove.NONE),
        ([(1, shows(2))], ListingMove.LOWER),
        ([(1, shows(0)), (0, shows(1))], ListingMove.LOWER),
        ([(3, shows(2))], ListingMove.RAISE),
        ([(2, shows(2))], ListingMove.NONE),
        ([(1, shows(1, Shelf.WITHDRAWN))], ListingMove.RESTORE),
        ([(1, shows(0, Shelf.SOLD_OUT))], ListingMove.RESTORE),
        ([(0, shows(1, Shelf.WITHDRAWN)), (1, shows(1, Shelf.WITHDRAWN))], ListingMove.RESTORE),
    ],
)
def test_a_listing_moves_as_a_whole(
    sides: Sequence[tuple[int, Expectation]], move: ListingMove
) -> None:
    listing = {
        ref: Side(wanted=wanted, known=known)
        for ref, (wanted, known) in zip(SIZES, sides, strict=False)
    }

    assert plan_listing(listing) is move


def test_a_listing_that_must_go_does_not_wait_for_a_cancelled_piece() -> None:
    withheld = {SIZES[0]: Side(wanted=0, known=replace(MAY_RISE, quantity=1))}

    assert plan_listing(withheld) is ListingMove.WITHDRAW


expectations = st.builds(
    Expectation,
    quantity=st.integers(0, 5),
    shelf=st.sampled_from([Shelf.LISTED, Shelf.WITHDRAWN, Shelf.SOLD_OUT]),
    version=st.just(1),
    may_rise=st.integers(0, 2),
    pending=st.none() | st.integers(0, 5),
    unanswered=st.booleans(),
)
figures = st.dictionaries(st.sampled_from(["bench", "gallery", "fair"]), st.integers(0, 5))
listings = st.dictionaries(
    st.sampled_from(SIZES), st.builds(Side, wanted=st.integers(0, 3), known=expectations)
)


@given(known=st.dictionaries(st.sampled_from(["bench", "gallery"]), expectations), wanted=figures)
def test_no_figure_goes_up_under_any_plan_but_a_raise(
    known: Mapping[str, Expectation], wanted: Mapping[str, int]
) -> None:
    plan = plan_figures(REF, target(**wanted), known)

    rising = [one for one in plan.writes if one.quantity > one.basis]
    assert plan.move is Move.RAISE or rising == []
    assert all(one.basis == known[one.place].quantity for one in plan.writes)
    assert bool(plan.writes) == (plan.move in {Move.LOWER, Move.RAISE})


@given(listings)
def test_a_listing_that_is_off_sale_comes_back_only_by_a_restore(
    sides: Mapping[OfferRef, Side],
) -> None:
    move = plan_listing(sides)

    off_sale = all(side.known.shelf is not Shelf.LISTED for side in sides.values())
    sold_out = not any(side.wanted for side in sides.values())
    assert not (off_sale and move in {ListingMove.RAISE, ListingMove.LOWER, ListingMove.WITHDRAW})
    assert not (sold_out and move in {ListingMove.RAISE, ListingMove.RESTORE})


def test_what_somebody_changed_among_very_many_is_left_as_it_is() -> None:
    held = Held(bases={"bench": 5})

    more = plan_figures(REF, target(bench=5), {"bench": shows(9)}, held)
    fewer = plan_figures(REF, target(bench=5), {"bench": shows(0)}, held)

    assert more.move is fewer.move is Move.HELD
    assert more.writes == fewer.writes == ()


def test_but_what_was_sold_since_comes_off() -> None:
    plan = plan_figures(REF, target(bench=4), {"bench": shows(9)}, Held(bases={"bench": 5}))

    assert (plan.move, plan.writes) == (Move.LOWER, (write("bench", 9, 4),))


def test_and_what_the_book_has_none_of_comes_off_in_any_case() -> None:
    plan = plan_figures(REF, target(bench=0), {"bench": shows(9)}, Held(bases={"bench": 0}))

    assert (plan.move, plan.writes) == (Move.LOWER, (write("bench", 9, 0),))


def test_a_place_that_nobody_changed_is_written_beside_one_that_is_held() -> None:
    known = {"bench": shows(9), "fair": shows(3)}

    plan = plan_figures(REF, target(bench=5, fair=2), known, Held(bases={"bench": 5}))

    assert (plan.move, plan.writes) == (Move.LOWER, (write("fair", 3, 2),))


def test_nothing_is_written_to_what_seems_to_be_deleted() -> None:
    plan = plan_figures(REF, target(bench=0), {"bench": shows(9)}, Held(gone=True))

    assert plan.move is Move.HELD


def test_a_listing_of_which_nothing_but_a_change_of_others_is_left_waits_for_the_answer() -> None:
    held = Side(wanted=9, known=shows(9), held=True)

    assert plan_listing({SIZES[0]: held}) is ListingMove.HELD
    beside_a_sale = {SIZES[0]: held, SIZES[1]: Side(wanted=1, known=shows(2))}
    assert plan_listing(beside_a_sale) is ListingMove.LOWER


def test_a_variation_that_was_switched_off_is_left_so_whatever_there_is_of_it() -> None:
    gold, silver = SIZES[:2]
    off = Side(wanted=5, known=shows(2, Shelf.SWITCHED_OFF))

    moves = [
        plan_listing({gold: off, silver: Side(wanted=wanted, known=shows(3))})
        for wanted in (3, 4, 2, 0)
    ]

    assert moves == [
        ListingMove.NONE,
        ListingMove.RAISE,
        ListingMove.LOWER,
        ListingMove.WITHDRAW,
    ]
    assert plan_listing({gold: off}) is ListingMove.NONE


def test_the_others_come_back_on_sale_without_it() -> None:
    off = Side(wanted=5, known=shows(2, Shelf.SWITCHED_OFF))
    back = Side(wanted=3, known=shows(3, Shelf.WITHDRAWN))

    assert plan_listing({SIZES[0]: off, SIZES[1]: back}) is ListingMove.RESTORE
