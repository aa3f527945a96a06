"""Reading products and variants."""

from datetime import timedelta
from typing import Any

from marketsim.shopify.call import Call, call_of
from marketsim.shopify.connections import Key, KeyOf
from marketsim.shopify.product_operation import ProductSetOperation
from marketsim.shopify.records import OptionRecord, Product, Variant
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.search import Field, Moment, Number, Word
from marketsim.shopify.taxonomy import category_of
from marketsim.shopify.wording import decimal, utc

TOTAL_LAG_S_MAX = 30.0
_PRODUCT_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "title": Word(get=lambda it: it.title),
    "default": Word(get=lambda it: it.title),
    "handle": Word(get=lambda it: it.handle),
    "status": Word(get=lambda it: it.status),
    "vendor": Word(get=lambda it: it.vendor),
    "product_type": Word(get=lambda it: it.product_type),
    "tag": Word(get=lambda it: it.tags),
    "sku": Word(get=lambda it: [v.sku or "" for v in it.variants]),
    "created_at": Moment(get=lambda it: it.created_at),
    "updated_at": Moment(get=lambda it: it.updated_at),
    "published_status": Word(get=lambda it: "published" if it.published_on else "unpublished"),
}
_VARIANT_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "sku": Word(get=lambda it: it.sku),
    "default": Word(get=lambda it: it.sku),
    "barcode": Word(get=lambda it: it.barcode),
    "title": Word(get=lambda it: it.title),
    "product_id": Number(get=lambda it: it.product.number),
    "product_status": Word(get=lambda it: it.product.status),
    "inventory_quantity": Number(get=lambda it: total([it])),
    "updated_at": Moment(get=lambda it: it.updated_at),
}


def products(_root: Any, info: Info, **args: Any) -> Any:
    """All products, searched and sorted."""
    call = call_of(info)
    call.need("read_products", "products")
    key_of = _product_key(args["sortKey"])
    shown = call.shop.store.products.values()
    return call.page(info, shown, args, key_of=key_of, fields=_PRODUCT_FIELDS)


def _product_key(sort_key: str) -> KeyOf:
    def key(it: Product) -> Key:
        values: dict[str, str | int] = {
            "UPDATED_AT": utc(it.updated_at),
            "CREATED_AT": utc(it.created_at),
            "TITLE": it.title,
            "VENDOR": it.vendor,
            "PRODUCT_TYPE": it.product_type,
            "INVENTORY_TOTAL": total(it.variants) if sort_key == "INVENTORY_TOTAL" else 0,
        }
        return (values.get(sort_key, it.number), it.number)

    return key


def product(_root: Any, info: Info, id: str) -> Product | None:  # noqa: A002 - the schema's own name
    """One product, null when it is gone."""
    call = call_of(info)
    call.need("read_products", "product")
    found: Product | None = call.find(id, Product, "product")
    if found is None:
        call.gone("product")
    return found


def product_by_identifier(_root: Any, info: Info, identifier: dict[str, Any]) -> Product | None:
    """One product by id or handle."""
    call = call_of(info)
    call.need("read_products", "productByIdentifier")
    if identifier.get("handle") is not None:
        return call.shop.store.handles.get(identifier["handle"])
    if identifier.get("id") is not None:
        return product(_root, info, identifier["id"])
    return by_custom_id(call, identifier["customId"])


def by_custom_id(call: Call, wanted: dict[str, Any]) -> Product | None:
    """The product whose metafield has this value."""
    for it in call.shop.store.products.values():
        place = (it.gid, wanted.get("namespace") or "custom", wanted["key"])
        field = call.shop.store.metafields.get(place)
        if field is not None and field.value == wanted["value"]:
            return it
    return None


def variants(_root: Any, info: Info, **args: Any) -> Any:
    """All variants, searched."""
    call = call_of(info)
    call.need("read_products", "productVariants")
    by_sku = args["sortKey"] == "SKU"
    return call.page(
        info,
        call.shop.store.variants.values(),
        args,
        key_of=lambda it: ((it.sku or "") if by_sku else it.number, it.number),
        fields=_VARIANT_FIELDS,
    )


def operation(_root: Any, info: Info, id: str) -> ProductSetOperation | None:  # noqa: A002 - the schema's own name
    """How far an asynchronous productSet is."""
    found: ProductSetOperation | None = call_of(info).find(id, ProductSetOperation, "operation")
    return found


