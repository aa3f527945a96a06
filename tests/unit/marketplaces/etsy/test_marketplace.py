"""One Etsy shop, read through the port."""

from itertools import count

from tests.support.etsy_shop import SHOP, EtsyShop, open_etsy_shop
from tests.support.practice_etsy import catalogue, typed, unit

from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, RemoteOffer, Shelf
from peg.domain.order import OrderSnapshot


async def everything(shop: EtsyShop) -> list[RemoteOffer]:
    return [offer async for page in shop.market.listings() for offer in page.offers]


async def orders(shop: EtsyShop, cursor: str | None) -> tuple[list[OrderSnapshot], str]:
    found: list[OrderSnapshot] = []
    while True:
        page = await shop.market.orders_since(cursor, now=shop.clock.now())
        found += page.orders
        cursor = page.cursor
        if not page.more:
            return found, cursor


async def test_every_offer_of_the_shop_is_found_with_its_sku_and_figure() -> None:
    shop = open_etsy_shop()

    found = {offer.ref.variant: offer for offer in await everything(shop) if offer.ref.variant}
    skus = sorted(offer.sku for offer in await everything(shop))

    assert skus == ["", "RING-1", "RING-2-A", "RING-2-B"]
    gold = found["Metal=Gold|Ring size=7"]
    assert (gold.sku, gold.title) == ("RING-2-A", "Stocked Ring")
    assert gold.reading.parts[ANYWHERE].available == 4
    assert str(found["Metal=Silver|Ring size=7 1/2"].price) == "99.00 USD"


async def test_a_big_shop_is_read_whole_with_repeated_rows_and_blank_skus() -> None:
    shelf = catalogue(*(typed(f"Ring {n}", unit(n, sku=f"R-{n}", stock=1)) for n in range(230)))
    shop = open_etsy_shop(shelf)
    shop.practice.set_faults(page_duplicates=1, blank_skus=0.5)

    found = await everything(shop)

    assert sorted(offer.sku for offer in found) == sorted(f"R-{n}" for n in range(230))
    # Pages on sale, once more for the row that the second did not show, and the other states.
    assert shop.count()["getListingsByShop"] == 3 + 3 + 4


async def test_a_listing_that_stands_on_no_page_however_often_they_are_read_is_told_of() -> None:
    """Between the first page and the second the seller puts an older one back, at every reading."""
    shelf = catalogue(*(typed(f"Ring {n}", unit(n, sku=f"R-{n}", stock=1)) for n in range(230)))
    shop = open_etsy_shop(shelf)
    market, asked = shop.practice.etsy.market, count(1)
    back = {2 + 3 * turn: shop.practice.unit_of(f"R-{2 - turn}") for turn in range(3)}
    for older in back.values():
        market.withdraw(older)

    def puts_back() -> None:
        older = back.get(next(asked))
        if older is not None:
            market.reactivate(older)

    shop.practice.overheard.always(puts_back)

    read = [page async for page in shop.market.listings()]

    (odd,) = [odd for page in read for odd in page.unreadable]
    assert {offer.sku for page in read for offer in page.offers} == {
        f"R-{n}" for n in range(1, 230)
    }
    assert (odd.listing, odd.why) == (
        "",
        "Etsy counts 230 listings that are active, and 1 of them was on no page, however often they"
        " were read: read the shop again",
    )


async def test_reading_one_listing_costs_one_call_and_many_one_for_a_hundred() -> None:
    shelf = catalogue(*(typed(f"Ring {n}", unit(n, sku=f"R-{n}", stock=1)) for n in range(150)))
    shop = open_etsy_shop(shelf)
    refs = [shop.ref(f"R-{n}") for n in range(150)]

    assert (await shop.market.read(refs[:1]))[refs[0]].shown() == {ANYWHERE: 1}
    readings = await shop.market.read(refs)

    assert set(readings) == set(refs)
    assert shop.count() == {"getListingInventory": 1, "getListingsInventoryByListingIds": 2}


async def test_a_withdrawn_listing_reads_as_withdrawn_even_when_etsy_calls_it_edit() -> None:
    shop = open_etsy_shop()
    shop.practice.set_faults(inactive_reads_edit=1)
    ring, chain = shop.ref("RING-1"), shop.ref("")
    await shop.market.withdraw(ring.listing)

    for refs in ([ring], [ring, chain]):
        reading = (await shop.market.read(refs))[ring]
        assert reading.shelf is Shelf.WITHDRAWN
        assert reading.shown() == {ANYWHERE: 0}


async def test_a_product_that_left_its_listing_reads_as_gone() -> None:
    shop = open_etsy_shop()
    there = shop.ref("RING-2-A", "Metal=Gold|Ring size=7")
    lost = shop.ref("RING-2-A", "Metal=Gold|Ring size=9")

    readings = await shop.market.read([there, lost])

    assert readings[there].shelf is Shelf.LISTED
    assert readings[lost].shelf is Shelf.GONE


async def test_a_sale_shows_as_an_order_after_a_while_and_then_stays_the_same() -> None:
    shop = open_etsy_shop()
    _, cursor = await orders(shop, None)
    sold = shop.practice.etsy.market.buy(shop.practice.unit_of("RING-2-A"))

    assert (await orders(shop, cursor))[0] == []
    shop.practice.clock.advance(6)
    found, cursor = await orders(shop, cursor)

    line = found[0].lines[0]
    assert (found[0].order, found[0].paid, line.committed) == (sold, False, 1)
    assert line.ref == shop.ref("RING-2-A", "Metal=Gold|Ring size=7")
    assert (await shop.market.order(sold)).lines == found[0].lines


async def test_a_cancelled_order_is_found_although_no_time_of_change_tells() -> None:
    shop = open_etsy_shop()
    market = shop.practice.etsy.market
    sold = market.buy(shop.practice.unit_of("RING-1"))
    shop.practice.clock.advance(6)
    _, cursor = await orders(shop, None)

    market.cancel(sold, restock=False)
    shop.practice.clock.advance(601)
    found, _ = await orders(shop, cursor)

    assert [(one.order, one.lines[0].restocked) for one in found] == [(sold, 1)]
    assert found[0].cancelled_at is not None


async def test_an_ended_token_is_replaced_and_the_read_goes_on() -> None:
    shop = open_etsy_shop()
    ring = shop.ref("RING-1")
    await shop.market.read([ring])
    shop.practice.clock.advance(3601)

    assert (await shop.market.read([ring]))[ring].shelf is Shelf.LISTED
    assert shop.tokens.given == 2


async def test_thousands_of_calls_are_never_refused_for_their_pace() -> None:
    shop = open_etsy_shop()
    shop.practice.etsy.market.settings.per_second = 10
    ring = shop.ref("RING-1")

    for _ in range(300):
        await shop.market.read([ring])

    assert shop.calls.counts() == {"etsy.getListingInventory": {"ok": 300}}


async def test_refs_of_nothing_read_as_nothing() -> None:
    shop = open_etsy_shop()

    assert await shop.market.read([]) == {}
    unknown = OfferRef(shop=SHOP, listing="999", variant="")
    assert (await shop.market.read([unknown]))[unknown].shelf is Shelf.GONE
