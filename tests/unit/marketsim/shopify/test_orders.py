import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

from marketsim.market import EditedByHand, NotForSale, OfferChanged, OrderClosed, Returned, Sold


def stock(shop: Rehearsal, sku: str, place: int = 0) -> tuple[int, int, int]:
    """available, committed, on_hand"""
    item = next(it for it in shop.shopify.shop.store.items.values() if it.sku == sku)
    level = list(item.levels.values())[place]
    return level.quantities["available"], level.quantities["committed"], level.on_hand


async def test_an_order_takes_its_pieces_off_at_once(shop: Rehearsal) -> None:
    market = shop.shopify.market

    market.buy(shop.unit("RUBY-6"))

    assert stock(shop, "RUBY-6") == (0, 1, 1)
    assert market.buyable(shop.unit("RUBY-6")) == 0
    sold, offer = shop.happened
    assert isinstance(sold, Sold)
    assert isinstance(offer, OfferChanged)
    assert (offer.buyable, offer.by) == (0, "buyer")
    with pytest.raises(NotForSale):
        market.buy(shop.unit("RUBY-6"))


async def test_a_shipped_order_leaves_the_shelf(shop: Rehearsal) -> None:
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"), 2)
    market.pay(order)

    market.fulfil(order)

    assert stock(shop, "CHAIN") == (3, 0, 3)
    data = await shop.data("OrderById", id=order)
    assert data["order"]["displayFulfillmentStatus"] == "FULFILLED"
    assert data["order"]["displayFinancialStatus"] == "PAID"


@pytest.mark.parametrize(("restock", "left"), [(True, (1, 0, 1)), (False, (0, 0, 0))])
async def test_a_cancelled_order_restocks_only_when_told_to(
    shop: Rehearsal, *, restock: bool, left: tuple[int, int, int]
) -> None:
    market = shop.shopify.market
    order = market.buy(shop.unit("RUBY-6"))
    market.pay(order)
    shop.happened.clear()

    market.cancel(order, restock=restock)

    assert stock(shop, "RUBY-6") == left
    returned = shop.happened[0]
    assert isinstance(returned, Returned)
    assert returned.restocked is restock
    assert len(shop.happened) == 1 + restock
    line = (await shop.data("OrderById", id=order))["order"]["lineItems"]["nodes"][0]
    assert (line["quantity"], line["currentQuantity"]) == (1, 0)


async def test_a_returned_piece_comes_back_where_it_was_shipped_from(shop: Rehearsal) -> None:
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"), 2)
    market.pay(order)
    market.fulfil(order)

    market.refund(order, quantity=1, restock="return")

    assert stock(shop, "CHAIN") == (4, 0, 4)
    found = (await shop.data("OrderById", id=order))["order"]
    row = found["refunds"][0]["refundLineItems"]["nodes"][0]
    assert (row["restockType"], row["restocked"]) == ("RETURN", True)
    assert row["location"]["id"] == shop.place()
    assert found["totalRefundedSet"]["shopMoney"]["amount"] == "49.99"
    assert found["displayFinancialStatus"] == "PARTIALLY_REFUNDED"


async def test_an_order_is_taken_from_the_place_that_has_it(shop: Rehearsal) -> None:
    market = shop.shopify.market
    market.edit_stock(shop.unit("CHAIN"), delta=-4)

    order = market.buy(shop.unit("CHAIN"), 3)

    data = await shop.data("OrderLocations", id=order)
    (row,) = data["order"]["fulfillmentOrders"]["nodes"]
    assert row["assignedLocation"]["location"]["id"] == shop.place(1)
    assert row["lineItems"]["nodes"][0]["remainingQuantity"] == 3
    assert stock(shop, "CHAIN", 1) == (0, 3, 3)


async def test_an_order_may_be_split_between_places(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("CHAIN"), 7)

    data = await shop.data("OrderLocations", id=order)

    rows = data["order"]["fulfillmentOrders"]["nodes"]
    assert [row["lineItems"]["nodes"][0]["totalQuantity"] for row in rows] == [5, 2]
    assert stock(shop, "CHAIN") == (0, 5, 5)
    assert stock(shop, "CHAIN", 1) == (1, 2, 3)


@pytest.mark.parametrize(("trap", "known"), [(1, [0, 1]), (0, [1, 1])])
async def test_an_order_knows_later_or_at_once_from_where_it_ships(
    shop: Rehearsal, trap: int, known: list[int]
) -> None:
    shop.switch(routing_lags=trap)
    order = shop.shopify.market.buy(shop.unit("RUBY-6"))

    seen = []
    for _ in range(2):
        data = await shop.data("OrderLocations", id=order)
        seen.append(len(data["order"]["fulfillmentOrders"]["nodes"]))
        shop.clock.advance(5)

    assert seen == known


