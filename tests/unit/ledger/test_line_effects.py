from hypothesis import given
from hypothesis import strategies as st
from tests.support.bench import RING, etsy_ref, line

from peg.domain.identity import LocationId
from peg.domain.order import LineSnapshot
from peg.ledger.line_effects import NO_UNITS, AppliedRow, Step, Units, steps

ATELIER, GALLERY = LocationId("atelier"), LocationId("gallery")


@st.composite
def told(draw: st.DrawFn) -> LineSnapshot:
    units = st.integers(0, 5)
    return line(
        etsy_ref(),
        draw(units),
        shipped=draw(units),
        restocked=draw(units),
        written_off=draw(units),
    )


@st.composite
def rows(draw: st.DrawFn) -> AppliedRow:
    place = draw(st.sampled_from([ATELIER, GALLERY]))
    snapshot = draw(told())
    brought = draw(st.integers(0, 5))
    return AppliedRow.of(snapshot, sku=RING, need=2, location=place, brought=brought)


def test_the_first_sight_of_a_line_commits_what_waits_and_takes_off_what_left() -> None:
    snapshot = line(etsy_ref(), 2, shipped=1, restocked=4, written_off=1)

    after = AppliedRow.of(snapshot, sku=RING, need=1, location=ATELIER)

    assert steps(None, after) == [Step(sku=RING, location=ATELIER, on_hand=-2, committed=2)]


def test_a_row_that_moves_takes_with_it_all_it_did() -> None:
    snapshot = line(etsy_ref(), 1, shipped=1)
    before = AppliedRow.of(snapshot, sku=RING, need=1, location=ATELIER, brought=2)
    after = AppliedRow.of(snapshot, sku=RING, need=1, location=GALLERY, brought=2)

    assert steps(before, after) == [
        Step(sku=RING, location=ATELIER, on_hand=-1, committed=-1),
        Step(sku=RING, location=GALLERY, on_hand=1, committed=1),
    ]


@given(before=rows(), after=rows())
def test_there_and_back_again_does_nothing(before: AppliedRow, after: AppliedRow) -> None:
    there = {step.location: step for step in steps(before, after)}
    back = {step.location: step for step in steps(after, before)}

    assert there.keys() == back.keys()
    assert all(step.on_hand == -back[place].on_hand for place, step in there.items())
    assert all(step.committed == -back[place].committed for place, step in there.items())
    assert steps(before, before) == []


@given(first=told(), then=told())
def test_what_is_sold_less_what_is_put_back_is_what_the_marketplace_took(
    first: LineSnapshot, then: LineSnapshot
) -> None:
    sold, put_back = Units.told(then).since(Units.told(first))

    assert sold >= 0
    assert put_back >= 0
    assert sold - put_back == then.taken - first.taken


@given(snapshot=told())
def test_what_was_applied_reads_back_as_it_was_told(snapshot: LineSnapshot) -> None:
    row = AppliedRow.of(snapshot, sku=RING, need=3, location=ATELIER)

    assert Units.applied({RING: row}) == Units.told(snapshot)
    assert Units.applied({}) == NO_UNITS
