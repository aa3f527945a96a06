"""Who is who: shops, items, offers, places."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from peg.domain.errors import BadSku
from peg.domain.near import quoted

Sku = NewType("Sku", str)
"""One item of the catalogue; the same on every channel and never reused."""

ShopId = NewType("ShopId", str)
"""One connected shop: `shopify:NAME.myshopify.com` or `etsy:61234567`."""

BOOK = ShopId("peg")
"""The book's own voice among the shops'."""

SALES = ShopId("sales")
"""The voice of what the shops sold without knowing of each other: the lowest that may be left."""

OfferId = NewType("OfferId", int)
"""One sellable unit on one shop, as PEG numbers it."""

LocationId = NewType("LocationId", str)
"""A place where pieces lie; `POOL` is none in particular."""

POOL = LocationId("pool")
"""Where a line counts until the marketplace tells from which place it is shipped."""

MAIN = LocationId("main")
"""The place of pieces that no marketplace gave one."""

SKU_CHARACTERS_MAX = 32
SKU_PATTERN = "[A-Z0-9]([A-Z0-9._/-]{0,30}[A-Z0-9])?"
_SKU = re.compile(rf"{SKU_PATTERN}\Z", re.ASCII)


class Channel(StrEnum):
    """A marketplace."""

    SHOPIFY = "shopify"
    ETSY = "etsy"


def parse_sku(text: str) -> Sku:
    """A SKU that both marketplaces can carry, as typed.

    Raises:
        BadSku: blank, too long for Etsy (32), or with characters that get lost on the way.
    """
    if not _SKU.match(text):
        raise BadSku(
            f"{quoted(text)} cannot be a SKU: use 1 to {SKU_CHARACTERS_MAX} capital letters, digits"
            " and . _ / - inside, such as RING-SAPP-150-14WG-001234"
        )
    return Sku(text)


def usable_sku(text: str) -> Sku | None:
    """The SKU as typed, if both marketplaces can carry it; slips are not mended here."""
    try:
        return parse_sku(text)
    except BadSku:
        return None


def fold_sku(text: str) -> str:
    """What remains of a typed SKU when case and spaces are slips."""
    return "".join(text.split()).upper()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OfferRef:
    """How a marketplace names one sellable unit.

    Attributes:
        listing: Shopify's product id or Etsy's listing id, digits.
        variant: Shopify's variant id, digits; on Etsy the property values that tell its products
            apart (`Metal=14K white gold|Ring size=7`), since Etsy's own product ids change at every
            write; "" where the listing has only one.
        stock_unit: Shopify's inventory item id, digits; "" on Etsy.
    """

    shop: ShopId
    listing: str
    variant: str
    stock_unit: str = ""

    @property
    def channel(self) -> Channel:
        """The marketplace the offer stands on."""
        return Channel(self.shop.split(":", 1)[0])
