"""A variation that its owner switched off: no write of a listing switches it on, or shows it."""

from collections.abc import Sequence

import pytest
from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.etsy_writes import Before, deciding
from tests.support.practice_etsy import good, writable

from peg.domain.identity import OfferRef
from peg.marketplaces.port import Result, Shown

GOLD, SILVER = "Metal=Gold|Ring size=7", "Metal=Silver|Ring size=7 1/2"


def outcomes(results: Sequence[Result]) -> dict[str, Shown]:
    return {result.ref.variant: result.shown for result in results}


@pytest.fixture
def shop() -> EtsyShop:
    return open_etsy_shop()


@pytest.fixture
def gold(shop: EtsyShop) -> OfferRef:
    return shop.ref("RING-2-A", GOLD)


async def test_a_product_switched_off_cannot_be_shown(shop: EtsyShop, gold: OfferRef) -> None:
    await switch_off(shop, gold)
    silver = shop.ref("RING-2-A", SILVER)

    decision = deciding({gold: 3, silver: 1})
    results = await shop.market.rewrite(gold.listing, decision, Before(shop).keep)

    assert outcomes(results) == {GOLD: Shown.REFUSED, SILVER: Shown.SENT}


async def switch_off(shop: EtsyShop, ref: OfferRef) -> None:
    """The seller unticks a variation, which needs another one in stock."""
    token = {"authorization": f"Bearer {await shop.tokens.token()}"}
    client, path = shop.practice.client, f"/v3/application/listings/{ref.listing}/inventory"
    body = writable(good(await client.get(path, headers=token)))
    for product, enabled in zip(body["products"], (False, True), strict=True):
        product["offerings"][0] |= {"is_enabled": enabled, "quantity": 2}
    good(await client.put(path, headers=token, json=body))


async def test_it_stays_off_with_its_figure_while_the_other_is_written(
    shop: EtsyShop, gold: OfferRef
) -> None:
    await switch_off(shop, gold)
    silver = shop.ref("RING-2-A", SILVER)

    results = await shop.market.rewrite(gold.listing, deciding({silver: 1}), Before(shop).keep)

    now = shop.products_of(gold.listing)
    assert outcomes(results) == {SILVER: Shown.SENT}
    assert [one["quantity"] for one in now] == [2, 1]
    assert [one["enabled"] for one in now] == [False, True]


async def test_the_listing_comes_back_on_sale_without_it(shop: EtsyShop, gold: OfferRef) -> None:
    await switch_off(shop, gold)
    silver = shop.ref("RING-2-A", SILVER)
    await shop.market.withdraw(gold.listing)

    results = await shop.market.restore(gold.listing, deciding({silver: 1}), Before(shop).keep)

    assert outcomes(results) == {SILVER: Shown.SENT}
    assert shop.state_of(gold.listing) == "active"
    assert [one["enabled"] for one in shop.products_of(gold.listing)] == [False, True]


async def test_when_nothing_else_is_left_the_listing_comes_off_sale(
    shop: EtsyShop, gold: OfferRef
) -> None:
    """What is switched off is nothing that could be bought, whatever its figure."""
    await switch_off(shop, gold)
    silver = shop.ref("RING-2-A", SILVER)

    await shop.market.rewrite(gold.listing, deciding({silver: 0}), Before(shop).keep)

    assert shop.state_of(gold.listing) == "inactive"
