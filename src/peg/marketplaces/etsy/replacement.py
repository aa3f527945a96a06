"""The body that replaces a whole Etsy inventory while only our quantities change: pure.

Etsy takes the inventory as a whole and forgets what is left out. So the body is made from what was
just read, and then *proved*, on the very bytes to be sent and by a way that knows nothing of how
they were made: every leaf of the old state stands in the new one, but for our quantities and for
the fields that Etsy refuses to be told.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from peg.marketplaces.etsy.answers import Json, things, whole
from peg.marketplaces.etsy.translate import offering, price_of, products
from peg.marketplaces.etsy.variants import options_of_product, variant_of
from peg.marketplaces.port import UnexpectedAnswer

REFUSED = frozenset({"product_id", "offering_id", "scale_name", "is_deleted", "value_pairs"})
"""What Etsy gives but does not take."""

_ASSOCIATIONS = frozenset({"listing"})
_TOP = (
    "price_on_property",
    "quantity_on_property",
    "sku_on_property",
    "readiness_state_on_property",
)
_PRODUCT = ("sku", "property_values", "offerings")
_OFFERING = ("quantity", "is_enabled", "price", "readiness_state_id")
_VALUE = ("property_id", "property_name", "scale_id", "value_ids", "values")
_MONEY = frozenset({"amount", "divisor", "currency_code"})

Path = tuple[str | int, ...]


def variant(product: Json) -> str:
    """A product's key within its listing."""
    return variant_of(options_of_product(product))


def quantities(inventory: Json) -> dict[str, int]:
    """The quantity of each product by its key, whether it is enabled or not."""
    return {variant(one): whole(offering(one), "quantity") for one in products(inventory)}


def settled(inventory: Json, wanted: Mapping[str, int]) -> dict[str, int]:
    """`wanted`, with one figure wherever Etsy takes a single figure for several products.

    That is so for products alike in every property that the quantity depends on, and for those
    with one SKU. The lowest figure wins: showing less than could be sold is the harmless way.
    """
    result, now = dict(wanted), quantities(inventory)
    for group in _alike(inventory):
        asked = [result[one] for one in group if one in result]
        if asked and len({now[one] for one in group}) == 1:  # the figures read confirm it
            result.update(dict.fromkeys(group, min(asked)))
    for group in _of_one_sku(inventory):
        # A person may have typed different figures: Etsy then takes no inventory until they agree.
        result.update(dict.fromkeys(group, min(result.get(one, now[one]) for one in group)))
    return result


def replacement(inventory: Json, wanted: Mapping[str, int]) -> bytes:
    """The JSON body that sets the quantities of `wanted` (by product key) and nothing else.

    Raises:
        UnexpectedAnswer: a field is missing from what was read, so that sending the rest back
            would erase it; or the result is not provably the same but for our quantities.
    """
    _require(inventory, _TOP)
    body = _stripped({k: v for k, v in inventory.items() if k not in _ASSOCIATIONS})
    body["products"] = [_product(one, wanted) for one in products(inventory)]
    sent = json.dumps(body).encode()
    prove(inventory, sent, wanted)
    return sent


def prove(inventory: Json, sent: bytes, wanted: Mapping[str, int]) -> None:
    """Refuse a body that differs from what was read in anything but our quantities.

    Raises:
        UnexpectedAnswer: it does; the places are named.
    """
    before = {k: v for k, v in inventory.items() if k not in _ASSOCIATIONS}
    before["products"] = [_living(one) for one in products(inventory)]
    old, new = dict(_leaves(before)), dict(_leaves(json.loads(sent, parse_float=Decimal)))
    ours = {
        ("products", place, "offerings", 0, "quantity"): wanted[variant(product)]
        for place, product in enumerate(products(inventory))
        if variant(product) in wanted
    }
    nothing = object()
    differing = {
        at for at in old.keys() | new.keys() if old.get(at, nothing) != new.get(at, nothing)
    }
    wrong = sorted(map(str, differing - ours.keys()))
    wrong += [str(at) for at, quantity in ours.items() if new.get(at) != quantity]
    if wrong:
        raise UnexpectedAnswer(
            f"the inventory could not be replaced without changing {', '.join(wrong[:5])}:"
            " nothing was sent"
        )


