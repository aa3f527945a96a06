from hypothesis import given
from hypothesis import strategies as st
from tests.support.bench import RING

from peg.domain.identity import POOL, LocationId
from peg.domain.order import Share
from peg.ledger.line_effects import (
    NO_UNITS,
    AppliedRow,
    Rows,
    Step,
    Units,
    brought_of,
    brought_to,
    steps,
)

ATELIER, GALLERY = LocationId("atelier"), LocationId("gallery")


@st.composite
def told(draw: st.DrawFn) -> Share:
    units = st.integers(0, 5)
    return Share(
        committed=draw(units), shipped=draw(units), restocked=draw(units), written_off=draw(units)
    )


@st.composite
def applied(draw: st.DrawFn) -> Rows:
    where = draw(st.sets(st.sampled_from([ATELIER, GALLERY]), min_size=1))
    return rows(*(row(draw(told()), place, brought=draw(st.integers(0, 5))) for place in where))


def row(share: Share, location: LocationId, *, need: int = 2, brought: int = 0) -> AppliedRow:
    pieces = share.times(need)
    return AppliedRow.of(pieces, sku=RING, need=need, location=location, brought=brought)


def rows(*found: AppliedRow) -> Rows:
    return {(one.sku, one.location): one for one in found}


def test_the_first_sight_of_a_line_commits_what_waits_and_takes_off_what_left() -> None:
    share = Share(committed=2, shipped=1, restocked=4, written_off=1)

    after = rows(row(share, ATELIER, need=1))

    assert steps({}, after) == [Step(sku=RING, location=ATELIER, on_hand=-2, committed=2)]


def test_units_of_several_places_count_each_at_its_own() -> None:
    before = rows(row(Share(committed=3), ATELIER))

    after = rows(row(Share(committed=1), ATELIER), row(Share(committed=2), GALLERY))

    assert steps(before, after) == [
        Step(sku=RING, location=ATELIER, committed=-4),
        Step(sku=RING, location=GALLERY, committed=4),
    ]


@given(before=applied(), after=applied())
def test_there_and_back_again_does_nothing(before: Rows, after: Rows) -> None:
    there = {step.location: step for step in steps(before, after)}
    back = {step.location: step for step in steps(after, before)}

    assert there.keys() == back.keys()
    assert all(step.on_hand == -back[place].on_hand for place, step in there.items())
    assert all(step.committed == -back[place].committed for place, step in there.items())
    assert steps(before, before) == []


@given(first=told(), then=told())
def test_what_is_sold_less_what_is_put_back_is_what_the_marketplace_took(
    first: Share, then: Share
) -> None:
    sold, put_back = Units.told(then).since(Units.told(first))

    assert sold >= 0
    assert put_back >= 0
    assert sold - put_back == then.taken - first.taken


@given(one=told(), other=told())
def test_what_was_applied_reads_back_as_it_was_told(one: Share, other: Share) -> None:
    applied = rows(row(one, ATELIER), row(other, GALLERY))

    assert Units.applied(applied) == Units.told(one) + Units.told(other)
    assert Units.applied({}) == NO_UNITS


def test_what_was_put_on_the_shelf_stays_there_when_its_order_ships_from_elsewhere() -> None:
    assert brought_to({ATELIER: 2}, {GALLERY: 2}) == {ATELIER: 2}


def test_what_was_put_to_the_pool_goes_where_it_is_known_to_lie() -> None:
    assert brought_to({POOL: 3}, {POOL: 3}) == {POOL: 3}
    assert brought_to({POOL: 3}, {ATELIER: 1, GALLERY: 2}) == {ATELIER: 1, GALLERY: 2}
    assert brought_to({POOL: 3}, {ATELIER: 1, GALLERY: 1}) == {ATELIER: 2, GALLERY: 1}


def test_the_pieces_of_a_pair_that_lies_at_two_places_are_one_unit() -> None:
    one_of_each = rows(
        AppliedRow.of(Share(committed=1), sku=RING, need=2, location=ATELIER, brought=1),
        AppliedRow.of(Share(committed=1), sku=RING, need=2, location=GALLERY, brought=1),
    )

    assert Units.applied(one_of_each) == Units(taken=1)
    assert brought_of(one_of_each.values(), 2) == {ATELIER: 1, GALLERY: 1}
    assert sum(brought_of(one_of_each.values(), 1).values()) == 1
