import pytest
from tests.support.practice_etsy import API, SHOP, Fixture, let_in, open_etsy

from marketsim.market import (
    EditRefused,
    NoSuchOrder,
    NotForSale,
    OfferChanged,
    OrderClosed,
    OrderId,
    Returned,
    Sold,
)

RECEIPTS = f"{SHOP}/receipts"
LISTINGS = f"{SHOP}/listings"


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def test_stock_falls_at_once_but_the_receipt_comes_later(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")

    order = shop.etsy.market.buy(shop.unit_of("RING-1"))
    at_once = await shop.get(RECEIPTS)
    read = await shop.inventory(listing)
    single = await shop.get(f"{RECEIPTS}/{order}")
    shop.clock.advance(5)
    later = await shop.get(RECEIPTS)

    assert at_once == {"count": 0, "results": []}
    assert read["products"][0]["offerings"][0]["quantity"] == 0
    assert (await shop.get(f"{API}/listings/{listing}"))["state"] == "sold_out"
    assert later["results"] == [single]
    assert (single["status"], single["is_paid"]) == ("open", False)


async def test_a_receipt_lags_by_at_least_half_a_second_unless_that_is_off(shop: Fixture) -> None:
    shop.etsy.market.buy(shop.unit_of("RING-1"))
    shop.clock.advance(0.4)
    early = await shop.get(RECEIPTS)
    shop.set_faults(receipt_lag=0)
    shop.etsy.market.buy(shop.unit_of("RING-2-A"))

    assert early["count"] == 0
    assert (await shop.get(RECEIPTS))["count"] == 1


async def test_the_market_tells_the_sale_before_what_it_changed(shop: Fixture) -> None:
    unit = shop.unit_of("RING-1")

    order = shop.etsy.market.buy(unit)

    sold, changed = shop.heard
    assert isinstance(sold, Sold)
    assert isinstance(changed, OfferChanged)
    assert (sold.order, sold.unit, sold.quantity, sold.parts) == (order, unit, 1, (("piece-1", 1),))
    assert (changed.unit, changed.buyable, changed.by) == (unit, 0, "buyer")


async def test_the_last_piece_is_sold_once(shop: Fixture) -> None:
    shop.etsy.market.buy(shop.unit_of("RING-1"))

    with pytest.raises(NotForSale):
        shop.etsy.market.buy(shop.unit_of("RING-1"))


async def test_a_transaction_says_what_was_sold(shop: Fixture) -> None:
    order = shop.etsy.market.buy(shop.unit_of("RING-2-A"), 2)

    receipt = await shop.get(f"{RECEIPTS}/{order}")

    (line,) = receipt["transactions"]
    assert (line["sku"], line["quantity"], line["price"]["amount"]) == ("RING-2-A", 2, 12_300)
    assert line["listing_id"] == shop.listing_of("RING-2-A")
    assert [it["formatted_value"] for it in line["variations"]] == ["Gold", "7"]
    assert receipt["grandtotal"]["amount"] == 2 * 12_300 + receipt["total_shipping_cost"]["amount"]


async def test_a_transaction_may_lack_sku_product_and_listing(shop: Fixture) -> None:
    shop.set_faults(transaction_nulls=1)
    order = shop.etsy.market.buy(shop.unit_of("RING-2-A"))

    (line,) = (await shop.get(f"{RECEIPTS}/{order}"))["transactions"]
    await shop.client.delete(f"{API}/listings/{shop.listing_of('RING-2-A')}")
    (orphan,) = (await shop.get(f"{RECEIPTS}/{order}"))["transactions"]

    shop.set_faults(transaction_nulls=0)
    order = shop.etsy.market.buy(shop.unit_of("RING-1"))
    (whole,) = (await shop.get(f"{RECEIPTS}/{order}"))["transactions"]

    assert (line["sku"], line["product_id"]) == (None, None)
    assert line["listing_id"] is not None
    assert orphan["listing_id"] is None
    assert whole["sku"] == "RING-1"
    assert whole["product_id"]


async def test_receipts_are_filtered_and_cancelled_ones_must_be_asked_for(shop: Fixture) -> None:
    market = shop.etsy.market
    paid, shipped, cancelled = (market.buy(shop.unit_of("RING-2-A")) for _ in range(3))
    market.pay(paid)
    market.pay(shipped)
    market.fulfil(shipped)
    market.cancel(cancelled, restock=True)
    shop.clock.advance(10)

    async def found(**query: str | int) -> set[str]:
        return {str(it["receipt_id"]) for it in (await shop.get(RECEIPTS, **query))["results"]}

    assert await found() == {paid, shipped}
    assert await found(was_canceled="true") == {cancelled}
    assert await found(was_paid="true", was_shipped="false") == {paid}
    assert await found(was_shipped="true") == {shipped}
    shop.set_faults(cancelled_hidden=0)
    assert await found() == {paid, shipped, cancelled}


@pytest.mark.parametrize(("rate", "missed"), [(1, True), (0, False)], ids=["on", "off"])
async def test_cancels_and_refunds_escape_min_last_modified(
    shop: Fixture, rate: float, *, missed: bool
) -> None:
    shop.set_faults(modified_misses_cancels=rate)
    market = shop.etsy.market
    cancelled, refunded, paid = (market.buy(shop.unit_of("RING-2-A")) for _ in range(3))
    market.pay(refunded)
    shop.clock.advance(60)
    since = int(shop.clock.now().timestamp())
    market.cancel(cancelled, restock=True)
    market.refund(refunded, quantity=1, restock="return")
    market.pay(paid)

    found: set[str] = set()
    for asked in ("true", "false"):
        page = await shop.get(RECEIPTS, min_last_modified=since, was_canceled=asked)
        found |= {str(it["receipt_id"]) for it in page["results"]}

    assert found == ({paid} if missed else {paid, cancelled, refunded})


@pytest.mark.parametrize(("rate", "seconds"), [(1, 0), (0, 60)], ids=["on", "off"])
async def test_a_refund_moves_no_timestamp_and_no_stock(
    shop: Fixture, rate: float, seconds: int
) -> None:
    shop.set_faults(updated_misses_refunds=rate)
    market = shop.etsy.market
    order = market.buy(shop.unit_of("RING-2-A"), 2)
    market.pay(order)
    before = await shop.get(f"{RECEIPTS}/{order}")
    shop.clock.advance(60)

    market.refund(order, quantity=1, restock="return")
    after = await shop.get(f"{RECEIPTS}/{order}")

    assert after["updated_timestamp"] - before["updated_timestamp"] == seconds
    assert after["status"] == "partially refunded"
    assert [it["amount"]["amount"] for it in after["refunds"]] == [12_300]
    assert market.buyable(shop.unit_of("RING-2-A")) == 2
    (back,) = (it for it in shop.heard if isinstance(it, Returned))
    assert (back.quantity, back.restocked) == (1, True)


async def test_a_cancel_puts_nothing_back_on_sale_unless_told_so(shop: Fixture) -> None:
    market, unit = shop.etsy.market, shop.unit_of("RING-1")
    market.cancel(market.buy(unit), restock=True)
    without = market.buyable(unit)
    shop.set_faults(cancel_restocks=1)
    market.reactivate(unit)
    market.cancel(market.buy(unit), restock=False)

    assert (without, market.buyable(unit)) == (0, 1)
    assert [it.restocked for it in shop.heard if isinstance(it, Returned)] == [True, True]


async def test_orders_that_are_closed_stay_closed(shop: Fixture) -> None:
    market = shop.etsy.market
    order = market.buy(shop.unit_of("RING-2-A"))

    with pytest.raises(OrderClosed):
        market.fulfil(order)
    market.cancel(order, restock=True)
    for act in (market.pay, market.fulfil):
        with pytest.raises(OrderClosed):
            act(order)
    with pytest.raises(OrderClosed):
        market.refund(order, quantity=1, restock="return")
    with pytest.raises(NoSuchOrder):
        market.pay(OrderId("x"))


async def test_pages_are_at_most_a_hundred_and_end_at_twelve_thousand(shop: Fixture) -> None:
    for query in ({"limit": 101}, {"limit": 0}, {"offset": 12_001}, {"min_created": 5}):
        answer = await shop.client.get(RECEIPTS, params=query)
        assert answer.status_code == 400


@pytest.mark.parametrize(("rate", "rows_told"), [(1, 4), (0, 3)], ids=["on", "off"])
async def test_a_row_may_come_twice_across_pages(
    shop: Fixture, rate: float, rows_told: int
) -> None:
    shop.set_faults(page_duplicates=rate, receipt_lag=0)
    for _ in range(3):
        shop.etsy.market.buy(shop.unit_of("RING-2-A"))

    first = await shop.get(RECEIPTS, limit=2)
    second = await shop.get(RECEIPTS, limit=2, offset=2)

    rows = [it["receipt_id"] for page in (first, second) for it in page["results"]]
    assert (len(rows), len(set(rows))) == (rows_told, 3)


async def test_a_repeated_row_pushes_another_one_off_a_full_page(shop: Fixture) -> None:
    shop.set_faults(page_duplicates=1)
    whole = [row["listing_id"] for row in (await shop.get(LISTINGS))["results"]]
    assert len(whole) == 3

    pages = [await shop.get(LISTINGS, limit=1, offset=offset) for offset in range(3)]

    rows = [row["listing_id"] for page in pages for row in page["results"]]
    assert rows == [whole[0], whole[0], whole[1]]
    assert [page["count"] for page in pages] == [3, 3, 3]


async def test_a_shipment_needs_a_tracking_code_and_a_payment(shop: Fixture) -> None:
    order = shop.etsy.market.buy(shop.unit_of("RING-1"))
    path, parcel = f"{RECEIPTS}/{order}/tracking", {"tracking_code": "1Z", "carrier_name": "ups"}

    unpaid = await shop.client.post(path, json=parcel)
    shop.etsy.market.pay(order)
    bare = await shop.client.post(path, json={})
    sent = await shop.client.post(path, json=parcel)
    shop.set_faults(shipment_forbidden=1)
    forbidden = await shop.client.post(path, json=parcel)

    assert [it.status_code for it in (unpaid, bare, sent, forbidden)] == [400, 400, 200, 403]
    assert (sent.json()["status"], sent.json()["is_shipped"]) == ("completed", True)


async def test_sales_of_a_listing_payments_and_the_ledger_can_be_read(shop: Fixture) -> None:
    market = shop.etsy.market
    order = market.buy(shop.unit_of("RING-2-A"))
    market.pay(order)
    shop.clock.advance(10)
    now = int(shop.clock.now().timestamp())

    sales = await shop.get(f"{SHOP}/listings/{shop.listing_of('RING-2-A')}/transactions")
    payment = await shop.get(f"{RECEIPTS}/{order}/payments")
    ledger = await shop.get(
        f"{SHOP}/payment-account/ledger-entries", min_created=now - 60, max_created=now
    )

    assert sales["results"][0]["receipt_id"] == int(order)
    gross = payment["results"][0]["amount_gross"]["amount"]
    assert gross == 12_300 + 1_200
    fees = {it["description"]: it["amount"] for it in ledger["results"]}
    assert fees == {
        "renew_after_sale": -20,
        "payment_gross": gross,
        "payment_processing_fee": -430,
        "transaction": -878,
    }


async def test_a_person_edits_stock_and_puts_a_ghost_back(shop: Fixture) -> None:
    market, unit = shop.etsy.market, shop.unit_of("RING-1")

    market.edit_stock(unit, delta=-5)
    gone = market.buyable(unit)
    market.reactivate(unit)
    ghost = market.buyable(unit)
    market.withdraw(unit)
    market.reactivate(unit)

    assert (gone, ghost, market.buyable(unit)) == (0, 1, 1)
    told = [(type(it).__name__, getattr(it, "delta", None)) for it in shop.heard[:2]]
    assert told == [("EditedByHand", -1), ("OfferChanged", None)]
    shop.set_faults(ghost_unit=0)
    market.withdraw(unit)
    with pytest.raises(EditRefused, match="ghost_unit"):
        market.reactivate(unit)
    assert market.buyable(unit) == 0
