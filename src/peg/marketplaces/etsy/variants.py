"""What tells the products of one Etsy listing apart.

Etsy's product ids, offering ids and value ids change at every write, so an offer is known by its
property values in words: `Metal=14K white gold|Ring size=7`, properties in alphabetical order.
"""

import html
from collections.abc import Iterable, Mapping

from peg.marketplaces.etsy.answers import Json, things, whole
from peg.marketplaces.port import UnexpectedAnswer

_MARKS = str.maketrans({"%": "%25", "|": "%7C", "=": "%3D"})


def variant_of(options: Mapping[str, str]) -> str:
    """The key of a product with these options; "" without any.

    >>> variant_of({"Ring size": "7", "Metal": "14K white gold"})
    'Metal=14K white gold|Ring size=7'
    """
    pairs = sorted(options.items())
    return "|".join(f"{name.translate(_MARKS)}={value.translate(_MARKS)}" for name, value in pairs)


def options_of_product(product: Json) -> dict[str, str]:
    """A product's options by the property's name, as its listing's inventory gives them.

    Raises:
        UnexpectedAnswer: no list of property values.
    """
    return options(things(product, "property_values"))


def options_of_sale(transaction: Json) -> dict[str, str]:
    """The options a buyer chose. Personalization is no option: every product can carry it."""
    if transaction.get("product_data"):
        return options(things(transaction, "product_data"))
    chosen = things(transaction, "variations") if transaction.get("variations") else []
    return {
        plain(one.get("formatted_name")): plain(one.get("formatted_value"))
        for one in chosen
        if one.get("question_id") is None
    }


def options(property_values: Iterable[Json]) -> dict[str, str]:
    """Property values in words; a property without a name goes by its number."""
    return {_name(one): ", ".join(_words(one)) for one in property_values}


def plain(text: object) -> str:
    """Text as a person reads it: Etsy escapes it as HTML in some answers and not in others."""
    return " ".join(html.unescape(str(text or "")).split())


def _words(one: Json) -> list[str]:
    values = one.get("values") or []
    if not isinstance(values, list):
        raise UnexpectedAnswer(f"the values of {_name(one)!r} are no list")
    return [plain(value) for value in values]


def _name(one: Json) -> str:
    return plain(one.get("property_name")) or f"property {whole(one, 'property_id')}"
