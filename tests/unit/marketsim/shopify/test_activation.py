"""A product is stocked at one more place; what lay there before does not come back by itself."""

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

from marketsim.shopify.records import InventoryItem


def chain_of(shop: Rehearsal) -> InventoryItem:
    """Five lie at the first place, three at the second."""
    return next(it for it in shop.shopify.shop.store.items.values() if it.sku == "CHAIN")


async def test_activation_errors_carry_no_code(shop: Rehearsal) -> None:
    data = await shop.data(
        "InventoryActivateAt",
        inventoryItemId=shop.item("CHAIN"),
        locationId=shop.place(),
        available=4,
        key="k1",
    )

    assert data["inventoryActivate"]["inventoryLevel"] is None
    assert set(data["inventoryActivate"]["userErrors"][0]) == {"field", "message"}


async def test_an_activation_with_a_figure_sets_it_whatever_lay_there_before(
    shop: Rehearsal,
) -> None:
    chain = chain_of(shop)
    level = list(chain.levels.values())[1]
    level.is_active = False
    assert level.quantities["available"] > 0

    await shop.data(
        "InventoryActivateAt",
        inventoryItemId=chain.gid,
        locationId=shop.place(1),
        available=0,
        key="k1",
    )

    assert (level.is_active, level.quantities["available"]) == (True, 0)


@pytest.mark.parametrize("wrong", [{"available": -1}, {"available": 2_000_000_000}, {}])
async def test_what_cannot_be_stocked_there_is_refused(
    shop: Rehearsal, wrong: dict[str, int]
) -> None:
    """Too few, too many, and a bundle, whose stock is that of its parts."""
    chain = chain_of(shop)
    list(chain.levels.values())[1].is_active = False
    chain.mutable = bool(wrong)
    where = {"inventoryItemId": chain.gid, "locationId": shop.place(1)}

    data = await shop.data("InventoryActivateAt", **where, **wrong, key="k1")

    assert data["inventoryActivate"]["inventoryLevel"] is None
    assert len(data["inventoryActivate"]["userErrors"]) == 1
