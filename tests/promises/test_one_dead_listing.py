"""A deleted listing must not hide the rest of the shop."""

from tests.support.etsy_shop import open_etsy_shop
from tests.support.practice_etsy import catalogue, typed, unit

from peg.domain.offer import Shelf


async def test_one_dead_listing_does_not_hide_the_other_99() -> None:
    shelf = catalogue(*(typed(f"Ring {n}", unit(n, sku=f"R-{n}", stock=1)) for n in range(100)))
    shop = open_etsy_shop(shelf)
    refs = [shop.ref(f"R-{n}") for n in range(100)]
    shop.practice.etsy.market.delete(shop.practice.unit_of("R-41"))

    readings = await shop.market.read(refs)

    gone = [ref for ref in refs if readings[ref].shelf is Shelf.GONE]
    assert gone == [refs[41]]
    assert sum(reading.shelf is Shelf.LISTED for reading in readings.values()) == 99
    assert sum(shop.count().values()) < 20  # and not one call for each
