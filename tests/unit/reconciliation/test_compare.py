"""Each cause that a difference may have: what it is seen from, and what is done about it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import etsy_ref, reading_of, shopify_ref

from peg.catalog.expectation import Expectation
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Reading, RemoteOffer, Shelf, Target
from peg.marketplaces.port import UnreadableOffer
from peg.reconciliation.compare import (
    UNDER_WAY,
    Action,
    Behind,
    CauseClass,
    Difference,
    compare,
    not_imported,
    not_matched,
    not_readable,
    not_tracked,
    sold_on,
)

Expected = dict[str, Expectation]
ATELIER, FAIR = "71", "72"


def seen(pieces: int | Mapping[str, int], *, shelf: Shelf = Shelf.LISTED) -> Reading:
    shown = {ANYWHERE: pieces} if isinstance(pieces, int) else pieces
    return reading_of(etsy_ref(), shown, shelf=shelf)


def expects(pieces: int, *, shelf: Shelf = Shelf.LISTED, place: str = ANYWHERE) -> Expected:
    return {place: Expectation(quantity=pieces, shelf=shelf, version=1)}


def should(pieces: int) -> Target:
    return Target(quantities={ANYWHERE: pieces}, listed=pieces > 0, version=1)


def judged(
    reading: Reading, known: Expected, target: Target | None = None, *, dirty: bool = False
) -> tuple[CauseClass, Action] | None:
    found = compare(reading, known, target, behind=UNDER_WAY if dirty else None)
    return None if found is None else (found.cause, found.action)


def test_an_offer_that_shows_what_it_should_differs_in_nothing() -> None:
    assert judged(seen(2), expects(2), should(2)) is None


def test_neither_does_one_that_nobody_has_aimed_at_anything() -> None:
    assert judged(seen(2), expects(2)) is None


def test_fewer_than_expected_are_held_on_all_channels() -> None:
    assert judged(seen(1), expects(2), should(2)) == (CauseClass.MISSING, Action.HOLD)


def test_fewer_at_one_place_are_missing_however_many_lie_at_the_other() -> None:
    known = {**expects(2, place=ATELIER), **expects(1, place=FAIR)}

    assert judged(seen({ATELIER: 1, FAIR: 5}), known) == (CauseClass.MISSING, Action.HOLD)


def test_a_place_that_is_not_told_any_more_shows_nothing() -> None:
    known = {**expects(2, place=ATELIER), **expects(1, place=FAIR)}

    assert judged(seen({ATELIER: 2}), known) == (CauseClass.MISSING, Action.HOLD)


def test_more_than_expected_are_doubted() -> None:
    assert judged(seen(3), expects(2), should(2)) == (CauseClass.EXTRA, Action.DOUBT)


def test_cancelled_pieces_that_come_back_by_themselves_are_no_difference() -> None:
    known = {ANYWHERE: replace(expects(2)[ANYWHERE], may_rise=1)}

    assert judged(seen(3), known) is None
    assert judged(seen(4), known) == (CauseClass.EXTRA, Action.DOUBT)


@pytest.mark.parametrize("off", [Shelf.WITHDRAWN, Shelf.SOLD_OUT])
def test_what_is_on_sale_again_is_driven_off_whatever_it_shows(off: Shelf) -> None:
    for shown in (0, 1, 2):
        known = expects(1, shelf=off)
        assert judged(seen(shown), known, should(0)) == (CauseClass.GHOST, Action.PUSH)


def test_what_was_taken_off_sale_is_asked_about() -> None:
    off = seen(1, shelf=Shelf.WITHDRAWN)

    assert judged(off, expects(1), should(1)) == (CauseClass.OFF_SALE, Action.ASK)


def test_what_the_marketplace_itself_took_off_as_sold_out_is_not() -> None:
    assert judged(seen(0, shelf=Shelf.SOLD_OUT), expects(0), should(0)) is None


def test_what_was_typed_into_a_draft_of_shopify_differs_as_on_sale() -> None:
    known = expects(5, shelf=Shelf.WITHDRAWN, place=ATELIER)
    fewer, more = (
        reading_of(shopify_ref(), {ATELIER: shown}, shelf=Shelf.WITHDRAWN) for shown in (3, 7)
    )

    assert judged(fewer, known) == (CauseClass.MISSING, Action.HOLD)
    assert judged(more, known) == (CauseClass.EXTRA, Action.DOUBT)


def test_what_an_etsy_listing_off_sale_says_differs_in_nothing() -> None:
    known = expects(5, shelf=Shelf.WITHDRAWN)

    assert judged(seen(3, shelf=Shelf.WITHDRAWN), known, should(0)) is None


@pytest.mark.parametrize("before", [Shelf.LISTED, Shelf.WITHDRAWN])
def test_a_variation_that_was_switched_off_is_asked_about_whatever_it_says(before: Shelf) -> None:
    known = expects(3, shelf=before)
    off = {shown: seen(shown, shelf=Shelf.SWITCHED_OFF) for shown in (3, 0)}

    for reading in off.values():
        assert judged(reading, known) == (CauseClass.OFF_SALE, Action.ASK)
    assert judged(off[0], expects(3, shelf=Shelf.SWITCHED_OFF)) is None


def test_a_variation_that_was_switched_on_again_is_no_ghost() -> None:
    assert judged(seen(3), expects(3, shelf=Shelf.SWITCHED_OFF)) is None


def test_what_was_deleted_is_reported() -> None:
    gone = Reading(ref=etsy_ref(), parts={}, shelf=Shelf.GONE, begun_at=seen(0).begun_at)

    assert judged(gone, expects(1), should(1)) == (CauseClass.GONE, Action.REPORT)


def test_as_expected_and_not_what_it_should_be_it_is_driven_again() -> None:
    assert judged(seen(2), expects(2), should(1)) == (CauseClass.NOT_SHOWN, Action.PUSH)


def test_off_sale_on_purpose_it_is_driven_back_once_there_are_pieces() -> None:
    known = expects(1, shelf=Shelf.WITHDRAWN)

    found = judged(seen(1, shelf=Shelf.WITHDRAWN), known, should(1))

    assert found == (CauseClass.NOT_SHOWN, Action.PUSH)


def test_what_is_on_its_way_already_is_waited_for() -> None:
    found = judged(seen(2), expects(2), should(1), dirty=True)

    assert found == (CauseClass.IN_FLIGHT, Action.WAIT)


@pytest.mark.parametrize("shown", [5, 4, 3, 2, 6])
def test_while_a_write_is_under_way_no_figure_means_anything(shown: int) -> None:
    known = {ANYWHERE: replace(expects(5)[ANYWHERE], pending=3)}

    assert judged(seen(shown), known, should(3)) == (CauseClass.IN_FLIGHT, Action.WAIT)


def test_without_that_the_offer_is_repaired_in_the_middle_of_its_own_write() -> None:
    found = [judged(seen(shown), expects(5), should(3)) for shown in (5, 3, 6)]

    assert found == [
        (CauseClass.NOT_SHOWN, Action.PUSH),  # the same write again
        (CauseClass.MISSING, Action.HOLD),  # our own write taken for a sale
        (CauseClass.EXTRA, Action.DOUBT),
    ]


def test_a_push_that_waits_explains_no_difference_from_what_we_know() -> None:
    assert judged(seen(1), expects(2), should(2), dirty=True) == (CauseClass.MISSING, Action.HOLD)


def test_the_evidence_is_what_was_seen_expected_and_wanted() -> None:
    found = compare(seen(1), expects(2), should(3))

    assert found is not None
    assert found.evidence == {
        "shown": {ANYWHERE: 1},
        "shelf": "listed",
        "expected": {ANYWHERE: 2},
        "target": {ANYWHERE: 3},
    }


def test_the_evidence_says_when_nothing_is_wanted_of_it_yet() -> None:
    found = compare(seen(1), expects(2), None)

    assert found is not None
    assert found.evidence["target"] is None


def test_what_peg_keeps_no_figure_of_is_reported_by_listing_and_sku() -> None:
    remote = RemoteOffer(
        ref=shopify_ref(),
        reading=seen(1),
        title="Piece",
        sku="RING-9",
        options={},
        price=Money(100, "USD"),
    )
    evidence = {"listing": shopify_ref().listing, "sku": "RING-9"}

    assert not_imported(remote) == Difference(
        cause=CauseClass.NOT_IMPORTED, action=Action.REPORT, evidence=evidence
    )
    assert not_matched(remote) == Difference(
        cause=CauseClass.NOT_MATCHED, action=Action.REPORT, evidence=evidence
    )
    assert not_tracked(remote) == Difference(
        cause=CauseClass.NOT_TRACKED, action=Action.REPORT, evidence=evidence
    )
    assert sold_on(remote) == Difference(
        cause=CauseClass.SELLS_ON, action=Action.REPORT, evidence=evidence
    )


def test_what_cannot_be_read_is_reported_with_the_reason() -> None:
    odd = UnreadableOffer(listing="11", variant="111", title="Piece", sku="RING-9", why="no price")

    found = not_readable(odd)

    assert (found.cause, found.action) == (CauseClass.UNREADABLE, Action.REPORT)
    assert found.evidence == {"listing": "11", "sku": "RING-9", "why": "no price"}


@pytest.mark.parametrize("cause", [CauseClass.ASKED, CauseClass.PAUSED, CauseClass.REFUSED])
def test_what_waits_for_something_else_than_a_push_says_for_what(cause: CauseClass) -> None:
    behind = Behind(cause=cause, action=Action.WAIT, evidence={"why": "stocktaking"})

    found = compare(seen(1), expects(1), should(2), behind=behind)

    assert found is not None
    assert (found.cause, found.evidence["why"]) == (cause, "stocktaking")


def test_every_cause_has_its_test_here() -> None:
    """A cause that is added without one is found out."""
    told = Path(__file__).read_text()

    assert [cause for cause in CauseClass if f"CauseClass.{cause.name}" not in told] == []
