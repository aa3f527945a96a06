"""Shopify's points are had before a query is sent, by what queries like it have cost."""

from peg.marketplaces.shopify.costs import FIRST_GUESS_POINTS, Costs


def ids(count: int) -> dict[str, object]:
    return {"ids": ["gid://shopify/ProductVariant/1"] * count}


def test_what_was_never_asked_is_guessed() -> None:
    assert Costs().guess("VariantsById", ids(3)) == FIRST_GUESS_POINTS


def test_as_much_as_before_costs_as_much_as_before() -> None:
    costs = Costs()
    costs.learn("VariantsById", ids(10), 42)

    assert costs.guess("VariantsById", ids(10)) == 42


def test_more_than_ever_before_costs_more_in_proportion() -> None:
    costs = Costs()
    costs.learn("VariantsById", ids(10), 42)

    assert costs.guess("VariantsById", ids(50)) == 210


def test_less_than_before_is_not_expected_to_cost_more() -> None:
    costs = Costs()
    costs.learn("Offers", {"first": 250}, 700)
    costs.learn("Offers", {"first": 50}, 150)

    assert costs.guess("Offers", {"first": 40}) == 150


def test_operations_are_told_apart() -> None:
    costs = Costs()
    costs.learn("VariantsById", ids(10), 42)

    assert costs.guess("Orders", {"first": 10}) == FIRST_GUESS_POINTS
