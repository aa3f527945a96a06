"""Which of PEG's offers stands for which unit of the practice shops."""

from collections.abc import Mapping
from typing import Any

from peg.catalog.offers import Offer
from peg.domain.identity import Channel

Key = tuple[str, ...]
"""What both sides call the same thing: the variant's number; on Etsy the listing and its values."""


def key_of_unit(unit: Mapping[str, Any]) -> Key:
    """As the control API tells a unit."""
    if unit["market"] == "shopify":
        return "shopify", unit["unit"].rsplit("/", 1)[-1]
    listing = unit["unit"].split("/")[0]
    return "etsy", listing, *sorted(_value(option) for option in unit["options"])


def key_of_offer(offer: Offer) -> Key:
    """As PEG knows an offer."""
    if offer.ref.channel is Channel.SHOPIFY:
        return "shopify", offer.ref.variant
    return "etsy", offer.ref.listing, *sorted(offer.options.values())


def _value(option: str) -> str:
    return option.partition(": ")[2]
