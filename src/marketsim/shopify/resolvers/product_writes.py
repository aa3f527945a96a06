"""Small changes of products: status, prices, tags, publication, deletion."""

from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.records import Product, Publication, Variant
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.inventory_setup import change_item
from marketsim.shopify.resolvers.keyed import Payload
from marketsim.shopify.resolvers.skus import TAKEN, sku_of, taken
from marketsim.shopify.wording import NotMoney, minor

TITLE_MAX = 255
TAGS_MAX = 250
_PLAIN = {
    "title": "title",
    "descriptionHtml": "description_html",
    "vendor": "vendor",
    "productType": "product_type",
    "category": "category",
}


def update(_root: Any, info: Info, **args: Any) -> Payload:
    """Change a product's own fields; what is left out stays."""
    call = call_of(info)
    call.need("write_products", "productUpdate")
    given = args.get("product") or args.get("input") or {}
    identifier = args.get("identifier") or {}
    gid = given.get("id") or identifier.get("id")
    found = call.find(gid, Product, "product") if gid else None
    if found is None:
        return {
            "product": None,
            "userErrors": [user_error("Product does not exist", "id", code="NOT_FOUND")],
        }
    errors = plain_errors(given)
    if errors:
        return {"product": None, "userErrors": errors}
    take_plain(call, found, given)
    call.shop.products.changed(found, by="app")
    return {"product": found, "userErrors": []}


