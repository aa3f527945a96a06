"""How likely the sale of a last piece is a double one, and what that is expected to cost."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peg.domain.exposure import (
    Measured,
    Waits,
    brings_in,
    exceeds,
    expected_cost,
    in_coins,
    rate_per_s,
    share_lost,
)
from peg.domain.identity import ShopId
from peg.domain.money import Money

SHOPIFY, ETSY, FAIR = ShopId("shopify:a"), ShopId("etsy:1"), ShopId("etsy:2")
A_DAY = 86_400.0

seconds = st.lists(st.floats(0, A_DAY), min_size=5, max_size=40)
rates = st.floats(0, 1)


def both(waits_s: list[float], *, shopify: float, etsy: float, double_sales: int = 0) -> Measured:
    """Two shops with the same seconds both ways, and how often an offer of each is bought."""
    return Measured(
        waits={(SHOPIFY, ETSY): Waits(waits_s), (ETSY, SHOPIFY): Waits(waits_s)},
        double_sales={(SHOPIFY, ETSY): double_sales},
        rates_per_s={SHOPIFY: shopify, ETSY: etsy},
    )


def test_the_figures_of_twenty_withdrawals_are_those_that_were_measured() -> None:
    waits = Waits([float(number) for number in range(20, 0, -1)])

    assert (waits.median_s, waits.p95_s, waits.worst_s) == (10.5, 19.0, 20.0)
    assert (waits.mean_s, waits.total_s) == (10.5, 210.0)


def test_nothing_is_told_of_withdrawals_that_nobody_saw() -> None:
    with pytest.raises(ValueError, match="takes its time"):
        Waits([])


def test_a_piece_that_nobody_buys_on_the_other_shop_is_sold_once() -> None:
    seen = both([10.0] * 5, shopify=0.01, etsy=0.0)

    assert seen.chance([SHOPIFY, ETSY]) == 0.0  # after a sale on Shopify nobody buys on Etsy


def test_the_chance_is_what_a_poisson_process_gives() -> None:
    seen = both([10.0] * 5, shopify=0.01, etsy=0.01)

    assert seen.chance([SHOPIFY, ETSY]) == pytest.approx(1 - math.exp(-0.1))


def test_double_sales_that_were_seen_count_for_more_than_the_sales_of_other_pieces() -> None:
    calm = both([10.0] * 5, shopify=1e-6, etsy=1e-6)
    wanted_by_two = both([10.0] * 5, shopify=1e-6, etsy=1e-6, double_sales=1)

    assert wanted_by_two.hazard_per_s((SHOPIFY, ETSY)) == 1 / 50
    assert wanted_by_two.chance([SHOPIFY, ETSY]) > 1_000 * calm.chance([SHOPIFY, ETSY])


def test_of_a_pair_with_few_withdrawals_too_little_is_known() -> None:
    seen = Measured(
        waits={(SHOPIFY, ETSY): Waits([1.0] * 5), (ETSY, SHOPIFY): Waits([1.0] * 4)},
        rates_per_s={SHOPIFY: 1.0, ETSY: 1.0},
    )

    assert seen.lacking([SHOPIFY, ETSY]) == [(ETSY, SHOPIFY)]


def test_a_third_shop_adds_its_own_buyers() -> None:
    shops = (SHOPIFY, ETSY, FAIR)
    pairs = [(one, other) for one in shops for other in shops if one != other]
    seen = Measured(
        waits={pair: Waits([10.0] * 5) for pair in pairs},
        rates_per_s=dict.fromkeys(shops, 0.01),
    )

    assert seen.chance(shops) == pytest.approx(1 - math.exp(-0.2))
    assert seen.chance(shops) > seen.chance(shops[:2])


@given(seconds, rates, rates, st.integers(0, 3))
def test_a_chance_lies_between_never_and_always(
    waits_s: list[float], shopify: float, etsy: float, twice: int
) -> None:
    seen = both(waits_s, shopify=shopify, etsy=etsy, double_sales=twice)

    assert 0.0 <= seen.chance([SHOPIFY, ETSY]) <= 1.0 + 1e-12


@given(seconds, rates, rates, st.floats(1, 10))
def test_slower_withdrawals_never_make_it_less_likely(
    waits_s: list[float], shopify: float, etsy: float, slower: float
) -> None:
    quick = both(waits_s, shopify=shopify, etsy=etsy)
    slow = both([one * slower for one in waits_s], shopify=shopify, etsy=etsy)

    assert slow.chance([SHOPIFY, ETSY]) >= quick.chance([SHOPIFY, ETSY]) - 1e-12


@given(seconds, st.floats(1e-9, 1))
def test_the_mean_of_the_seconds_never_tells_too_low_a_chance(
    waits_s: list[float], rate: float
) -> None:
    seen = both(waits_s, shopify=rate, etsy=rate)
    one_by_one = [-math.expm1(-rate * wait) for wait in waits_s]

    assert seen.chance([SHOPIFY, ETSY]) >= sum(one_by_one) / len(one_by_one) - 1e-9


@given(seconds)
def test_every_figure_lies_within_what_was_measured(waits_s: list[float]) -> None:
    waits = Waits(waits_s)

    assert waits.p95_s in waits_s
    assert min(waits_s) <= waits.median_s <= waits.worst_s
    assert sum(one <= waits.p95_s for one in waits_s) * 100 >= 95 * len(waits_s)


@given(st.integers(0, 10**9), st.floats(0, 1), st.decimals(0, 2, places=4))
def test_an_expected_cost_is_at_most_what_a_double_sale_costs_and_rounded_once(
    minor: int, chance: float, share: Decimal
) -> None:
    cost = expected_cost(Money(minor, "USD"), chance=chance, share=share)

    assert 0 <= cost <= Money(minor, "USD").decimal() * share
    assert abs(in_coins(cost, "USD").decimal() - cost) <= Decimal("0.005")


def test_what_past_double_sales_cost_counts_by_their_prices() -> None:
    half = (Money(50_00, "USD"), Money(100_00, "USD"))
    whole_and_a_fee = (Money(11_000, "JPY"), Money(10_000, "JPY"))

    assert share_lost([half, whole_and_a_fee]) == Decimal("0.8")
    assert share_lost([]) is None


def test_what_is_limited_stays_so_until_it_costs_a_fifth_less() -> None:
    most = Decimal(10)

    assert [exceeds(Decimal(cost), most, limited=False) for cost in (10, 11)] == [False, True]
    assert [exceeds(Decimal(cost), most, limited=True) for cost in (8, 9)] == [False, True]


def test_a_shop_earns_what_it_sells_less_what_it_keeps() -> None:
    price = Money(100_00, "USD")
    here = brings_in(price, rate_per_s=0.5, fee_percent=Decimal(0))
    there = brings_in(price, rate_per_s=0.5, fee_percent=Decimal("6.5"))

    assert [here, there] == [Fraction(5_000), Fraction(4_675)]


def test_a_shop_that_shows_nothing_sells_nothing() -> None:
    assert rate_per_s(3, offers=0, seconds=A_DAY) == 0.0
    assert rate_per_s(4, offers=2, seconds=100.0) == 0.02
