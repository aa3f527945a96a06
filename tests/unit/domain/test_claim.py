"""Who should get a piece that was sold twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.support.clocks import MONDAY_NOON

from peg.domain.claim import Claim, Policy, Stands, propose
from peg.domain.identity import Channel, ShopId
from peg.domain.money import Money

SHOPIFY, ETSY = ShopId("shopify:gems.myshopify.com"), ShopId("etsy:1001")


def at(second: float) -> datetime:
    return MONDAY_NOON + timedelta(seconds=second)


def claim(
    name: str,
    second: float,
    *,
    shop: ShopId = SHOPIFY,
    paid: bool = True,
    stands: Stands = Stands.WAITS,
    pays: Money | None = None,
    whole: Money | None = None,
) -> Claim:
    waits = stands is Stands.WAITS
    return Claim(
        shop=shop,
        order=name,
        name=f"#{name}",
        created_at=at(second),
        heard_at=at(second + 1),
        paid=paid,
        stands=stands,
        waiting=1 if waits else 0,
        pays=pays,
        whole=whole,
    )


def names(some: Sequence[Claim]) -> list[str]:
    return [one.order for one in some]


def test_the_earliest_order_that_is_paid_gets_the_piece() -> None:
    unpaid, first, second = claim("1", 0, paid=False), claim("2", 5), claim("3", 9)

    proposal = propose([unpaid, first, second], oversold=2, on_hand=1, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["2"], ["3", "1"])
    assert proposal.why == "#2 is the earliest that is paid"


@pytest.mark.parametrize("policy", Policy)
def test_a_piece_that_was_handed_over_is_gone_whatever_the_policy(policy: Policy) -> None:
    gone, waiting = claim("9", 60, stands=Stands.HAS), claim("1", 0)

    proposal = propose([waiting, gone], oversold=1, on_hand=0, policy=policy)

    assert (names(proposal.keep), names(proposal.lose)) == (["9"], ["1"])


def test_no_more_orders_lose_than_pieces_are_missing() -> None:
    six = [claim(str(number), number) for number in range(6)]

    proposal = propose(six, oversold=2, on_hand=4, policy=Policy.EARLIEST_PAID)

    assert names(proposal.lose) == ["4", "5"]


def test_the_order_that_brings_in_more_after_fees_wins_by_margin() -> None:
    on_etsy = claim("1", 0, shop=ETSY, pays=Money(20_000, "USD"))
    on_shopify = claim("2", 5, pays=Money(19_000, "USD"))
    fees = {Channel.ETSY: Decimal("9.5"), Channel.SHOPIFY: Decimal("2.9")}
    both = [on_etsy, on_shopify]

    by_price = propose(both, oversold=1, on_hand=1, policy=Policy.MARGIN)
    by_margin = propose(both, oversold=1, on_hand=1, policy=Policy.MARGIN, fees=fees)

    assert (names(by_price.keep), names(by_margin.keep)) == (["1"], ["2"])
    assert by_price.why == "#1 brings in most, 200.00 USD before fees, which PEG does not know"
    assert by_margin.why == "#2 brings in most, 184.49 USD after fees"


def test_the_larger_order_wins_by_what_its_customer_spends() -> None:
    small = claim("1", 0, whole=Money(18_000, "USD"))
    large = claim("2", 5, whole=Money(42_000, "USD"))

    proposal = propose([small, large], oversold=1, on_hand=1, policy=Policy.CUSTOMER_VALUE)

    assert names(proposal.keep) == ["2"]


@pytest.mark.parametrize(
    "other", [None, Money(20_000, "EUR")], ids=["no price", "another currency"]
)
def test_what_cannot_be_compared_is_left_to_a_person(other: Money | None) -> None:
    both = [claim("1", 0, pays=Money(18_000, "USD")), claim("2", 5, shop=ETSY, pays=other)]

    proposal = propose(both, oversold=1, on_hand=1, policy=Policy.MARGIN)

    assert (names(proposal.keep), names(proposal.lose)) == ([], [])
    assert "cannot be compared" in proposal.why


def test_who_wants_to_be_asked_gets_no_proposal_and_decides_by_a_word() -> None:
    both = [claim("1", 0), claim("2", 5)]

    asked = propose(both, oversold=1, on_hand=1, policy=Policy.ASK)
    told = propose(both, oversold=1, on_hand=1, policy=Policy.ASK, kept=[both[1]])

    assert names(asked.lose) == []
    assert (names(told.keep), names(told.lose)) == (["2"], ["1"])


def test_where_there_are_enough_pieces_nobody_loses() -> None:
    both = [claim("1", 0), claim("2", 5)]

    proposal = propose(both, oversold=0, on_hand=2, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["1", "2"], [])


def test_no_order_loses_to_a_buyer_whose_order_is_not_known_yet() -> None:
    only = claim("1", 0)

    proposal = propose([only], oversold=1, on_hand=1, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["1"], [])
    assert "an order that its shop has not told of yet" in proposal.why


@pytest.mark.parametrize("policy", [Policy.EARLIEST_PAID, Policy.MARGIN, Policy.CUSTOMER_VALUE])
def test_of_two_in_the_same_second_nobody_is_called_the_earliest_and_a_person_says_which(
    policy: Policy,
) -> None:
    price = Money(18_000, "USD")
    on_etsy = claim("1", 5, shop=ETSY, pays=price, whole=price)
    on_shopify = claim("2", 5.4, pays=price, whole=price)

    proposal = propose([on_etsy, on_shopify], oversold=1, on_hand=1, policy=policy)
    told = propose([on_etsy, on_shopify], oversold=1, on_hand=1, policy=policy, kept=[on_shopify])

    assert (names(proposal.keep), names(proposal.lose), proposal.missing) == ([], [], 1)
    assert proposal.why.startswith("#1 and #2 were placed in the same second")
    assert (names(told.keep), names(told.lose)) == (["2"], ["1"])


def test_the_one_that_is_paid_comes_before_the_other_of_the_same_second() -> None:
    unpaid, paid = claim("1", 5, paid=False), claim("2", 5)

    proposal = propose([unpaid, paid], oversold=1, on_hand=1, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["2"], ["1"])


def test_two_of_the_same_second_lose_both_where_an_earlier_one_gets_the_last_piece() -> None:
    first, *last = claim("1", 0), claim("2", 5), claim("3", 5)

    proposal = propose([first, *last], oversold=2, on_hand=1, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["1"], ["2", "3"])


def test_two_of_the_same_second_are_called_the_earliest_together_where_a_later_one_loses() -> None:
    both = [claim("1", 5), claim("2", 5)]

    proposal = propose([*both, claim("3", 9)], oversold=1, on_hand=2, policy=Policy.EARLIEST_PAID)

    assert (names(proposal.keep), names(proposal.lose)) == (["1", "2"], ["3"])
    assert proposal.why == "#1 and #2 are the earliest that are paid"


def test_a_hold_that_keeps_the_piece_is_named_and_no_order_loses_to_another() -> None:
    proposal = propose(
        [claim("1", 0)],
        oversold=1,
        on_hand=1,
        policy=Policy.EARLIEST_PAID,
        holds=["hold 4 (memo for Ann)"],
    )

    assert (names(proposal.lose), proposal.missing) == ([], 0)
    assert "hold 4 (memo for Ann) keeps what is missing" in proposal.why
