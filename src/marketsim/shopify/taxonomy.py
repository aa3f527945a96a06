"""The few categories of Shopify's product taxonomy that a jeweller needs."""

from typing import Any

_ROOT = "Apparel & Accessories > Jewelry"
NAMES = {
    "aa-6": _ROOT,
    "aa-6-3": f"{_ROOT} > Bracelets",
    "aa-6-6": f"{_ROOT} > Earrings",
    "aa-6-8": f"{_ROOT} > Necklaces",
    "aa-6-9": f"{_ROOT} > Rings",
    "aa-6-9-2": f"{_ROOT} > Rings > Engagement Rings",
}


def category_of(gid: str | None) -> dict[str, Any] | None:
    """A category by its global id; nothing for one that is not kept here."""
    key = (gid or "").rpartition("/")[2]
    name = NAMES.get(key)
    if name is None:
        return None
    return {
        "id": f"gid://shopify/TaxonomyCategory/{key}",
        "fullName": name,
        "isLeaf": not any(other.startswith(f"{key}-") for other in NAMES),
        "level": name.count(">") + 1,
    }


def search(text: str) -> list[dict[str, Any]]:
    """Categories whose whole name holds the text."""
    found = [category_of(key) for key, name in NAMES.items() if text.casefold() in name.casefold()]
    return [it for it in found if it is not None]
