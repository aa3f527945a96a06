"""productSet: a product as it shall be. What a given list leaves out is deleted."""

from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.opening import handles
from marketsim.shopify.product_operation import ProductSetOperation
from marketsim.shopify.records import (
    InventoryItem,
    Location,
    OptionRecord,
    Product,
    Variant,
)
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload
from marketsim.shopify.resolvers.metafields import replace_all
from marketsim.shopify.resolvers.product_writes import (
    plain_errors,
    price_errors,
    take_plain,
    take_variant,
)
from marketsim.shopify.resolvers.products import by_custom_id
from marketsim.shopify.resolvers.skus import TAKEN, taken

OPTIONS_MAX = 3
Errors = list[dict[str, Any]]


def product_set(
    _root: Any,
    info: Info,
    input: dict[str, Any],  # noqa: A002 - the schema's own name
    synchronous: bool,  # noqa: FBT001 - the same
    identifier: dict[str, Any] | None = None,
) -> Payload:
    """Create or replace a product, at once or as an operation that ends later."""
    call = call_of(info)
    call.need("write_products", "productSet")
    if synchronous:
        product, errors = _set(call, input, identifier)
        return {"product": product, "productSetOperation": None, "userErrors": errors}
    number = call.shop.store.next_number()
    operation = ProductSetOperation(number=number)
    call.shop.operations[number] = operation

    def work() -> None:
        operation.status = "ACTIVE"
        call.shop.agenda.later(call.shop.delay_s(0.3, 2.0), finish)

    def finish() -> None:
        call.shop.subscriptions.new_action()
        operation.product, operation.user_errors = _set(call, input, identifier)
        operation.status = "COMPLETE"

    call.shop.agenda.later(call.shop.delay_s(0.1, 1.0), work)
    return {"product": None, "productSetOperation": operation, "userErrors": []}


def _set(
    call: Call, given: dict[str, Any], identifier: dict[str, Any] | None
) -> tuple[Product | None, Errors]:
    known, errors = _identified(call, given, identifier)
    errors += plain_errors(given) + _shape_errors(call, given, known)
    handle = given.get("handle")
    if handle and call.shop.store.handles.get(handle) not in (None, known):
        message = f"Handle '{handle}' already in use"
        errors.append(user_error(message, "input", "handle", code="HANDLE_NOT_UNIQUE"))
    freed = [variant.item for variant in known.variants] if known else []
    errors += [
        user_error(
            TAKEN, "input", "variants", index, "inventoryItem", "sku", code="INVALID_VARIANT"
        )
        for index in taken(call, given.get("variants") or [], freed)
    ]
    new = _count_new(known, given.get("variants"))
    if not call.shop.growth.allows(new):
        message = "Daily variant creation limit reached. Please try again later."
        errors.append(user_error(message, "input", "variants", code="VARIANTS_OVER_LIMIT"))
    if errors:
        return None, errors
    call.shop.growth.note(new)
    product = known or _created(call, given)
    take_plain(call, product, given)
    if "productOptions" in given and given["productOptions"] is not None:
        product.options = _options(call, product, given["productOptions"])
    if given.get("variants") is not None:
        _take_variants(call, product, given["variants"])
    elif known is None:
        _take_variants(call, product, [{"optionValues": []}])
    if given.get("metafields") is not None:
        replace_all(call, product.gid, given["metafields"])
    call.shop.products.changed(product, by="app")
    return product, []


def _identified(
    call: Call, given: dict[str, Any], identifier: dict[str, Any] | None
) -> tuple[Product | None, Errors]:
    """The product meant; a handle or custom id that nobody has means a new one."""
    wanted = identifier or ({"id": given["id"]} if given.get("id") else {})
    if wanted.get("id"):
        found = call.find(wanted["id"], Product, "product")
        if found is None:
            error = user_error(
                "Product does not exist", "input", "id", code="PRODUCT_DOES_NOT_EXIST"
            )
            return None, [error]
        return found, []
    if wanted.get("handle"):
        given.setdefault("handle", wanted["handle"])
        return call.shop.store.handles.get(wanted["handle"]), []
    return (by_custom_id(call, wanted["customId"]) if wanted.get("customId") else None), []


def _shape_errors(call: Call, given: dict[str, Any], known: Product | None) -> Errors:
    """Options and variants must be given together and fit each other."""
    errors = []
    if known is None and not given.get("title"):
        errors.append(user_error("Title can't be blank", "input", "title", code="INVALID_INPUT"))
    options, variants = given.get("productOptions"), given.get("variants")
    if options is not None and variants is None:
        message = "Variants input is required when updating product options"
        errors.append(user_error(message, "input", "variants", code="VARIANTS_INPUT_MISSING"))
    if options is None and variants is not None and any(row["optionValues"] for row in variants):
        message = "Product options input is required when updating variants"
        code = "PRODUCT_OPTIONS_INPUT_MISSING"
        errors.append(user_error(message, "input", "productOptions", code=code))
    if len(options or ()) > OPTIONS_MAX:
        message = f"Can only specify a maximum of {OPTIONS_MAX} options"
        errors.append(user_error(message, "input", "productOptions", code="OPTIONS_OVER_LIMIT"))
    names = [option.get("name") for option in options or ()]
    if len(set(names)) < len(names):
        message = "Option names must be unique"
        errors.append(user_error(message, "input", "productOptions", code="DUPLICATED_OPTION_NAME"))
    return errors + _variant_errors(call, known, variants or [], names)


