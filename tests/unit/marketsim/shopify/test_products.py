from typing import Any

from tests.unit.marketsim.shopify.rehearsal import Rehearsal


def ring(**more: Any) -> dict[str, Any]:
    given = {
        "title": "Opal ring",
        "productOptions": [{"name": "Size", "values": [{"name": "6"}, {"name": "7"}]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Size", "name": size}],
                "price": "120.00",
                "sku": f"OPAL-{size}",
            }
            for size in ("6", "7")
        ],
        "tags": ["opal", "ring"],
        "metafields": [
            {"namespace": "custom", "key": "stone", "type": "single_line_text_field", "value": "o"}
        ],
    }
    return given | more


async def upsert(shop: Rehearsal, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = await shop.data("ProductUpsert", input=given, **more)
    found: dict[str, Any] = data["productSet"]
    return found


async def test_a_new_product_is_active_untracked_and_on_no_channel(shop: Rehearsal) -> None:
    made = await upsert(shop, ring())

    product = made["product"]
    assert made["userErrors"] == []
    assert (product["status"], product["publishedAt"], product["handle"]) == (
        "ACTIVE",
        None,
        "opal-ring",
    )
    variants = product["variants"]["nodes"]
    assert [it["sku"] for it in variants] == ["OPAL-6", "OPAL-7"]
    assert [it["price"] for it in variants] == ["120.00", "120.00"]
    assert not any(it["inventoryItem"]["tracked"] for it in variants)


async def test_lists_delete_what_they_omit_and_omitted_arguments_stay(shop: Rehearsal) -> None:
    first = (await upsert(shop, ring()))["product"]
    fewer = ring(variants=ring()["variants"][1:])
    del fewer["tags"]
    fewer["metafields"] = []

    second = (await upsert(shop, fewer, identifier={"id": first["id"]}))["product"]

    assert [it["sku"] for it in second["variants"]["nodes"]] == ["OPAL-7"]
    assert second["variants"]["nodes"][0]["id"] == first["variants"]["nodes"][1]["id"]
    assert second["tags"] == ["opal", "ring"]
    found = (await shop.data("ProductById", id=first["id"]))["product"]
    assert found["metafields"]["nodes"] == []


async def test_an_asynchronous_product_appears_later(shop: Rehearsal) -> None:
    made = await upsert(shop, ring(), synchronous=False)
    operation = made["productSetOperation"]["id"]
    before = await shop.data("ProductSetPoll", id=operation)
    await shop.pass_time(4, steps=8)
    after = await shop.data("ProductSetPoll", id=operation)

    assert (made["product"], made["productSetOperation"]["status"]) == (None, "CREATED")
    assert before["productOperation"]["product"] is None
    assert after["productOperation"]["status"] == "COMPLETE"
    assert after["productOperation"]["product"]["title"] == "Opal ring"


async def test_mistakes_are_coded_and_change_nothing(shop: Rehearsal) -> None:
    await upsert(shop, ring(handle="opal"))
    before = len(shop.shopify.shop.store.products)

    taken = await upsert(shop, ring(handle="opal"))
    alone = ring()
    del alone["productOptions"]
    optionless = await upsert(shop, alone)
    missing = await upsert(shop, ring(), identifier={"id": "gid://shopify/Product/1"})
    doubled = ring()
    doubled["variants"] *= 2
    twice = await upsert(shop, doubled)

    def codes(payload: dict[str, Any]) -> list[str]:
        return [error["code"] for error in payload["userErrors"]]

    assert codes(taken) == ["HANDLE_NOT_UNIQUE"]
    assert codes(optionless) == ["PRODUCT_OPTIONS_INPUT_MISSING"]
    assert "PRODUCT_DOES_NOT_EXIST" in codes(missing)
    assert set(codes(twice)) == {"INVALID_VARIANT"}
    assert len(shop.shopify.shop.store.products) == before


async def test_a_handle_names_the_same_product_again(shop: Rehearsal) -> None:
    first = await upsert(shop, ring(), identifier={"handle": "opal-1"})
    again = await upsert(shop, ring(title="New"), identifier={"handle": "opal-1"})

    assert again["product"]["id"] == first["product"]["id"]
    assert again["product"]["handle"] == "opal-1"


async def test_active_is_not_published(shop: Rehearsal) -> None:
    shop.shopify.shop.store.parts_by_sku["OPAL-6"] = shop.shopify.shop.store.parts_by_sku["CHAIN"]
    product = (await upsert(shop, ring()))["product"]
    gid = product["variants"]["nodes"][0]["id"]
    before = shop.shopify.market.buyable(gid)
    channels = (await shop.data("PublicationsPage"))["publications"]["nodes"]

    data = await shop.data(
        "PublishTo", id=product["id"], input=[{"publicationId": it["id"]} for it in channels]
    )

    publishable = data["publishablePublish"]["publishable"]
    assert publishable["availablePublicationsCount"]["count"] == 2
    assert before == 0
    assert shop.shopify.market.buyable(gid) > 0


async def test_prices_change_together_or_not_at_all(shop: Rehearsal) -> None:
    product = (await shop.data("ProductsPage", query="title:Ruby*"))["products"]["nodes"][0]
    first, second = (it["id"] for it in product["variants"]["nodes"])

    wrong = await shop.data(
        "VariantPrices",
        productId=product["id"],
        variants=[{"id": first, "price": "10.00"}, {"id": second, "price": "-1.00"}],
    )
    right = await shop.data(
        "VariantPrices",
        productId=product["id"],
        variants=[{"id": first, "price": "10.00", "inventoryItem": {"sku": "NEW"}}],
    )

    (error,) = wrong["productVariantsBulkUpdate"]["userErrors"]
    assert (error["code"], error["field"]) == ("NEGATIVE_PRICE_VALUE", ["variants", "1", "price"])
    (changed,) = right["productVariantsBulkUpdate"]["productVariants"]
    assert (changed["price"], changed["sku"]) == ("10.00", "NEW")


async def test_stock_cannot_be_written_with_prices(shop: Rehearsal) -> None:
    product = (await shop.data("ProductsPage", query="title:Gold*"))["products"]["nodes"][0]
    row = {
        "id": product["variants"]["nodes"][0]["id"],
        "inventoryQuantities": [{"availableQuantity": 3, "locationId": shop.place()}],
    }

    data = await shop.data("VariantPrices", productId=product["id"], variants=[row])

    (error,) = data["productVariantsBulkUpdate"]["userErrors"]
    assert error["code"] == "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"


async def test_archiving_takes_a_piece_off_sale_and_a_person_can_put_it_back(
    shop: Rehearsal,
) -> None:
    product = (await shop.data("ProductsPage", query="title:Gold*"))["products"]["nodes"][0]
    given = {"id": product["id"], "status": "ARCHIVED"}

    data = await shop.data("ProductSetStatus", product=given)
    withdrawn = shop.shopify.market.buyable(shop.unit("CHAIN"))
    shop.shopify.market.reactivate(shop.unit("CHAIN"))

    assert data["productUpdate"]["product"]["status"] == "ARCHIVED"
    assert (withdrawn, shop.shopify.market.buyable(shop.unit("CHAIN"))) == (0, 8)
    assert [getattr(it, "by", None) for it in shop.happened] == ["app", "person"]


async def test_tags_are_added_once(shop: Rehearsal) -> None:
    product = (await shop.data("ProductsPage", query="title:Gold*"))["products"]["nodes"][0]

    await shop.data("AddTags", id=product["id"], tags=["gift, gold", "gold"])

    found = await shop.data("ProductByIdentifier", identifier={"id": product["id"]})
    assert found["productByIdentifier"]["tags"] == ["gift", "gold", "ring", "ruby"]


async def test_the_total_lags_behind_the_levels(shop: Rehearsal) -> None:
    text = """{ products(first: 1, query: "title:Gold*") {
        nodes { totalInventory variants(first: 1) { nodes { inventoryQuantity } } } } }"""
    await shop.query(text)
    shop.clock.advance(60)
    first = (await shop.query(text))["data"]["products"]["nodes"][0]
    shop.shopify.market.buy(shop.unit("CHAIN"), 2)

    stale = (await shop.query(text))["data"]["products"]["nodes"][0]
    shop.clock.advance(31)
    true = (await shop.query(text))["data"]["products"]["nodes"][0]

    assert first["totalInventory"] == 8
    assert stale["totalInventory"] == 8
    assert stale["variants"]["nodes"][0]["inventoryQuantity"] == 6
    assert true["totalInventory"] == 6


async def test_pages_of_products_follow_each_other(shop: Rehearsal) -> None:
    first = (await shop.data("VariantsPage", first=2))["productVariants"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await shop.data("VariantsPage", first=2, after=cursor))["productVariants"]

    skus = [it["sku"] for it in first["nodes"] + rest["nodes"]]
    assert skus == ["RUBY-6", "RUBY-7", "CHAIN", None]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_ids_survive_only_as_whole_numbers(shop: Rehearsal) -> None:
    number = int(shop.item("CHAIN").rpartition("/")[2])

    assert number > 2**53
    assert number < 2**63


async def test_a_product_is_deleted_for_good(shop: Rehearsal) -> None:
    await shop.subscribe("PRODUCTS_DELETE")
    product = (await shop.data("ProductsPage", query="title:Gold*"))["products"]["nodes"][0]

    await shop.data("RemoveProduct", input={"id": product["id"]})

    assert (await shop.data("ProductById", id=product["id"]))["product"] is None
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 0
    ((topic, body),) = await shop.heard()
    assert (topic, set(body)) == ("products/delete", {"id"})


async def test_duplicate_skus_are_counted_and_found_in_any_case(shop: Rehearsal) -> None:
    gid = shop.item("RUBY-7")
    await shop.data("InventoryItemSetTracked", id=gid, input={"sku": "CHAIN"})

    page = await shop.data("InventoryItemsPage", query="sku:chain")

    rows = page["inventoryItems"]["nodes"]
    assert [row["duplicateSkuCount"] for row in rows] == [1, 1]
