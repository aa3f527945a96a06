"""A connector without PEG's guards: what it sends is what many real ones send."""

from typing import Any

from tests.support.little_shop import LittleShop
from tests.support.practice_etsy import good, writable

from marketsim.etsy.credentials import SHOP_ID
from peg.domain.identity import Sku
from peg.marketplaces.port import Shown, Write

KEY = "6f2cd3d3-6b5e-4a6b-8f0a-0d6f5a1b{:04d}"


class NaiveConnector:
    """Writes its own figures to both practice shops, through their APIs."""

    def __init__(self, shop: LittleShop) -> None:
        self._shop = shop
        self._writes = 0

    async def sets_on_shopify(self, sku: Sku, quantity: int, *, believing: int) -> None:
        """Compare and set; a stale figure is compared with what is there now, and sent again."""
        if await self._compare_and_set(sku, quantity, believing) is Shown.STALE:
            there = self._shop.on("shopify", sku)
            assert await self._compare_and_set(sku, quantity, there) is Shown.SENT

    async def body_for_etsy(self, sku: Sku, quantity: int) -> dict[str, Any]:
        """What it would put on Etsy, made from the listing as it is now."""
        async with self._shop.etsy_api() as api:
            inventory = good(await api.get(await self._address(sku)))
        body = writable(inventory)
        for product in body["products"]:
            if product["sku"] == sku:
                product["offerings"][0]["quantity"] = quantity
        return body

    async def puts_on_etsy(self, sku: Sku, body: dict[str, Any]) -> None:
        """Replace the whole listing."""
        async with self._shop.etsy_api() as api:
            good(await api.put(await self._address(sku), json=body))

    async def puts_on_sale_on_etsy(self, sku: Sku) -> None:
        """Activate a listing, whatever it takes."""
        listing = (await self._shop.offer("etsy", sku)).ref.listing
        async with self._shop.etsy_api() as api:
            path = f"/shops/{SHOP_ID}/listings/{listing}"
            good(await api.patch(path, data={"state": "active"}))

    async def _address(self, sku: Sku) -> str:
        return f"/listings/{(await self._shop.offer('etsy', sku)).ref.listing}/inventory"

    async def _compare_and_set(self, sku: Sku, quantity: int, believed: int) -> Shown:
        offer = await self._shop.offer("shopify", sku)
        store = self._shop.rehearsal.shopify.market.store
        place = str(next(iter(store.locations)))
        write = Write(ref=offer.ref, place=place, basis=believed, quantity=quantity)
        self._writes += 1
        door = self._shop.shopify_door
        (result,) = await door.compare_and_set([write], key=KEY.format(self._writes))
        return result.shown