async def test_what_is_sent_from_elsewhere_takes_its_stock_along(shop: Rehearsal) -> None:
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"), 3)

    market.send_from(order, location=1, pieces=1)

    data = await shop.data("OrderLocations", id=order)
    rows = data["order"]["fulfillmentOrders"]["nodes"]
    assert [row["lineItems"]["nodes"][0]["remainingQuantity"] for row in rows] == [2, 1]
    assert (stock(shop, "CHAIN"), stock(shop, "CHAIN", 1)) == ((3, 2, 5), (2, 1, 3))
    market.send_from(order, location=1)
    with pytest.raises(OrderClosed):
        market.send_from(order, location=1)
    assert (stock(shop, "CHAIN"), stock(shop, "CHAIN", 1)) == ((5, 0, 5), (0, 3, 3))


async def test_a_piece_may_come_back_to_another_place_than_it_left(shop: Rehearsal) -> None:
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"), 2)
    market.fulfil(order)

    market.refund(order, quantity=1, restock="return", location=1)

    assert (stock(shop, "CHAIN"), stock(shop, "CHAIN", 1)) == ((3, 0, 3), (4, 0, 4))


async def test_a_till_sells_below_zero(shop: Rehearsal) -> None:
    market = shop.shopify.market
    market.buy(shop.unit("RUBY-6"))

    market.sell_in_person(shop.unit("RUBY-6"))

    assert stock(shop, "RUBY-6") == (-1, 2, 1)


async def test_a_hand_edit_is_told_before_the_offer_changes(shop: Rehearsal) -> None:
    shop.shopify.market.edit_stock(shop.unit("CHAIN"), delta=-9)

    edited, offer = shop.happened
    assert isinstance(edited, EditedByHand)
    assert isinstance(offer, OfferChanged)
    assert (edited.delta, offer.buyable, offer.by) == (-5, 3, "person")


async def test_a_draft_order_reserves_without_leaving_the_shelf(shop: Rehearsal) -> None:
    shop.shopify.market.reserve(shop.unit("CHAIN"), quantity=2)

    assert stock(shop, "CHAIN") == (3, 0, 5)


async def test_untracked_goods_sell_on_and_on(shop: Rehearsal) -> None:
    stone = next(it for it in shop.shopify.market.offered() if it.title == "Loose stone")

    order = shop.shopify.market.buy(stone.unit, 40)

    shop.shopify.market.cancel(order, restock=True)
    item = next(it for it in shop.shopify.shop.store.items.values() if it.sku is None)
    assert [level.on_hand for level in item.levels.values()] == [4, 0]


async def test_a_cancellation_by_the_app_is_done_later(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("RUBY-6"))

    data = await shop.data("OrderCancelForStock", orderId=order, reason="INVENTORY", restock=True)
    job = data["orderCancel"]["job"]
    before = stock(shop, "RUBY-6")
    await shop.pass_time(5)

    assert job["done"] is False
    assert before == (0, 1, 1)
    assert stock(shop, "RUBY-6") == (1, 0, 1)
    assert (await shop.data("JobPoll", id=job["id"]))["job"]["done"] is True


async def test_a_refund_by_the_app_needs_a_key_and_names_the_restock(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("CHAIN"), 2)
    line = (await shop.data("OrderById", id=order))["order"]["lineItems"]["nodes"][0]["id"]
    row = {"lineItemId": line, "quantity": 1, "restockType": "CANCEL"}

    given = {"orderId": order, "refundLineItems": [row]}
    data = await shop.data("RefundMake", input=given, key="k1")
    again = await shop.data("RefundMake", input=given, key="k1")

    assert data["refundCreate"]["userErrors"] == []
    assert again == data
    assert stock(shop, "CHAIN") == (4, 1, 5)


async def test_orders_older_than_sixty_days_are_missing_silently(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.clock.advance(61 * 86_400)
    shop.shopify.shop.tokens.revoke_all()
    token = shop.shopify.shop.tokens.grant(frozenset({"read_orders"}), lives_s=None)
    shop.token = token.access_token

    page = await shop.data("OrdersUpdatedSince", query="")
    one = await shop.data("OrderById", id=order)
    all_seeing = frozenset({"read_orders", "read_all_orders"})
    shop.token = shop.shopify.shop.tokens.grant(all_seeing, lives_s=None).access_token
    seen = await shop.data("OrdersUpdatedSince", query="")

    assert page["orders"]["nodes"] == []
    assert one["order"] is None
    assert len(seen["orders"]["nodes"]) == 1


async def test_a_deleted_product_is_null_without_an_error(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.shopify.market.delete(shop.unit("CHAIN"))

    answer = await shop.ask("OrderById", id=order)

    line = answer["data"]["order"]["lineItems"]["nodes"][0]
    assert "errors" not in answer
    assert (line["sku"], line["variant"]) == ("CHAIN", None)
    shop.shopify.market.cancel(order, restock=True)


async def test_orders_are_paged_by_the_time_of_their_last_change(shop: Rehearsal) -> None:
    market = shop.shopify.market
    orders = []
    for _ in range(5):
        orders.append(market.buy(shop.unit("CHAIN")))
        shop.clock.advance(1)
    market.pay(orders[0])

    first = (await shop.data("OrdersUpdatedSince", query="", first=3))["orders"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await shop.data("OrdersUpdatedSince", query="", first=3, after=cursor))["orders"]

    found = [it["id"] for it in first["nodes"] + rest["nodes"]]
    assert found == [*orders[1:], orders[0]]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