def changed_beside_quantities(before: Json, now: Json) -> list[str]:
    """The places at which two states of an inventory differ, but for quantities.

    Products are told apart by their options: in which order they come says nothing.
    """
    old, new, nothing = _content(before), _content(now), object()
    return sorted(
        " ".join(map(str, at))
        for at in old.keys() | new.keys()
        if old.get(at, nothing) != new.get(at, nothing)
    )


def _content(inventory: Json) -> dict[Path, Any]:
    left_out = _ASSOCIATIONS | {"products"}
    found = dict(_leaves({k: v for k, v in inventory.items() if k not in left_out}))
    for product in products(inventory):
        key = variant(product)
        for at, value in _leaves(_living(product)):
            if at != ("offerings", 0, "quantity"):
                found[key, *at] = value
    return found


def variations_of(inventory: Json) -> int:
    """How many properties tell the products apart; above 2 Etsy wants to be told so."""
    return max((len(things(one, "property_values")) for one in products(inventory)), default=0)


def _product(product: Json, wanted: Mapping[str, int]) -> dict[str, Any]:
    _require(product, _PRODUCT)
    for one in things(product, "property_values"):
        _require(one, _VALUE)
    offered = offering(product)
    _require(offered, _OFFERING)
    kept = _stripped(offered)
    kept["price"] = _number(price_of(offered["price"]))
    kept["quantity"] = wanted.get(variant(product), whole(offered, "quantity"))
    return {**_stripped(product), "offerings": [kept]}


def _living(product: Json) -> dict[str, Any]:
    return {**product, "offerings": [offering(product)]}


def _number(price: Decimal) -> int | float:
    # JSON has only numbers; the shortest text of this float is the price again: `prove` checks it.
    return int(price) if price == price.to_integral_value() else float(price)


def _stripped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _stripped(one) for name, one in value.items() if name not in REFUSED}
    if isinstance(value, list):
        return [_stripped(one) for one in value]
    return value


def _leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place of a JSON document with what stands there; money as its exact number."""
    if isinstance(value, Mapping) and value.keys() >= _MONEY:
        yield at, price_of(value)
    elif isinstance(value, Mapping) and value:
        for name, one in value.items():
            if name not in REFUSED:
                yield from _leaves(one, (*at, name))
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from _leaves(one, (*at, place))
    else:
        yield at, value


def _alike(inventory: Json) -> Iterable[list[str]]:
    """Products that differ in no property that the quantity depends on."""
    depends = inventory.get("quantity_on_property") or []
    return _groups(
        inventory,
        lambda one: json.dumps(
            [v for v in things(one, "property_values") if v.get("property_id") in depends]
        ),
    )


def _of_one_sku(inventory: Json) -> Iterable[list[str]]:
    """Products with the same SKU, where each product has a quantity of its own."""
    if not inventory.get("quantity_on_property"):
        return []
    return _groups(inventory, lambda one: one.get("sku") or None)


def _groups(inventory: Json, key: Callable[[Json], str | None]) -> Iterable[list[str]]:
    """Products, by their keys, that have more than themselves in common; not those without it."""
    found: dict[str, list[str]] = {}
    for product in products(inventory):
        if (common := key(product)) is not None:
            found.setdefault(common, []).append(variant(product))
    return [group for group in found.values() if len(group) > 1]


def _require(part: Json, names: Iterable[str]) -> None:
    missing = [name for name in names if name not in part]
    if missing:
        raise UnexpectedAnswer(
            f"Etsy's inventory came without {', '.join(missing)}: sending the rest back would erase"
            " it, so nothing was sent"
        )
