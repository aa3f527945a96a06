"""Etsy's listings in PEG's words."""

from datetime import UTC, datetime

import pytest
from tests.support.etsy_shapes import (
    SHOP,
    SIZE,
    inventory,
    product,
    ring_in_sizes,
    value,
)

from peg.domain.identity import OfferRef
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Shelf
from peg.marketplaces.etsy.translate import money, offers, readings
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.seen import Seen

SEEN = Seen(begun_at=datetime(2026, 11, 23, 12, tzinfo=UTC), marketplace_at=None)
SEVEN = OfferRef(shop=SHOP, listing="1", variant="Ring size=7")


@pytest.mark.parametrize(
    ("state", "shelf"),
    [
        ("active", Shelf.LISTED),
        ("inactive", Shelf.WITHDRAWN),
        ("edit", Shelf.WITHDRAWN),
        ("draft", Shelf.WITHDRAWN),
        ("expired", Shelf.WITHDRAWN),
        ("sold_out", Shelf.SOLD_OUT),
        ("removed", Shelf.GONE),
    ],
)
def test_each_state_says_whether_buyers_find_the_listing(state: str, shelf: Shelf) -> None:
    reading = readings(SHOP, "1", ring_in_sizes(), state, SEEN)[SEVEN]

    assert reading.shelf is shelf
    assert reading.parts[ANYWHERE].available == 4
    assert reading.shown() == {ANYWHERE: 4 if shelf is Shelf.LISTED else 0}


def test_a_state_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(UnexpectedAnswer, match="'resting'"):
        readings(SHOP, "1", ring_in_sizes(), "resting", SEEN)


def test_a_product_switched_off_sells_nothing_and_a_deleted_one_is_none() -> None:
    off = product(1, value(SIZE, "Ring size", "6"), quantity=3, is_enabled=False)
    deleted = product(2, value(SIZE, "Ring size", "7"), quantity=3) | {"is_deleted": True}

    found = readings(SHOP, "1", inventory(off, deleted), "active", SEEN)

    assert {ref.variant: one.shown() for ref, one in found.items()} == {
        "Ring size=6": {ANYWHERE: 0}
    }
    assert [one.shelf for one in found.values()] == [Shelf.SWITCHED_OFF]


@pytest.mark.parametrize("state", ["active", "inactive", "sold_out"])
def test_a_product_switched_off_is_that_in_whatever_state_its_listing_is(state: str) -> None:
    off = product(1, value(SIZE, "Ring size", "6"), quantity=3, is_enabled=False)
    on = product(2, value(SIZE, "Ring size", "7"), quantity=3)

    found = readings(SHOP, "1", inventory(off, on), state, SEEN)

    six, seven = found.values()
    assert six.shelf is Shelf.SWITCHED_OFF
    assert seven.shelf is not Shelf.SWITCHED_OFF
    assert six.parts[ANYWHERE].available == 3  # what it will show when it is switched on again


def test_two_products_that_cannot_be_told_apart_are_refused() -> None:
    twins = inventory(product(1), product(2))

    with pytest.raises(UnexpectedAnswer, match="two products"):
        readings(SHOP, "1", twins, "active", SEEN)


@pytest.mark.parametrize("field", ["quantity", "is_enabled"])
def test_a_field_gone_overnight_gives_no_reading(field: str) -> None:
    broken = product(1)
    del broken["offerings"][0][field]

    with pytest.raises(UnexpectedAnswer, match=field):
        readings(SHOP, "1", inventory(broken), "active", SEEN)


def test_an_offer_carries_what_matching_needs() -> None:
    listing = {
        "listing_id": 1,
        "state": "active",
        "title": "Ada&#39;s ring",
        "tags": ["sapphire"],
        "materials": ["14K gold", "sapphire"],
        "taxonomy_id": 1234,
    }

    seven = offers(SHOP, listing, ring_in_sizes(), SEEN)[2]

    assert seven.ref == SEVEN
    assert (seven.title, seven.sku, seven.price) == ("Ada's ring", "RING-7", Money(12345, "USD"))
    assert seven.options == {"Ring size": "7"}
    assert seven.attributes["materials"] == "14K gold, sapphire"


def test_money_is_exact_in_every_currency() -> None:
    assert money({"amount": 1999, "divisor": 100, "currency_code": "USD"}) == Money(1999, "USD")
    assert money({"amount": 190000, "divisor": 100, "currency_code": "JPY"}) == Money(1900, "JPY")
    with pytest.raises(UnexpectedAnswer):
        money({"amount": 19995, "divisor": 1000, "currency_code": "USD"})
