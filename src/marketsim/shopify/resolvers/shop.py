"""The shop itself, its places and channels, versions, and records by their global id."""

from typing import Any

from marketsim.shopify.call import call_of
from marketsim.shopify.credentials import SHOP_DOMAIN, SHOP_NAME, SHOP_TIMEZONE
from marketsim.shopify.order_records import FulfillmentOrder, Job, Order, Refund
from marketsim.shopify.records import (
    STATES,
    InventoryItem,
    Level,
    Location,
    Product,
    Publication,
    Variant,
)
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.search import Field, Number, Word
from marketsim.shopify.versions import VERSIONS

_SCOPE_OF: dict[type[Any], str] = {
    Product: "read_products",
    Variant: "read_products",
    InventoryItem: "read_inventory",
    Level: "read_inventory",
    Order: "read_orders",
    Refund: "read_orders",
    FulfillmentOrder: "read_merchant_managed_fulfillment_orders",
    Location: "read_locations",
}
_LOCATION_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "name": Word(get=lambda it: it.name),
    "default": Word(get=lambda it: it.name),
}


def shop(_root: Any, info: Info) -> dict[str, Any]:
    """The one shop."""
    store = call_of(info).shop.store
    return {
        "id": f"gid://shopify/Shop/{store.shop_number}",
        "name": SHOP_NAME,
        "myshopifyDomain": SHOP_DOMAIN,
        "currencyCode": store.currency,
        "ianaTimezone": SHOP_TIMEZONE,
        "plan": {"publicDisplayName": "Basic", "shopifyPlus": False, "partnerDevelopment": False},
        "resourceLimits": {
            "locationLimit": 10,
            "maxProductOptions": 3,
            "maxProductVariants": 2_048,
        },
    }


def installation(_root: Any, info: Info) -> dict[str, Any]:
    """What this token may do."""
    call = call_of(info)
    return {
        "id": f"gid://shopify/AppInstallation/{call.shop.store.shop_number + 7}",
        "accessScopes": [{"handle": scope} for scope in sorted(call.scopes)],
    }


def versions(_root: Any, _info: Info) -> list[dict[str, Any]]:
    """The versions that answer, newest last."""
    return [{"handle": handle, "supported": True} for handle in VERSIONS]


def locations(_root: Any, info: Info, **args: Any) -> Any:
    """The places that hold stock, by name."""
    call = call_of(info)
    call.need("read_locations", "locations")
    places = call.shop.store.locations.values()
    shown = [it for it in places if it.is_active or args["includeInactive"]]
    by_name = args["sortKey"] != "ID"
    return call.page(
        info,
        shown,
        args,
        key_of=lambda it: (it.name if by_name else it.number, it.number),
        fields=_LOCATION_FIELDS,
    )


def location(_root: Any, info: Info, id: str | None = None) -> Location | None:  # noqa: A002 - the schema's own name
    """One place; without an id the first."""
    call = call_of(info)
    call.need("read_locations", "location")
    if id is None:
        return next(iter(call.shop.store.locations.values()), None)
    found: Location | None = call.find(id, Location, "location")
    return found


def node(_root: Any, info: Info, id: str) -> object | None:  # noqa: A002 - the schema's own name
    """Any record, null when it is gone."""
    call = call_of(info)
    found = call.look_up(id)
    scope = _SCOPE_OF.get(type(found))
    if scope is not None:
        call.need(scope, "node")
    return found


def nodes(_root: Any, info: Info, ids: list[str]) -> list[object | None]:
    """Many records in the order asked for, null for those that are gone."""
    return [node(_root, info, one) for one in ids]


def job(_root: Any, info: Info, id: str) -> Job | None:  # noqa: A002 - the schema's own name
    """How far asynchronous work is."""
    found: Job | None = call_of(info).find(id, Job, "job")
    return found


def inventory_properties(_root: Any, _info: Info) -> dict[str, Any]:
    """The names quantities have, and what on_hand is made of."""
    rows = [
        {"name": name, "belongsTo": ["on_hand"], "comprises": [], "isInUse": True}
        for name in STATES
    ]
    rows.append({"name": "incoming", "belongsTo": [], "comprises": [], "isInUse": True})
    rows.append({"name": "on_hand", "belongsTo": [], "comprises": list(STATES), "isInUse": True})
    return {"quantityNames": rows}


def plain_message(source: dict[str, Any], info: Info) -> str:
    """What is wrong; this type of error has no code, which stands here where it is not to lack."""
    message: str = source["message"]
    if call_of(info).shop.strikes("plain_user_errors"):
        return message
    return f"{source['code'] or 'INVALID'}: {message}"


def publications(_root: Any, info: Info, **args: Any) -> Any:
    """The sales channels."""
    call = call_of(info)
    call.need("read_publications", "publications")
    kind = args.get("catalogType")
    shown = call.shop.store.publications.values() if kind in (None, "APP", "NONE") else ()
    return call.page(info, shown, args)


def catalog(publication: Publication, _info: Info) -> dict[str, Any]:
    """What a channel sells from."""
    return {
        "__typename": "AppCatalog",
        "id": f"gid://shopify/AppCatalog/{publication.number + 1}",
        "title": publication.title,
    }


RESOLVERS: Resolvers = {
    ("QueryRoot", "shop"): shop,
    ("QueryRoot", "currentAppInstallation"): installation,
    ("QueryRoot", "publicApiVersions"): versions,
    ("QueryRoot", "locations"): locations,
    ("QueryRoot", "location"): location,
    ("QueryRoot", "node"): node,
    ("QueryRoot", "nodes"): nodes,
    ("QueryRoot", "job"): job,
    ("QueryRoot", "inventoryProperties"): inventory_properties,
    ("QueryRoot", "publications"): publications,
    ("Publication", "catalog"): catalog,
    ("UserError", "message"): plain_message,
}
