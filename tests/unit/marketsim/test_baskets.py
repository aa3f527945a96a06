"""One order of several different pieces: all of them or none, on either practice marketplace."""

import httpx2
import pytest
from tests.support.fair import fair
from tests.support.practice_etsy import SHOP, Fixture, good, let_in, open_etsy, writable
from tests.unit.marketsim.shopify.rehearsal import rehearse

from marketsim.control import control_app
from marketsim.market import NotForSale, Returned, Sold


@pytest.fixture
async def etsy() -> Fixture:
    return await let_in(open_etsy())


async def test_a_receipt_names_each_piece_of_its_basket(etsy: Fixture) -> None:
    market, ring, gold = etsy.etsy.market, etsy.unit_of("RING-1"), etsy.unit_of("RING-2-A")

    order = market.buy_together({ring: 1, gold: 2})
    receipt = await etsy.get(f"{SHOP}/receipts/{order}")

    lines = [(line["sku"], line["quantity"]) for line in receipt["transactions"]]
    assert lines == [("RING-1", 1), ("RING-2-A", 2)]
    assert receipt["subtotal"]["amount"] == 3 * 12_300
    assert (market.buyable(ring), market.buyable(gold)) == (0, 2)
    sold = [it for it in etsy.heard if isinstance(it, Sold)]
    assert [(it.order, it.unit) for it in sold] == [(order, ring), (order, gold)]


async def test_a_cancelled_receipt_gives_back_its_whole_basket(etsy: Fixture) -> None:
    market = etsy.etsy.market
    basket = {etsy.unit_of("RING-1"): 1, etsy.unit_of("RING-2-A"): 2}

    market.cancel(market.buy_together(basket), restock=True)

    back = {it.unit: it.quantity for it in etsy.heard if isinstance(it, Returned)}
    assert back == basket


async def test_a_basket_of_which_one_piece_is_gone_takes_nothing_on_etsy(etsy: Fixture) -> None:
    market, ring = etsy.etsy.market, etsy.unit_of("RING-1")

    with pytest.raises(NotForSale):
        market.buy_together({ring: 1, etsy.unit_of("RING-2-A"): 5})

    assert market.buyable(ring) == 1
    assert market.truth()["receipts"] == []


async def test_products_that_share_a_quantity_are_not_both_sold_the_last_piece(
    etsy: Fixture,
) -> None:
    market, listing = etsy.etsy.market, etsy.listing_of("RING-2-A")
    body = writable(await etsy.inventory(listing))
    body["quantity_on_property"] = []
    for product in body["products"]:
        product["offerings"][0]["quantity"] = 2
    good(await etsy.put(listing, body))
    gold, silver = etsy.unit_of("RING-2-A"), etsy.unit_of("RING-2-B")

    with pytest.raises(NotForSale):
        market.buy_together({gold: 1, silver: 2})
    market.buy_together({gold: 1, silver: 1})

    assert (market.buyable(gold), market.buyable(silver)) == (0, 0)


async def test_a_basket_of_which_one_piece_is_gone_takes_nothing_on_shopify() -> None:
    shop = await rehearse()
    market, ring = shop.shopify.market, shop.unit("RUBY-6")

    with pytest.raises(NotForSale):
        market.buy_together({ring: 1, shop.unit("CHAIN"): 9})
    order = market.buy_together({ring: 1, shop.unit("CHAIN"): 8})

    found = (await shop.data("OrderById", id=order))["order"]
    lines = [(line["sku"], line["quantity"]) for line in found["lineItems"]["nodes"]]
    assert lines == [("RUBY-6", 1), ("CHAIN", 8)]
    assert (market.buyable(ring), market.buyable(shop.unit("CHAIN"))) == (0, 0)


@pytest.mark.parametrize("also", ["ring", {"etsy-1": 0}, {"etsy-1": "2"}, {"etsy-1": True}])
async def test_a_basket_that_cannot_be_read_is_refused(also: object) -> None:
    world = fair()
    transport = httpx2.ASGITransport(app=control_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://market.test") as client:
        asked = {"market": "etsy", "unit": "etsy-0", "also": also}
        answer = await client.post("/_control/orders", json=asked)
    await world.close()

    assert answer.status_code == 422


async def test_somebody_may_order_several_pieces_by_hand() -> None:
    world = fair()
    market = world.market("etsy")
    first, second = (it.unit for it in list(market.offered())[:2])
    transport = httpx2.ASGITransport(app=control_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://market.test") as client:
        asked = {"market": "etsy", "unit": first, "also": {second: 1}}
        answer = await client.post("/_control/orders", json=asked)
        truth = (await client.get("/_control/truth")).json()
    await world.close()

    assert answer.status_code == 200
    assert (truth["sales"]["etsy"]["orders"], truth["sales"]["etsy"]["units"]) == (1, 2)