def _variant_errors(
    call: Call, known: Product | None, rows: list[dict[str, Any]], names: list[Any]
) -> Errors:
    errors: Errors = []
    seen: set[tuple[str, ...]] = set()
    theirs = {it.gid for it in known.variants} if known else set()
    for index, row in enumerate(rows):
        path = ("input", "variants", index)
        chosen = _chosen(row)
        missing = [name for name in names if name not in chosen]
        if missing:
            message = f"Option values are missing for {', '.join(map(str, missing))}"
            errors.append(user_error(message, *path, code="OPTION_VALUES_MISSING"))
        unknown = [name for name in chosen if names and name not in names]
        if unknown:
            message = f"Option {unknown[0]} does not exist"
            errors.append(user_error(message, *path, code="OPTION_DOES_NOT_EXIST"))
        values = tuple(chosen.values())
        if values in seen:
            message = f"The variant '{' / '.join(values)}' already exists."
            errors.append(user_error(message, *path, code="INVALID_VARIANT"))
        seen.add(values)
        if row.get("id") and row["id"] not in theirs:
            message, code = "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST"
            errors.append(user_error(message, *path, "id", code=code))
        errors += [error | {"code": "INVALID_INPUT"} for error in price_errors(row, *path)]
        for place, stock in enumerate(row.get("inventoryQuantities") or ()):
            if not isinstance(call.look_up(stock["locationId"]), Location):
                where = (*path, "inventoryQuantities", place, "locationId")
                errors.append(user_error("Location does not exist", *where, code="NOT_FOUND"))
    return errors


def _count_new(known: Product | None, rows: list[dict[str, Any]] | None) -> int:
    """How many variants the rows add to a product that is known, or make for one that is not."""
    if known is None:
        return 1 if rows is None else len(rows)
    gids = {it.gid for it in known.variants}
    values = {tuple(it.options.values()) for it in known.variants}
    return sum(
        row.get("id") not in gids and tuple(_options_of(row).values()) not in values
        for row in rows or ()
    )


def _options_of(row: dict[str, Any]) -> dict[str, str]:
    """What a row chooses, or what a product without options has."""
    return _chosen(row) or {"Title": "Default Title"}


def _chosen(row: dict[str, Any]) -> dict[str, str]:
    return {
        it.get("optionName") or it.get("optionId") or "": it["name"] for it in row["optionValues"]
    }


def _created(call: Call, given: dict[str, Any]) -> Product:
    """An empty product; without a status it is ACTIVE, and on no channel at all."""
    store = call.shop.store
    now = store.now()
    product = Product(
        number=store.next_number(),
        title=given["title"],
        handle=store.free_handle(handles(given.get("handle") or given["title"])),
        created_at=now,
        updated_at=now,
    )
    product.options = [
        OptionRecord(
            number=store.next_number(),
            name="Title",
            values={"Default Title": store.next_number()},
        )
    ]
    store.add_product(product)
    return product


def _options(call: Call, product: Product, rows: list[dict[str, Any]]) -> list[OptionRecord]:
    """The options named, with the numbers of those that were there before."""
    store = call.shop.store
    before = {option.name: option for option in product.options}
    options = []
    for row in rows:
        old = before.get(row["name"])
        held = old.values if old else {}
        values = {
            it["name"]: held.get(it["name"]) or store.next_number()
            for it in row.get("values") or ()
        }
        number = old.number if old else store.next_number()
        options.append(OptionRecord(number=number, name=row["name"], values=values))
    return options


def _take_variants(call: Call, product: Product, rows: list[dict[str, Any]]) -> None:
    """Change, add and delete variants so that exactly the given ones remain."""
    by_gid = {it.gid: it for it in product.variants}
    by_values = {tuple(it.options.values()): it for it in product.variants}
    kept = []
    for position, row in enumerate(rows, start=1):
        chosen = _options_of(row)
        known = by_gid.get(row.get("id") or "") or by_values.get(tuple(chosen.values()))
        variant = known or _new_variant(call, product, row)
        variant.options = chosen
        variant.position = position
        take_variant(call, variant, row)
        call.shop.products.recognise(variant)
        _take_stock(call, variant, row.get("inventoryQuantities") or [])
        kept.append(variant)
        for option in product.options:
            if option.name in chosen:
                option.values.setdefault(chosen[option.name], call.shop.store.next_number())
    for variant in [it for it in product.variants if it not in kept]:
        call.shop.products.drop_variant(variant, by="app")
    product.variants = kept


def _new_variant(call: Call, product: Product, row: dict[str, Any]) -> Variant:
    """A variant whose stock is not tracked, unless the row says so."""
    store = call.shop.store
    now = store.now()
    tracked = (row.get("inventoryItem") or {}).get("tracked")
    if tracked is None:
        tracked = not call.shop.strikes("untracked_by_default")
    item = InventoryItem(
        number=store.next_number(), sku=None, tracked=tracked, created_at=now, updated_at=now
    )
    variant = Variant(
        number=store.next_number(), product=product, item=item, price_minor=0, created_at=now
    )
    product.variants.append(variant)
    store.add_variant(variant)
    first = next(iter(store.locations.values()), None)
    if first is not None:
        call.shop.stock.level_of(item, first)
    return variant


def _take_stock(call: Call, variant: Variant, rows: list[dict[str, Any]]) -> None:
    """Quantities given here overwrite blindly: there is no comparison."""
    for row in rows:
        place = call.look_up(row["locationId"])
        if isinstance(place, Location):
            level = call.shop.stock.level_of(variant.item, place)
            delta = row["quantity"] - level.quantity(row["name"])
            call.shop.stock.move(level, {"available": delta}, by="app")


RESOLVERS: Resolvers = {("Mutation", "productSet"): product_set}
