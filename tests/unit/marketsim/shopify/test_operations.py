import pytest
from graphql import OperationDefinitionNode, parse, validate
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, operations

from marketsim.shopify.schema import admin_schema

READS: dict[str, dict[str, object]] = {
    "ShopInfo": {},
    "LocationsPage": {},
    "InventoryQuantityNames": {},
    "InventoryItemsPage": {},
    "VariantsPage": {},
    "ProductsPage": {},
    "TaxonomySearch": {"search": "rings"},
    "PublicationsPage": {},
    "AppCatalogs": {},
    "MetafieldDefinitionsPage": {"ownerType": "PRODUCT"},
    "WebhooksPage": {},
    "OrdersUpdatedSince": {"query": "updated_at:>='2026-11-01T00:00:00Z'"},
    "OrdersWithLocations": {},
    "BulkOperationsOpen": {},
    "Edges": {},
}


def test_every_operation_is_valid_in_the_shops_schema() -> None:
    document = parse(operations())

    mistakes = validate(admin_schema(), document)

    assert mistakes == []
    assert sum(isinstance(it, OperationDefinitionNode) for it in document.definitions) >= 40


@pytest.mark.parametrize("operation", READS)
async def test_every_page_is_read_without_an_error(shop: Rehearsal, operation: str) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"))

    answer = await shop.ask(operation, **READS[operation])

    assert "errors" not in answer, answer["errors"]
    assert answer["extensions"]["cost"]["requestedQueryCost"] <= 1_000
