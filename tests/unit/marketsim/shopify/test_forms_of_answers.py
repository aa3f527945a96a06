"""How the practice shop cuts and writes what it tells: differently in GraphQL and in webhooks."""

from tests.unit.marketsim.shopify.rehearsal import Rehearsal

SIZES = """{ products(first: 1, query: "title:Ruby*") { nodes {
    variants(first: 1) { nodes { sku } pageInfo { hasNextPage } } } } }"""
RUBY = """{ products(first: 1, query: "title:Ruby*") { nodes {
    tags variants(first: 1) { nodes { price } } } } }"""
ORDERED = "query($id: ID!) { order(id: $id) { createdAt } }"


async def test_a_nested_list_is_cut_without_a_word(shop: Rehearsal) -> None:
    answer = await shop.query(SIZES)

    (product,) = answer["data"]["products"]["nodes"]
    assert product["variants"] == {"nodes": [{"sku": "RUBY-6"}], "pageInfo": {"hasNextPage": True}}
    assert answer.keys() == {"data", "extensions"}
    assert answer["extensions"].keys() == {"cost"}


async def test_tags_are_a_list_in_graphql_and_one_text_in_webhooks(shop: Rehearsal) -> None:
    await shop.subscribe("PRODUCTS_UPDATE")

    (product,) = (await shop.query(RUBY))["data"]["products"]["nodes"]
    shop.shopify.market.buy(shop.unit("RUBY-6"))
    ((_, body),) = await shop.heard()

    assert product["tags"] == ["ring", "ruby"]
    assert body["tags"] == "ring, ruby"


async def test_times_are_utc_in_graphql_and_the_shops_own_in_webhooks(shop: Rehearsal) -> None:
    await shop.subscribe("ORDERS_CREATE")

    order = shop.shopify.market.buy(shop.unit("RUBY-6"))
    ((_, body),) = await shop.heard()

    told = (await shop.query(ORDERED, id=order))["data"]["order"]["createdAt"]
    assert (told, body["created_at"]) == ("2026-11-23T12:00:00Z", "2026-11-23T07:00:00-05:00")


async def test_some_amounts_are_texts_and_some_are_numbers(shop: Rehearsal) -> None:
    await shop.subscribe("REFUNDS_CREATE")
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"))
    market.pay(order)

    market.refund(order, quantity=1, restock="cancel")

    ((_, body),) = await shop.heard()
    (row,) = body["refund_line_items"]
    assert (row["subtotal"], row["line_item"]["price"]) == (49.99, "49.99")
    assert body["transactions"][0]["amount"] == "49.99"
    (product,) = (await shop.query(RUBY))["data"]["products"]["nodes"]
    assert product["variants"]["nodes"] == [{"price": "125.00"}]
