"""A seller's errand by PyPI's `etsyv3`, unchanged: list, withdraw stock, read the order.

Arguments: x-api-key, access token, shop. Prints JSON.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

from etsyv3 import EtsyAPI
from etsyv3.etsy_api import Includes
from etsyv3.models.listing_request import UpdateListingInventoryRequest


def main(key: str, token: str, shop: str) -> None:
    naive = datetime.now(UTC).replace(tzinfo=None)  # the client compares with naive UTC
    far = naive + timedelta(hours=1)
    etsy = EtsyAPI(keystring=key, token=token, refresh_token="", expiry=far)
    shop_id = int(shop)
    listings = etsy.get_listings_by_shop(shop_id, limit=100, includes=[Includes.INVENTORY])
    stocked = next(it for it in listings["results"] if it["quantity"] > 1 and it["has_variations"])
    inventory = etsy.get_listing_inventory(stocked["listing_id"])
    request = UpdateListingInventoryRequest.generate_request_from_inventory_response(inventory)
    request.products[0].offerings[0]["quantity"] -= 1
    written = etsy.update_listing_inventory(stocked["listing_id"], request)
    receipts = etsy.get_shop_receipts(shop_id, was_paid=True, was_shipped=False)
    said = {
        "listings": listings["count"],
        "quantities": [it["offerings"][0]["quantity"] for it in written["products"]],
        "sold": [line["sku"] for it in receipts["results"] for line in it["transactions"]],
    }
    sys.stdout.write(json.dumps(said))


main(*sys.argv[1:])