def plain_errors(given: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with title and tags."""
    errors = []
    if "title" in given and not (given["title"] or "").strip():
        errors.append(user_error("Title can't be blank", "title", code="INVALID_INPUT"))
    if len(given.get("title") or "") > TITLE_MAX:
        message = f"Title is too long (maximum is {TITLE_MAX} characters)"
        errors.append(user_error(message, "title", code="INVALID_INPUT"))
    if len(given.get("tags") or ()) > TAGS_MAX:
        errors.append(user_error("Product can have at most 250 tags", "tags", code="INVALID_INPUT"))
    return errors


def take_plain(call: Call, product: Product, given: dict[str, Any]) -> None:
    """Take over the simple fields that were given."""
    for name, attribute in _PLAIN.items():
        if given.get(name) is not None:
            setattr(product, attribute, given[name])
    if given.get("status") is not None:
        product.status = given["status"]
    if given.get("tags") is not None:
        product.tags = sorted(set(given["tags"]))
    handle = given.get("handle")
    if handle is not None and handle != product.handle:
        handles = call.shop.store.handles
        handles.pop(product.handle, None)
        product.handle = handle
        handles[handle] = product


def update_variants(
    _root: Any,
    info: Info,
    productId: str,  # noqa: N803 - the schema's own name
    variants: list[dict[str, Any]],
    **args: Any,
) -> Payload:
    """Change prices, codes and policies of a product's variants; all or, if allowed, some."""
    call = call_of(info)
    call.need("write_products", "productVariantsBulkUpdate")
    product = call.find(productId, Product, "product")
    if product is None:
        error = user_error("Product does not exist", "productId", code="PRODUCT_DOES_NOT_EXIST")
        return {"productVariants": None, "userErrors": [error]}
    known = {it.gid: it for it in product.variants}
    errors = [
        error for index, row in enumerate(variants) for error in _variant_errors(row, known, index)
    ]
    freed = [known[row["id"]].item for row in variants if row.get("id") in known and sku_of(row)]
    errors += [
        user_error(TAKEN, "variants", index, "inventoryItem", "sku", code="INVALID_INPUT")
        for index in taken(call, variants, freed)
    ]
    if errors and not args["allowPartialUpdates"]:
        return {"productVariants": None, "userErrors": errors}
    bad = {int(error["field"][1]) for error in errors}
    changed = []
    for index, row in enumerate(variants):
        if index not in bad:
            take_variant(call, known[row["id"]], row)
            changed.append(known[row["id"]])
    call.shop.products.changed(product, by="app")
    return {"productVariants": changed, "userErrors": errors}


def _variant_errors(
    row: dict[str, Any], known: dict[str, Variant], index: int
) -> list[dict[str, Any]]:
    gid = row.get("id")
    if gid is None:
        message = "Product variant is missing ID attribute"
        return [user_error(message, "variants", index, "id", code="PRODUCT_VARIANT_ID_MISSING")]
    if gid not in known:
        message, code = "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST"
        return [user_error(message, "variants", index, "id", code=code)]
    if row.get("inventoryQuantities"):
        return [
            user_error(
                "Inventory quantities can only be provided during create.",
                "variants",
                index,
                "inventoryQuantities",
                code="NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
            )
        ]
    return price_errors(row, "variants", index)


def price_errors(row: dict[str, Any], *path: str | int) -> list[dict[str, Any]]:
    """What is wrong with a variant's amounts."""
    errors = []
    for name in ("price", "compareAtPrice"):
        if row.get(name) is None:
            continue
        try:
            amount = minor(row[name])
        except NotMoney:
            errors.append(user_error("Price is not an amount", *path, name, code="INVALID_VALUE"))
            continue
        if amount < 0:
            message, code = "Price must be greater than or equal to 0", "NEGATIVE_PRICE_VALUE"
            errors.append(user_error(message, *path, name, code=code))
    return errors


def take_variant(call: Call, variant: Variant, row: dict[str, Any]) -> None:
    """Take over what was given of a variant; the SKU sits inside `inventoryItem`."""
    if row.get("price") is not None:
        variant.price_minor = minor(row["price"])
    if "compareAtPrice" in row:
        given = row["compareAtPrice"]
        variant.compare_at_minor = None if given is None else minor(given)
    if "barcode" in row:
        variant.barcode = row["barcode"]
    if row.get("inventoryPolicy") is not None:
        variant.inventory_policy = row["inventoryPolicy"]
    if row.get("sku") is not None:
        call.shop.store.rename_sku(variant.item, row["sku"])
    if row.get("inventoryItem") is not None:
        change_item(call, variant.item, row["inventoryItem"])
    variant.updated_at = call.shop.store.now()


def add_tags(_root: Any, info: Info, id: str, tags: list[str]) -> Payload:  # noqa: A002 - the schema's own name
    """Add tags; a tag with commas is several."""
    call = call_of(info)
    call.need("write_products", "tagsAdd")
    product = call.find(id, Product, "product")
    if product is None:
        return {
            "node": None,
            "userErrors": [user_error("Node does not exist", "id", code="NOT_FOUND")],
        }
    wanted = {part.strip() for tag in tags for part in tag.split(",") if part.strip()}
    if not wanted <= set(product.tags):
        product.tags = sorted(set(product.tags) | wanted)
        call.shop.products.changed(product, by="app")
    return {"node": product, "userErrors": []}


def publish(_root: Any, info: Info, id: str, input: list[dict[str, Any]]) -> Payload:  # noqa: A002 - the schema's own names
    """Show a product on sales channels: ACTIVE alone shows nothing."""
    call = call_of(info)
    call.need("write_publications", "publishablePublish")
    product = call.find(id, Product, "product")
    channels = []
    for index, row in enumerate(input):
        found = call.look_up(row["publicationId"]) if row.get("publicationId") else None
        if not isinstance(found, Publication):
            error = user_error("Publication does not exist", "input", index, "publicationId")
            return {"publishable": None, "userErrors": [error]}
        channels.append(found.number)
    if product is None:
        return {
            "publishable": None,
            "userErrors": [user_error("Resource does not exist", "id", code="NOT_FOUND")],
        }
    call.shop.products.publish(product, channels, by="app")
    return {"publishable": product, "userErrors": []}


def delete(_root: Any, info: Info, input: dict[str, Any], **_args: Any) -> Payload:  # noqa: A002 - the schema's own name
    """Remove a product for good."""
    call = call_of(info)
    call.need("write_products", "productDelete")
    product = call.find(input["id"], Product, "product")
    if product is None:
        error = user_error("Product does not exist", "id", code="NOT_FOUND")
        return {"deletedProductId": None, "userErrors": [error]}
    call.shop.products.delete(product, by="app")
    return {"deletedProductId": product.gid, "userErrors": []}


RESOLVERS: Resolvers = {
    ("Mutation", "productUpdate"): update,
    ("Mutation", "productVariantsBulkUpdate"): update_variants,
    ("Mutation", "tagsAdd"): add_tags,
    ("Mutation", "publishablePublish"): publish,
    ("Mutation", "productDelete"): delete,
}
