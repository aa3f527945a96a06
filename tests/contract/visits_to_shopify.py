"""What an app may ask of a practice Shopify, part by part; the contract judges what passes."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.unit.marketsim.shopify.rehearsal import HOOK, Rehearsal

Visit = Callable[[Rehearsal], Awaitable[None]]
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_PAID",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
    "INVENTORY_LEVELS_UPDATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "ORDERS_EDITED",
    "APP_UNINSTALLED",
    "BULK_OPERATIONS_FINISH",
)
RING = {
    "title": "Opal ring",
    "productOptions": [{"name": "Size", "values": [{"name": "7"}]}],
    "variants": [
        {
            "optionValues": [{"optionName": "Size", "name": "7"}],
            "price": "120.00",
            "inventoryItem": {"sku": "OPAL-7", "tracked": True},
        }
    ],
}
SIZE = {"name": "Carat", "namespace": "gem", "key": "carat", "ownerType": "PRODUCT"}
UPLOAD = {
    "filename": "names.jsonl",
    "mimeType": "text/jsonl",
    "resource": "BULK_MUTATION_VARIABLES",
    "httpMethod": "POST",
}
RENAME = "mutation($p: ProductUpdateInput!) { productUpdate(product: $p) { product { id } } }"


async def done(shop: Rehearsal, operation: str, **variables: Any) -> Any:
    """The payload of an operation that went through."""
    (payload,) = (await shop.data(operation, **variables)).values()
    assert not payload.get("userErrors"), payload
    return payload


async def of_stock(shop: Rehearsal) -> None:
    """Stock is set, adjusted, activated and tracked; items, levels and places are read."""
    item, place, other = shop.item("CHAIN"), shop.place(), shop.place(1)
    change = {"inventoryItemId": item, "locationId": place}
    quantity = {**change, "quantity": 4, "changeFromQuantity": 5}
    delta = {**change, "delta": -1, "changeFromQuantity": 4}
    common = {"name": "available", "reason": "correction"}

    await done(shop, "InventorySet", input={**common, "quantities": [quantity]}, key="a")
    await shop.ask("InventorySet", input={**common, "quantities": [quantity]}, key="b")
    await done(shop, "InventoryAdjust", input={**common, "changes": [delta]}, key="c")
    await shop.ask("InventoryActivateAt", inventoryItemId=item, locationId=other, key="d")
    await done(shop, "InventoryItemSetTracked", id=item, input={"tracked": True})
    await shop.data("InventoryItemAtLocation", id=item, locationId=place)
    await shop.data("InventoryLevelsPage", locationId=place)
    await shop.data("InventoryItemsPage")
    await shop.data("InventoryItemsById", ids=[item, "gid://shopify/Product/1"])
    await shop.data("InventoryQuantityNames")
    await shop.data("LocationsPage")


async def of_products(shop: Rehearsal) -> None:
    """Products are made at once and later, priced, tagged, published, described and deleted."""
    made = (await done(shop, "ProductUpsert", input=RING))["product"]
    product, (variant,) = made["id"], made["variants"]["nodes"]
    slow = await done(shop, "ProductUpsert", input={**RING, "title": "Late"}, synchronous=False)
    publications = (await shop.data("PublicationsPage"))["publications"]["nodes"]
    price = {"id": variant["id"], "price": "110.00"}
    carat = {"ownerId": product, "namespace": "gem", "key": "carat", "value": "1.5"}

    await shop.ask("ProductSetPoll", id=slow["productSetOperation"]["id"])
    await shop.pass_time(30)
    await shop.data("ProductSetPoll", id=slow["productSetOperation"]["id"])
    await done(shop, "ProductSetStatus", product={"id": product, "status": "ACTIVE"})
    await done(shop, "VariantPrices", productId=product, variants=[price])
    await done(shop, "AddTags", id=product, tags=["opal"])
    await done(shop, "PublishTo", id=product, input=[{"publicationId": publications[0]["id"]}])
    await done(shop, "MetafieldDefinitionAdd", definition={**SIZE, "type": "number_decimal"})
    await shop.ask("MetafieldDefinitionAdd", definition={**SIZE, "type": "number_decimal"})
    await done(shop, "MetafieldsWrite", metafields=[{**carat, "type": "number_decimal"}])
    await shop.data("MetafieldDefinitionsPage", ownerType="PRODUCT")
    await shop.data("ProductById", id=product)
    await shop.data("ProductByIdentifier", identifier={"id": product})
    await shop.data("ProductsPage")
    await shop.data("VariantsPage")
    await shop.data("TaxonomySearch", search="rings")
    await shop.data("AppCatalogs")
    await shop.data("Edges")
    await done(shop, "RemoveProduct", input={"id": product})
    assert (await shop.data("ProductById", id=product))["product"] is None


async def of_orders(shop: Rehearsal) -> None:
    """Orders are bought, paid, shipped, refunded and cancelled, by people and by the app."""
    await shop.subscribe(*TOPICS)
    market = shop.shopify.market
    kept, cancelled = market.buy(shop.unit("CHAIN"), 2), market.buy(shop.unit("RUBY-7"))
    market.pay(kept)
    market.fulfil(kept)
    market.refund(kept, quantity=1, restock="return")
    market.edit_stock(shop.unit("CHAIN"), delta=-1)
    job = await done(
        shop, "OrderCancelForStock", orderId=cancelled, reason="CUSTOMER", restock=True
    )
    await shop.ask("JobPoll", id=job["job"]["id"])
    await shop.pass_time(60, steps=6)

    await shop.data("JobPoll", id=job["job"]["id"])
    for order in (kept, cancelled):
        await shop.data("OrderById", id=order)
        await shop.data("OrderLocations", id=order)
    (line,) = (await shop.data("OrderById", id=kept))["order"]["lineItems"]["nodes"]
    row = {"lineItemId": line["id"], "quantity": 1, "restockType": "NO_RESTOCK"}
    told = await shop.data("WhatARefundWouldPay", id=kept, lines=[row])
    (way,) = told["order"]["suggestedRefund"]["suggestedTransactions"]
    pays = {
        "orderId": kept,
        "kind": "REFUND",
        "gateway": way["gateway"],
        "parentId": way["parentTransaction"]["id"],
        "amount": way["amountSet"]["shopMoney"]["amount"],
    }
    refund = {"orderId": kept, "refundLineItems": [row], "transactions": [pays]}
    await done(shop, "RefundMake", input=refund, key="r")
    await shop.data("RefundsOfOrder", id=kept)
    await shop.data("OrdersUpdatedSince", query="updated_at:>='2026-11-01T00:00:00Z'")
    await shop.data("OrdersWithLocations")
    await shop.data("ShopInfo")


async def of_what_people_do(shop: Rehearsal) -> None:
    """In the admin, an order is edited, a product deleted, and the app removed."""
    await shop.subscribe(*TOPICS)
    market = shop.shopify.market
    order = market.buy(shop.unit("CHAIN"), 2)
    market.remove_from_order(order, quantity=1)
    market.reactivate(shop.unit("RUBY-7"))
    market.delete(shop.unit("RUBY-6"))
    await shop.data("OrderById", id=order)
    market.uninstall()
    await shop.pass_time(1)


async def of_subscriptions_files_and_bulk_runs(shop: Rehearsal) -> None:
    """Subscriptions, uploads, files, and reads and writes in bulk."""
    await shop.subscribe("BULK_OPERATIONS_FINISH")
    await done(shop, "WebhookAdd", topic="ORDERS_PAID", subscription={"uri": HOOK})
    *_, hook = (await shop.data("WebhooksPage"))["webhookSubscriptions"]["nodes"]
    bulk = await done(shop, "BulkQueryRun", query="{ products { edges { node { id title } } } }")

    await shop.data("BulkOperationPoll", id=bulk["bulkOperation"]["id"])
    await shop.pass_time(60, steps=6)
    await shop.data("BulkOperationPoll", id=bulk["bulkOperation"]["id"])
    await shop.data("BulkOperationsOpen")
    await shop.ask("BulkOperationStop", id=bulk["bulkOperation"]["id"])
    await done(shop, "WebhookRemove", id=hook["id"])
    staged = await done(shop, "StageUploads", input=[UPLOAD])
    (target,) = staged["stagedTargets"]
    key = next(it["value"] for it in target["parameters"] if it["name"] == "key")
    await shop.http.post(target["url"], data={"key": key}, files={"file": b'{"p": {}}'})
    await done(shop, "BulkMutationRun", mutation=RENAME, stagedUploadPath=key)
    image = {"originalSource": "https://example.com/a.png", "contentType": "IMAGE"}
    (file,) = (await done(shop, "FilesCreate", files=[image]))["files"]
    assert file["fileStatus"] == "UPLOADED"
    await shop.pass_time(60, steps=3)
    assert (await shop.data("FileStatusById", id=file["id"]))["node"]["fileStatus"] == "READY"


VISITS: tuple[Visit, ...] = (
    of_stock,
    of_products,
    of_orders,
    of_what_people_do,
    of_subscriptions_files_and_bulk_runs,
)
