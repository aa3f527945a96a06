"""The body of an inventory write: shape and types first, before any rule about its contents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from marketsim.etsy.refusals import Problem, bad

READ_ONLY = {
    "product": ("product_id", "is_deleted"),
    "offering": ("offering_id", "is_deleted"),
    "value": ("scale_name", "value_pairs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedValue:
    """One property value of a product."""

    property_id: int
    name: str
    value_ids: tuple[int, ...]
    values: tuple[str, ...]
    scale_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProduct:
    """One product with its one offering."""

    sku: str
    values: tuple[WantedValue, ...]
    price_minor: int
    quantity: int
    is_enabled: bool
    readiness_state_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A whole inventory as a caller wants it."""

    products: tuple[WantedProduct, ...]
    price: tuple[int, ...]
    quantity: tuple[int, ...]
    sku: tuple[int, ...]
    readiness: tuple[int, ...]


def problems_of(body: Any) -> Iterator[Problem]:
    """Every place whose type is wrong or that is missing."""
    if not isinstance(body, dict):
        yield Problem("", "must be an object", "type")
        return
    products = body.get("products")
    if not isinstance(products, list) or not products:
        yield Problem("products", "must be a list with at least one product", "required")
        return
    for name in ("price", "quantity", "sku", "readiness_state"):
        listed = body.get(f"{name}_on_property")
        if listed is not None and not _all_whole(listed):
            yield Problem(f"{name}_on_property", "must be a list of property ids", "type")
    for index, product in enumerate(products):
        yield from _product_problems(product, f"products.{index}")


def check_read_only(body: Any) -> None:
    """What GET adds must not come back.

    Raises:
        Refusal: it does.
    """
    for product in body["products"]:
        found = [name for name in READ_ONLY["product"] if name in product]
        for offering in product["offerings"]:
            found += [name for name in READ_ONLY["offering"] if name in offering]
        for value in product.get("property_values") or []:
            found += [name for name in READ_ONLY["value"] if name in value]
        if found:
            raise bad(f"Invalid parameters in products: {', '.join(sorted(set(found)))}")


def wanted(body: Any) -> Wanted:
    """The body as values; its shape was checked before.

    Raises:
        Refusal: a price has more than two decimals.
    """
    return Wanted(
        products=tuple(_product(product) for product in body["products"]),
        price=_ids(body, "price"),
        quantity=_ids(body, "quantity"),
        sku=_ids(body, "sku"),
        readiness=_ids(body, "readiness_state"),
    )


def price_minor(price: float) -> int:
    """Cents of a price as JSON gives it; 12.30 is exact though no binary fraction is.

    Raises:
        Refusal: it has parts of a cent.
    """
    try:
        cents = Decimal(str(price)) * 100
    except InvalidOperation as wrong:
        raise bad(f"The price {price} is not a number.") from wrong
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise bad(f"The price {price} has more than two decimals.")
    return int(cents)


def _product(product: Any) -> WantedProduct:
    offering = product["offerings"][0]
    return WantedProduct(
        sku=product.get("sku") or "",
        values=tuple(_value(value) for value in product.get("property_values") or ()),
        price_minor=price_minor(offering["price"]),
        quantity=offering["quantity"],
        is_enabled=offering["is_enabled"],
        readiness_state_id=offering["readiness_state_id"],
    )


def _value(value: Any) -> WantedValue:
    return WantedValue(
        property_id=value["property_id"],
        name=value.get("property_name") or "",
        value_ids=tuple(value["value_ids"]),
        values=tuple(value["values"]),
        scale_id=value.get("scale_id"),
    )


def _ids(body: Any, name: str) -> tuple[int, ...]:
    return tuple(sorted(set(body.get(f"{name}_on_property") or ())))


def _product_problems(product: Any, at: str) -> Iterator[Problem]:
    if not isinstance(product, dict):
        yield Problem(at, "must be an object", "type")
        return
    if not isinstance(product.get("sku"), str | None):
        yield Problem(f"{at}.sku", "must be a string", "type")
    offerings = product.get("offerings")
    if not isinstance(offerings, list) or len(offerings) != 1:
        yield Problem(f"{at}.offerings", "must be a list of exactly one offering", "required")
    else:
        yield from _offering_problems(offerings[0], f"{at}.offerings.0")
    values = product.get("property_values")
    if values is None:
        return
    if not isinstance(values, list):
        yield Problem(f"{at}.property_values", "must be a list", "type")
        return
    for index, value in enumerate(values):
        yield from _value_problems(value, f"{at}.property_values.{index}")


def _offering_problems(offering: Any, at: str) -> Iterator[Problem]:
    if not isinstance(offering, dict):
        yield Problem(at, "must be an object", "type")
        return
    price = offering.get("price")
    if isinstance(price, bool) or not isinstance(price, int | float):
        yield Problem(f"{at}.price", "must be a float: amount divided by divisor", "type")
    if not _whole(offering.get("quantity")):
        yield Problem(f"{at}.quantity", "must be an integer", "type")
    if not isinstance(offering.get("is_enabled"), bool):
        yield Problem(f"{at}.is_enabled", "must be a boolean", "type")
    readiness = offering.get("readiness_state_id")
    if "readiness_state_id" not in offering or not (readiness is None or _whole(readiness)):
        yield Problem(f"{at}.readiness_state_id", "must be an integer or null", "required")


def _value_problems(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(at, "must be an object", "type")
        return
    if not _whole(value.get("property_id")):
        yield Problem(f"{at}.property_id", "must be an integer", "required")
    if not _all_whole(value.get("value_ids")):
        yield Problem(f"{at}.value_ids", "must be a list of integers", "required")
    texts = value.get("values")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        yield Problem(f"{at}.values", "must be a list of strings", "required")
    if value.get("scale_id") is not None and not _whole(value["scale_id"]):
        yield Problem(f"{at}.scale_id", "must be an integer or null", "type")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _all_whole(values: Any) -> bool:
    return isinstance(values, list) and all(_whole(value) for value in values)


def seen(values: Sequence[WantedValue]) -> tuple[int, ...]:
    """The properties of a product, sorted."""
    return tuple(sorted(value.property_id for value in values))
