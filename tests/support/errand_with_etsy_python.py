"""The same errand by PyPI's `etsy-python`, unchanged.

Arguments: x-api-key, access token, shop. Prints JSON.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from etsy_python.v3.enums.Listing import Includes
from etsy_python.v3.models.Listing import UpdateListingInventoryRequest
from etsy_python.v3.models.Product import Product
from etsy_python.v3.resources.Listing import ListingResource
from etsy_python.v3.resources.ListingInventory import ListingInventoryResource
from etsy_python.v3.resources.Receipt import ReceiptResource
from etsy_python.v3.resources.Session import EtsyClient


def main(key: str, token: str, shop: str) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    session = EtsyClient(keystring=key, access_token=token, refresh_token="", expiry=soon)
    listings = ListingResource(session).get_listings_by_shop(
        int(shop), limit=100, includes=[Includes.INVENTORY]
    )
    rows = listings.message["results"]
    stocked = next(it for it in rows if it["quantity"] > 1 and it["has_variations"])
    inventories = ListingInventoryResource(session)
    inventory = inventories.get_listing_inventory(stocked["listing_id"]).message
    products = [as_written(product) for product in inventory["products"]]
    products[0].offerings[0]["quantity"] -= 1
    request = UpdateListingInventoryRequest(
        products,
        inventory["price_on_property"],
        inventory["quantity_on_property"],
        inventory["sku_on_property"],
    )
    written = inventories.update_listing_inventory(stocked["listing_id"], request)
    receipts = ReceiptResource(session).get_shop_receipts(
        int(shop), was_paid=True, was_shipped=False
    )
    lines = [line for it in receipts.message["results"] for line in it["transactions"]]
    said = {
        "listings": listings.message["count"],
        "quantities": [it["offerings"][0]["quantity"] for it in written.message["products"]],
        "sold": [line["sku"] for line in lines],
        "remaining_today": receipts.rate_limits.remaining_today,
    }
    sys.stdout.write(json.dumps(said, default=str))


def as_written(product: dict[str, Any]) -> Product:
    offering = product["offerings"][0]
    price = offering["price"]["amount"] / offering["price"]["divisor"]
    kept = {name: offering[name] for name in ("quantity", "is_enabled", "readiness_state_id")}
    names = ("property_id", "property_name", "scale_id", "value_ids", "values")
    values = [{name: value[name] for name in names} for value in product["property_values"]]
    return Product(product["sku"], values, [{**kept, "price": price}])


main(*sys.argv[1:])
