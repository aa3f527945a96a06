"""What Etsy demands of an inventory as a whole."""

import re
from collections.abc import Callable, Collection
from typing import Any

from marketsim.etsy.inventory_body import Wanted, WantedProduct, seen
from marketsim.etsy.refusals import bad
from marketsim.etsy.taxonomy import CUSTOM_1, CUSTOM_2, property_of

SKU_CHARS_MAX = 32
QUANTITY_MAX = 999
PRICE_MINOR_MIN = 20
PRICE_MINOR_BELOW = 5_000_000
VALUE_CHARS_MAX = 45
PRODUCTS_MAX = 400
CUSTOM = (CUSTOM_1, CUSTOM_2)
SKU_CHARACTERS = re.compile(r"[\w .,/#+:'()\-]*\Z")


def check(
    want: Wanted,
    *,
    taxonomy_id: int,
    variations_max: int,
    readiness_states: Collection[int | None],
    zero_refused: bool,
) -> None:
    """Apply every rule.

    Raises:
        Refusal: the first that is broken.
    """
    if len(want.products) > PRODUCTS_MAX:
        raise bad(f"An inventory holds at most {PRODUCTS_MAX} products.")
    for product in want.products:
        _check_amounts(product, readiness_states)
    _check_properties(want, taxonomy_id, variations_max)
    _check_on_property(want)
    _check_shared_skus(want)
    if zero_refused and not any(p.quantity > 0 and p.is_enabled for p in want.products):
        raise bad("One offering must have quantity greater than 0")


def check_quantity(quantity: int, *, least: int) -> None:
    """Pieces of one offering."""
    if not least <= quantity <= QUANTITY_MAX:
        raise bad(f"Quantity must be between {least} and {QUANTITY_MAX} (got {quantity})")


def check_price(price_minor: int) -> None:
    """Price of one offering."""
    if not PRICE_MINOR_MIN <= price_minor < PRICE_MINOR_BELOW:
        raise bad("Price must be at least 0.20 and below 50000.00")


def _check_amounts(product: WantedProduct, readiness_states: Collection[int | None]) -> None:
    if len(product.sku) > SKU_CHARS_MAX:
        raise bad(f"SKU must be at most {SKU_CHARS_MAX} characters: {product.sku}")
    if not SKU_CHARACTERS.match(product.sku):
        raise bad(f"SKU has characters that are not allowed: {product.sku}")
    check_quantity(product.quantity, least=0)
    check_price(product.price_minor)
    if product.readiness_state_id not in readiness_states:
        raise bad("readiness_state_id must be one of the shop's processing profiles")


def _check_properties(want: Wanted, taxonomy_id: int, variations_max: int) -> None:
    properties = seen(want.products[0].values)
    if len(properties) > variations_max:
        raise bad(f"An inventory varies by at most {variations_max} properties here.")
    if len(set(properties)) != len(properties):
        raise bad("A product names a property twice.")
    for product in want.products:
        if seen(product.values) != properties:
            raise bad("All products must have values for the same properties.")
        for value in product.values:
            _check_value(value, taxonomy_id)
    if len(want.products) > 1 and not properties:
        raise bad("Several products need property_values that tell them apart.")
    keys = {tuple((v.property_id, v.value_ids, v.values) for v in p.values) for p in want.products}
    if len(keys) != len(want.products):
        raise bad("Two products have the same property values.")


def _check_value(value: Any, taxonomy_id: int) -> None:
    number = value.property_id
    known = property_of(taxonomy_id, number)
    if number not in CUSTOM and (known is None or not known.for_variations):
        raise bad(f"Property {number} cannot be used for variations of this listing.")
    if number in CUSTOM and not value.name:
        raise bad(f"Property {number} needs a property_name.")
    if len(value.values) > 1 or len(value.value_ids) > 1 or not (value.values or value.value_ids):
        raise bad(f"Property {number} needs exactly one value.")
    for text in value.values:
        if not 0 < len(text) <= VALUE_CHARS_MAX or "(" in text or ")" in text:
            raise bad(f"Not a valid value of property {number}: {text}")
    if value.scale_id is not None and (known is None or value.scale_id not in known.scales):
        raise bad(f"Property {number} has no scale {value.scale_id}.")


def _check_on_property(want: Wanted) -> None:
    present = set(seen(want.products[0].values))
    rules: tuple[tuple[str, tuple[int, ...], Callable[[WantedProduct], Any]], ...] = (
        ("price", want.price, lambda product: product.price_minor),
        ("quantity", want.quantity, lambda product: product.quantity),
        ("sku", want.sku, lambda product: product.sku),
        ("readiness_state", want.readiness, lambda product: product.readiness_state_id),
    )
    for name, on, of in rules:
        if not set(on) <= present:
            raise bad(f"{name}_on_property names properties that the products do not have.")
        groups: dict[Any, Any] = {}
        for product in want.products:
            values = tuple((v.value_ids, v.values) for v in product.values if v.property_id in on)
            if groups.setdefault(values, of(product)) != of(product):
                raise bad(f"{name}_on_property is inconsistent with the {name} of the products.")


def _check_shared_skus(want: Wanted) -> None:
    if not want.quantity:
        return
    quantities: dict[str, int] = {}
    for product in want.products:
        first = quantities.setdefault(product.sku, product.quantity)
        if product.sku and first != product.quantity:
            raise bad(f"Products with the same SKU must have the same quantity: {product.sku}")