def variants_of(source: Product, info: Info, **args: Any) -> Any:
    """A product's variants by position."""
    return call_of(info).page(
        info, source.variants, args, key_of=lambda it: (it.position, it.number)
    )


def options_of(source: Product, info: Info, first: int | None = None) -> list[dict[str, Any]]:
    """A product's options with their values."""
    size = None if first is None or call_of(info).tells_whole({}) else first
    return [_option(option, position) for position, option in enumerate(source.options[:size], 1)]


def _option(option: OptionRecord, position: int) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ProductOption/{option.number}",
        "name": option.name,
        "position": position,
        "optionValues": [
            {"id": f"gid://shopify/ProductOptionValue/{number}", "name": value}
            for value, number in option.values.items()
        ],
    }


def metafields_of(source: Product, info: Info, **args: Any) -> Any:
    """A product's custom fields."""
    call = call_of(info)
    namespace, keys = args.get("namespace"), args.get("keys")
    held = [
        it
        for it in call.shop.store.metafields_of.get(source.gid, [])
        if (namespace is None or it.namespace == namespace)
        and (not keys or f"{it.namespace}.{it.key}" in keys)
    ]
    return call.page(info, held, args)


def total(of: list[Variant]) -> int:
    """Available pieces over all active levels."""
    return sum(
        level.quantities["available"]
        for variant in of
        for level in variant.item.levels.values()
        if level.is_active
    )


def total_inventory(source: Product, info: Info) -> int:
    """The sum over tracked variants, as it was some seconds ago."""
    call = call_of(info)
    true = total([it for it in source.variants if it.item.tracked])
    if true == source.total_shown or not call.shop.strikes("stale_total_inventory"):
        source.total_shown = true
        return true
    now = call.shop.clock.now()
    if source.total_shown_until <= source.updated_at:
        lag = timedelta(seconds=call.shop.rng.uniform(2.0, TOTAL_LAG_S_MAX))
        source.total_shown_until = source.updated_at + lag
    if now >= source.total_shown_until:
        source.total_shown = true
    return source.total_shown


def price(source: Variant, _info: Info) -> str:
    """As a decimal string."""
    return decimal(source.price_minor)


def compare_at_price(source: Variant, _info: Info) -> str | None:
    """As a decimal string."""
    return None if source.compare_at_minor is None else decimal(source.compare_at_minor)


def selected_options(source: Variant, _info: Info) -> list[dict[str, str]]:
    """What tells the variant apart."""
    return [{"name": name, "value": value} for name, value in source.options.items()]


def inventory_quantity(source: Variant, _info: Info) -> int:
    """Available pieces everywhere."""
    return total([source])


def sellable_online(source: Variant, info: Info) -> int:
    """Available pieces where online orders are shipped from."""
    return call_of(info).shop.stock.sellable(source)


def publications_count(source: Product | Variant, _info: Info) -> dict[str, Any]:
    """On how many channels it is shown."""
    shown = source.product if isinstance(source, Variant) else source
    return {"count": len(shown.published_on), "precision": "EXACT"}


RESOLVERS: Resolvers = {
    ("QueryRoot", "products"): products,
    ("QueryRoot", "product"): product,
    ("QueryRoot", "productByIdentifier"): product_by_identifier,
    ("QueryRoot", "productVariants"): variants,
    ("QueryRoot", "productOperation"): operation,
    ("Product", "variants"): variants_of,
    ("Product", "options"): options_of,
    ("Product", "metafields"): metafields_of,
    ("Product", "totalInventory"): total_inventory,
    ("Product", "availablePublicationsCount"): publications_count,
    ("Product", "category"): lambda source, _info: category_of(source.category),
    ("ProductVariant", "availablePublicationsCount"): publications_count,
    ("ProductVariant", "price"): price,
    ("ProductVariant", "compareAtPrice"): compare_at_price,
    ("ProductVariant", "selectedOptions"): selected_options,
    ("ProductVariant", "inventoryItem"): lambda source, _info: source.item,
    ("ProductVariant", "inventoryQuantity"): inventory_quantity,
    ("ProductVariant", "sellableOnlineQuantity"): sellable_online,
}
