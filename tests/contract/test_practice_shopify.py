"""What the practice Shopify says is what Shopify's published schemas allow."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_client_schema, parse, print_schema
from tests.support.shopify_schema import admin_contract, admin_schema, validate_operation
from tests.support.webhook_schemas import shopify_webhook_faults
from tests.unit.marketsim.shopify.rehearsal import HOOK, Rehearsal, operations, rehearse
from tools.prune_shopify_schema import fetch_introspection, prune

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("src/peg/**/*.graphql"), *ROOT.glob("tools/*.graphql")]
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_PAID",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
    "INVENTORY_LEVELS_UPDATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
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


@pytest.fixture
async def shop() -> AsyncIterator[Rehearsal]:
    """Whatever passes here is judged at the end."""
    made = await rehearse()
    yield made
    await made.shopify.close()
    await made.http.aclose()
    hooks = [(hook.headers["x-shopify-topic"], hook.content) for hook in made.hooks]
    told = [f"{topic}{fault}" for topic, it in hooks for fault in shopify_webhook_faults(topic, it)]
    assert [*made.overheard.faults(admin_contract), *told] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_document_is_valid_in_the_whole_schema(document: Path) -> None:
    assert validate_operation(document.read_text()) == []


async def done(shop: Rehearsal, operation: str, **variables: Any) -> Any:
    """The payload of an operation that went through."""
    (payload,) = (await shop.data(operation, **variables)).values()
    assert not payload.get("userErrors"), payload
    return payload


async def test_stock_is_read_and_written_as_published(shop: Rehearsal) -> None:
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


async def test_products_are_read_and_written_as_published(shop: Rehearsal) -> None:
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


async def test_orders_and_their_webhooks_are_told_as_published(shop: Rehearsal) -> None:
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
    refund = {"orderId": kept, "refundLineItems": [row]}
    await done(shop, "RefundMake", input=refund, key="r")
    await shop.data("OrdersUpdatedSince", query="updated_at:>='2026-11-01T00:00:00Z'")
    await shop.data("OrdersWithLocations")
    await shop.data("ShopInfo")
    told = {topic for topic, _ in await shop.heard()}
    assert {"orders/create", "orders/paid", "orders/cancelled", "refunds/create"} <= told
    assert "inventory_levels/update" in told


async def test_subscriptions_files_and_bulk_runs_are_as_published(shop: Rehearsal) -> None:
    await done(shop, "WebhookAdd", topic="ORDERS_PAID", subscription={"uri": HOOK})
    (hook,) = (await shop.data("WebhooksPage"))["webhookSubscriptions"]["nodes"]
    bulk = await done(shop, "BulkQueryRun", query="{ products { edges { node { id title } } } }")

    await shop.data("BulkOperationPoll", id=bulk["bulkOperation"]["id"])
    await shop.pass_time(60, steps=6)
    await shop.data("BulkOperationPoll", id=bulk["bulkOperation"]["id"])
    await shop.data("BulkOperationsOpen")
    await shop.ask("BulkOperationStop", id=bulk["bulkOperation"]["id"])
    await done(shop, "WebhookRemove", id=hook["id"])
    staged = await done(shop, "StageUploads", input=[UPLOAD])
    path = staged["stagedTargets"][0]["parameters"][0]["value"]
    await shop.ask("BulkMutationRun", mutation=RENAME, stagedUploadPath=path)
    image = {"originalSource": "https://example.com/a.png", "contentType": "IMAGE"}
    (file,) = (await done(shop, "FilesCreate", files=[image]))["files"]
    assert file["fileStatus"] == "UPLOADED"
    await shop.pass_time(60, steps=3)
    assert (await shop.data("FileStatusById", id=file["id"]))["node"]["fileStatus"] == "READY"


def test_every_operation_is_judged_here() -> None:
    named = {
        node.name.value
        for node in parse(operations()).definitions
        if isinstance(node, OperationDefinitionNode) and node.name
    }

    unjudged = {name for name in named if f'"{name}"' not in Path(__file__).read_text()}
    assert unjudged == set()


def test_the_shops_schema_is_cut_from_the_whole_one() -> None:
    admin_schema()  # skips where it is not fetched
    whole = build_client_schema(fetch_introspection(), assume_valid=True)
    documents = [parse(path.read_text()) for path in DOCUMENTS]

    committed = (ROOT / "src" / "marketsim" / "shopify" / "schema.graphql").read_text()
    assert print_schema(prune(whole, documents)) + "\n" == committed
