from hypothesis import given
from hypothesis import strategies as st

from peg.domain.identity import MAIN, POOL, LocationId
from peg.domain.offer import ANYWHERE
from peg.domain.stock import StockLevel
from peg.propagation.targets import Limits, Supply, aim

BENCH, SHOWROOM = LocationId("bench"), LocationId("showroom")
TWO_PLACES = {"11": BENCH, "22": SHOWROOM}
ETSY = {ANYWHERE: None}

levels = st.builds(
    StockLevel,
    on_hand=st.integers(0, 9),
    committed=st.integers(0, 9),
    reserved=st.integers(0, 3),
    suspended=st.integers(0, 3),
)


def one(**places: StockLevel) -> list[Supply]:
    return [Supply(need=1, levels={LocationId(name): level for name, level in places.items()})]


def test_a_sold_ring_is_shown_nowhere() -> None:
    sold = one(bench=StockLevel(on_hand=1, committed=1))

    assert not aim(sold, ETSY, Limits()).listed
    assert not aim(sold, TWO_PLACES, Limits()).listed


def test_a_line_whose_place_is_unknown_lowers_the_sum_wherever_it_lies() -> None:
    supplies = [
        Supply(
            need=1,
            levels={
                BENCH: StockLevel(on_hand=2),
                SHOWROOM: StockLevel(on_hand=1),
                POOL: StockLevel(on_hand=0, committed=1),
            },
        )
    ]

    assert aim(supplies, TWO_PLACES, Limits()).quantities == {"11": 1, "22": 1}


def test_a_set_is_offered_as_often_as_its_scarcest_part_allows() -> None:
    pendant = Supply(need=1, levels={BENCH: StockLevel(on_hand=5)})
    studs = Supply(need=2, levels={BENCH: StockLevel(on_hand=5, reserved=2)})

    assert aim([pendant, studs], ETSY, Limits()).quantities == {ANYWHERE: 1}


def test_buffer_and_cap_lower_the_figure_and_say_so() -> None:
    chains = one(bench=StockLevel(on_hand=20))

    shown = aim(chains, ETSY, Limits(buffer=2, cap=5))

    assert shown.quantities == {ANYWHERE: 5}
    assert shown.why == ("2 kept back from this channel", "at most 5 shown on this channel")


def test_a_withheld_offer_shows_nothing_and_says_why() -> None:
    shown = aim(one(bench=StockLevel(on_hand=3)), ETSY, Limits(withheld=("on hold",)))

    assert not shown.listed
    assert shown.why == ("on hold",)


@given(st.dictionaries(st.sampled_from(["bench", "showroom", "pool"]), levels, min_size=1))
def test_no_place_and_no_sum_of_places_ever_shows_more_than_is_there(
    places: dict[str, StockLevel],
) -> None:
    supplies = one(**places)

    shown = aim(supplies, TWO_PLACES, Limits()).quantities

    assert sum(shown.values()) <= max(0, supplies[0].total.available)
    assert shown["11"] <= max(0, places.get("bench", StockLevel(on_hand=0)).available)


def test_what_was_undone_at_a_place_is_shown_at_no_other_and_is_not_stranded() -> None:
    supply = Supply(need=1, levels={MAIN: StockLevel(on_hand=3)})

    wanted = aim([supply], {"A": MAIN}, Limits(undone={"A": 0, "gone": 2}))

    assert wanted.quantities == {"A": 0}
    assert wanted.why == ("3 not shown: a write was undone (`peg undo`)",)
    assert not wanted.stranded
