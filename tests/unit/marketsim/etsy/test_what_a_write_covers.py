"""Etsy takes no condition: who covered what was just sold, or taken off by hand, is told of."""

import pytest
from tests.support.practice_etsy import SHOP, Fixture, good, let_in, open_etsy, writable

from marketsim.market import OfferChanged, UnitId


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


def newest(shop: Fixture, unit: UnitId) -> tuple[int, str]:
    """What visitors can buy of a unit by now, and who changed it last."""
    told = [it for it in shop.heard if isinstance(it, OfferChanged) and it.unit == unit]
    return told[-1].buyable, told[-1].by


@pytest.mark.parametrize(
    ("seconds_after_reading", "by"), [(1, "blind app"), (60, "app")], ids=["at once", "later"]
)
async def test_a_sale_is_covered_blindly_only_by_a_write_right_after_its_read(
    shop: Fixture, seconds_after_reading: float, by: str
) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    shop.etsy.market.buy(sold, 3)
    shop.clock.advance(seconds_after_reading)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (4, by)


@pytest.mark.parametrize(
    ("seconds_after_reading", "by"),
    [(1, "blind app over a hand"), (60, "app")],
    ids=["at once", "later"],
)
async def test_what_a_hand_took_off_is_covered_blindly_by_a_write_right_after_its_read(
    shop: Fixture, seconds_after_reading: float, by: str
) -> None:
    listing, taken = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    shop.etsy.market.edit_stock(taken, delta=-1)
    shop.clock.advance(seconds_after_reading)

    good(await shop.put(listing, body))

    assert newest(shop, taken) == (4, by)


async def test_who_was_shown_an_old_state_after_the_sale_writes_as_blindly(shop: Fixture) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    shop.set_faults(stale_read=1)
    shop.etsy.market.buy(sold, 3)
    body = writable(await shop.inventory(listing))

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (4, "blind app")


@pytest.mark.parametrize(("written", "by"), [(4, "blind app"), (6, "app")])
async def test_what_another_call_was_shown_meanwhile_does_not_help_who_writes_back(
    shop: Fixture, written: int, by: str
) -> None:
    """But more than was ever shown to it, it puts there by its own decision."""
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = written
    shop.etsy.market.buy(sold, 3)
    await shop.inventory(listing)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (written, by)


@pytest.mark.parametrize(("before_s", "by"), [(3, "app"), (1, "blind app")])
@pytest.mark.parametrize("where", ["receipts", "receipts/{order}"])
async def test_a_sale_whose_order_the_app_was_shown_before_is_covered_knowingly(
    shop: Fixture, where: str, before_s: float, by: str
) -> None:
    """What it was shown a moment ago may cross a write that had left already."""
    shop.set_faults(receipt_lag=0)
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    shop.clock.advance(1)
    order = shop.etsy.market.buy(sold, 3)
    await shop.get(f"{SHOP}/{where.format(order=order)}")
    shop.clock.advance(before_s)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (4, by)


async def test_an_old_state_beside_an_order_that_was_shown_is_written_back_knowingly(
    shop: Fixture,
) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    shop.set_faults(stale_read=1)
    order = shop.etsy.market.buy(sold, 3)
    shop.clock.advance(1)
    body = writable(await shop.inventory(listing))
    await shop.get(f"{SHOP}/receipts/{order}")
    shop.clock.advance(3)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (4, "app")


async def test_an_order_that_the_look_had_in_it_already_does_not_count_twice(
    shop: Fixture,
) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    told = shop.etsy.market.buy(sold, 1)
    shop.clock.advance(1)
    body = writable(await shop.inventory(listing))
    await shop.get(f"{SHOP}/receipts/{told}")
    shop.clock.advance(3)
    shop.etsy.market.buy(sold, 1)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (3, "blind app")


async def test_a_figure_that_is_sent_again_without_looking_again_is_not_blind(
    shop: Fixture,
) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    good(await shop.put(listing, body))
    shop.etsy.market.buy(sold, 3)

    good(await shop.put(listing, body))

    assert newest(shop, sold) == (4, "app")
