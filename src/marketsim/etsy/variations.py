"""The words that tell the variations of a listing apart, as its seller types them."""

from collections.abc import Callable
from dataclasses import replace

from marketsim.etsy.records import Listing, Product
from marketsim.market import EditRefused


def rename_value(
    listing: Listing, product: Product, text: str, new_id: Callable[[str], int]
) -> None:
    """Another text for the first property value of a product, wherever it stands in the listing.

    As with every change of an inventory, its ids are others afterwards.

    Raises:
        EditRefused: there is no such value, or another one reads so.
    """
    old = next(iter(product.values), None)
    if old is None:
        raise EditRefused(f"{product.unit} is the only one of its listing: it has no variation")
    beside = {
        value.values
        for each in listing.products
        for value in each.values
        if value.property_id == old.property_id
    }
    if not text.strip() or (text,) in beside:
        raise EditRefused(f"{old.name} of {product.unit} cannot be {text!r}")
    value = replace(old, value_ids=(new_id("value"),), values=(text,))
    listing.value_texts[value.value_ids[0]] = text
    for each in listing.products:
        each.id, each.offering_id = new_id("product"), new_id("offering")
        each.values = tuple(value if one == old else one for one in each.values)
