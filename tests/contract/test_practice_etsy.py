"""What the practice Etsy says is what Etsy's OpenAPI document allows."""

import json
from collections.abc import AsyncIterator

import pytest
from tests.contract.visits_to_etsy import VISITS, Visit, letter_faults, of_orders
from tests.support.etsy_oas import etsy_contract
from tests.support.practice_etsy import Fixture, let_in, open_etsy

from marketsim.etsy.operations import ALL

NEEDED = frozenset(
    {
        "ping",
        "getMe",
        "getSellerTaxonomyNodes",
        "getPropertiesByTaxonomyId",
        "createDraftListing",
        "getListingsByShop",
        "updateListing",
        "getListing",
        "deleteListing",
        "getListingsByListingIds",
        "getListingsInventoryByListingIds",
        "getListingInventory",
        "updateListingInventory",
        "uploadListingImage",
        "updateListingProperty",
        "updateListingPersonalization",
        "getShopReceipts",
        "getShopReceipt",
        "getShopReceiptTransactionsByListing",
        "createReceiptShipment",
        "getShopPaymentByReceiptId",
        "getShopPaymentAccountLedgerEntries",
        "getShopShippingProfiles",
        "createShopShippingProfile",
        "getShopReadinessStateDefinitions",
        "createShopReadinessStateDefinition",
        "getShopReturnPolicies",
        "getShopSections",
        "createShopSection",
    }
)
"""What a jeweller's app asks of Etsy, by Etsy's own names."""


@pytest.fixture
async def shop() -> AsyncIterator[Fixture]:
    """Whatever passes here is judged at the end."""
    made = await let_in(open_etsy())
    yield made
    assert [*made.overheard.faults(etsy_contract()), *letter_faults(made)] == []


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
async def test_a_visit_hears_only_what_is_published(shop: Fixture, visit: Visit) -> None:
    await visit(shop)

    assert shop.overheard.exchanges


async def test_an_orders_life_is_told_by_webhooks(shop: Fixture) -> None:
    await of_orders(shop)

    told = {json.loads(letter.content)["event_type"] for letter in shop.letters}
    assert {"order.paid", "order.canceled", "order.shipped", "order.delivered"} <= told


async def test_every_operation_of_the_shop_is_visited_and_every_one_that_is_needed() -> None:
    contract, visited = etsy_contract(), set()
    for visit in VISITS:
        shop = await let_in(open_etsy())
        await visit(shop)
        for one in shop.overheard.exchanges:
            operation = contract.operation(one.method, one.path)
            visited |= {operation.name} if operation and one.status < 400 else set()

    assert visited == {each.name for each in ALL}
    assert visited >= NEEDED


def test_every_operation_is_one_that_etsy_has() -> None:
    contract = etsy_contract()

    for each in ALL:
        path = "/v3/application" + each.path.replace("{", "").replace("}", "")
        found = contract.operation(each.method, path)
        assert found is not None, each.name
        assert found.name == each.name
