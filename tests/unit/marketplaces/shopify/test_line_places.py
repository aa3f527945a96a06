"""At which place a unit counts, as Shopify's fulfillment orders and refunds tell it together."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from peg.domain.order import STATES, Share
from peg.marketplaces.shopify.line_places import Back, Shipment, States, shares_of

ATELIER, GALLERY = "71", "72"
UNITS = st.integers(0, 5)
PLACES = st.sampled_from([ATELIER, GALLERY])


def line(
    committed: int = 0, *, shipped: int = 0, restocked: int = 0, written_off: int = 0
) -> States:
    return States(
        committed=committed, shipped=shipped, restocked=restocked, written_off=written_off
    )


def something(shares: Sequence[Share]) -> list[Share]:
    return [share for share in shares if not share.is_nothing]


@given(
    sold=st.builds(line, UNITS, shipped=UNITS, restocked=UNITS, written_off=UNITS),
    shipments=st.lists(st.builds(Shipment, place=PLACES, waiting=UNITS, left=UNITS), max_size=4),
    back=st.lists(
        st.builds(Back, place=PLACES, units=st.integers(1, 5), had_left=st.booleans()), max_size=4
    ),
)
def test_whatever_is_told_of_places_the_line_stays_as_it_is(
    sold: States, shipments: list[Shipment], back: list[Back]
) -> None:
    found = shares_of(sold, shipments, back)

    told: dict[str, object] = dict(sold)
    assert {state: sum(getattr(share, state) for share in found) for state in STATES} == told


def test_a_line_that_ships_from_two_places_counts_at_both() -> None:
    sold = line(3, shipped=2)
    shipments = [
        Shipment(place=ATELIER, waiting=1, left=2),
        Shipment(place=GALLERY, waiting=2),
    ]

    assert something(shares_of(sold, shipments, ())) == [
        Share(place=ATELIER, committed=1, shipped=2),
        Share(place=GALLERY, committed=2),
    ]


def test_a_unit_that_no_fulfillment_order_has_yet_has_no_place() -> None:
    assert something(shares_of(line(2), [Shipment(place=ATELIER, waiting=1)], ())) == [
        Share(place=ATELIER, committed=1),
        Share(committed=1),
    ]


def test_what_came_back_to_where_it_left_is_whole_again_there() -> None:
    sold, shipped = line(shipped=1, restocked=1), [Shipment(place=ATELIER, left=2)]

    found = shares_of(sold, shipped, [Back(place=ATELIER, units=1, had_left=True)])

    assert something(found) == [Share(place=ATELIER, shipped=1, restocked=1)]


def test_what_came_back_elsewhere_is_gone_there_and_more_here() -> None:
    sold, shipped = line(shipped=1, restocked=1), [Shipment(place=ATELIER, left=2)]

    found = shares_of(sold, shipped, [Back(place=GALLERY, units=1, had_left=True)])

    assert something(found) == [
        Share(place=ATELIER, shipped=2),
        Share(place=GALLERY, shipped=-1, restocked=1),
    ]


def test_what_was_lost_on_its_way_left_from_its_place() -> None:
    sold, shipped = line(shipped=1, written_off=1), [Shipment(place=ATELIER, left=2)]

    assert something(shares_of(sold, shipped, ())) == [
        Share(place=ATELIER, shipped=1, written_off=1)
    ]


def test_what_was_moved_on_and_counts_at_the_older_place_still_is_not_shipped_twice() -> None:
    shipments = [Shipment(place=ATELIER, left=5), Shipment(place=GALLERY, left=2)]

    assert something(shares_of(line(shipped=5), shipments, ())) == [
        Share(place=ATELIER, shipped=3),
        Share(place=GALLERY, shipped=2),
    ]
