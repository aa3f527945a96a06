"""Each unit of an order's line counts at its place, and what is new there is told of that place."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.support.bench import line, shopify_ref, split

from peg.domain.identity import POOL, LocationId
from peg.domain.order import STATES, LineSnapshot, Share
from peg.ledger.line_effects import Units
from peg.ledger.line_shares import Change, at_locations, changes, deal, settle

ATELIER, GALLERY = "71", "72"
UNITS = st.integers(0, 4)
PLACES = st.sampled_from([ATELIER, GALLERY, None])


@st.composite
def shares(draw: st.DrawFn) -> Share:
    return Share(
        place=draw(PLACES),
        committed=draw(UNITS),
        shipped=draw(UNITS),
        restocked=draw(UNITS),
        written_off=draw(UNITS),
    )


def at(place: str | None, committed: int = 0, **states: int) -> Share:
    return Share(place=place, committed=committed, **states)


def told(*found: Share) -> LineSnapshot:
    return split(shopify_ref(), *found)


def silent(committed: int = 0, shipped: int = 0) -> LineSnapshot:
    return line(shopify_ref(), committed, shipped=shipped)


def sold_at(found: Sequence[Change]) -> dict[str | None, int]:
    return {change.place: change.sold for change in found if change.sold}


@given(first=st.lists(shares(), max_size=4), then=st.lists(shares(), max_size=4))
def test_no_unit_is_lost_on_its_way_to_its_place(first: list[Share], then: list[Share]) -> None:
    kept = settle(told(*first), ()).shares
    snapshot = told(*then)

    settled = settle(snapshot, kept).shares

    for state in STATES:
        assert sum(getattr(share, state) for share in settled) == getattr(snapshot, state)
    assert settle(snapshot, settled).shares == settled


def test_what_is_told_of_places_counts() -> None:
    known = settle(told(at(ATELIER, 2), at(GALLERY, 1)), (at(None, 3),))

    assert known.shares == (at(ATELIER, 2), at(GALLERY, 1))
    assert not known.guessed


def test_a_message_without_places_moves_nothing() -> None:
    kept = (at(ATELIER, 2), at(GALLERY, 1))

    assert settle(silent(3), kept).shares == kept


def test_what_it_tells_of_one_place_happens_there_and_of_several_is_guessed() -> None:
    one = settle(silent(1, shipped=2), (at(ATELIER, 3),))
    several = settle(silent(1, shipped=2), (at(ATELIER, 2), at(GALLERY, 1)))

    assert (one.shares, one.guessed) == ((at(ATELIER, 1, shipped=2),), False)
    assert several.guessed
    assert [share.units for share in several.shares] == [2, 1]


def test_a_unit_that_waits_has_no_place_until_it_is_told() -> None:
    assert settle(told(at(ATELIER, 1), at(None, 1)), ()).shares == (at(ATELIER, 1), at(None, 1))


def test_a_unit_that_is_lost_counts_where_it_waited_or_where_its_line_was_to_ship_from() -> None:
    lost = told(at(GALLERY, 1), at(ATELIER), at(None, written_off=1))

    waited = settle(lost, (at(ATELIER, 1), at(GALLERY, 1)))
    first_seen = settle(lost, ())

    assert waited.shares == (at(ATELIER, written_off=1), at(GALLERY, 1))
    assert first_seen.shares == (at(GALLERY, 1, written_off=1),)


def test_units_of_unknown_place_count_where_the_caller_says() -> None:
    atelier = LocationId("atelier")

    found = at_locations([at(ATELIER, 1), at(None, 2)], {ATELIER: atelier}, unknown=POOL)

    assert {place: share.committed for place, share in found.items()} == {atelier: 1, POOL: 2}


@given(committed=UNITS, shipped=UNITS, restocked=UNITS, written_off=UNITS, first=st.integers(0, 12))
def test_pieces_of_no_place_are_taken_from_places_as_far_as_some_lie_there(
    committed: int, shipped: int, restocked: int, written_off: int, first: int
) -> None:
    loose = at(None, committed, shipped=shipped, restocked=restocked, written_off=written_off)
    at_first = min(first, loose.taken)
    room = {LocationId("atelier"): at_first, LocationId("gallery"): loose.taken - at_first}

    dealt = list(deal(loose, room))

    assert {share.place: share.taken for share in dealt} == room
    for state in STATES:
        assert sum(getattr(share, state) for share in dealt) == getattr(loose, state)


def test_an_order_that_ships_from_elsewhere_gives_back_here_and_takes_there() -> None:
    moved = changes((at(ATELIER, 2),), (at(ATELIER, 1), at(GALLERY, 1)), None)

    assert moved == [
        Change(place=ATELIER, told=True, moved_away=1),
        Change(place=GALLERY, told=True, sold=1),
    ]


def test_a_place_that_was_assumed_and_is_told_now_is_no_news() -> None:
    assert changes((at(None, 1),), (at(ATELIER, 1),), ATELIER) == []
    assert sold_at(changes((at(None, 1),), (at(GALLERY, 1),), ATELIER)) == {GALLERY: 1}


def test_what_came_back_to_another_place_than_it_left_may_be_shown_there() -> None:
    before = (at(ATELIER, shipped=1),)

    returned = changes(before, (*before, at(GALLERY, shipped=-1, restocked=1)), None)

    assert returned == [Change(place=GALLERY, told=True, put_back=1)]


@given(first=st.lists(shares(), max_size=4), then=st.lists(shares(), max_size=4))
def test_the_changes_of_all_places_are_the_change_of_the_line(
    first: list[Share], then: list[Share]
) -> None:
    before, after = settle(told(*first), ()).shares, settle(told(*then), ()).shares

    found = changes(before, after, ATELIER)

    _, put_back = Units.told(told(*then)).since(Units.told(told(*first)))
    taken = sum(change.sold - change.put_back - change.moved_away for change in found)
    assert taken == told(*then).taken - told(*first).taken
    assert sum(change.put_back for change in found) == put_back
    assert min((change.moved_away for change in found), default=0) >= 0
