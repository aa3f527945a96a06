"""What stands on the outside of a delivery: its shop, its topic, its number, the headers kept."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from peg.domain.identity import Channel, ShopId
from peg.domain.near import quoted
from peg.shops.addresses import BadShopDomain, parse_shop_domain

UNKNOWN_TOPIC = "unknown"
TOPIC_CHARACTERS_MAX, DELIVERY_CHARACTERS_MAX = 64, 128

KEPT_HEADERS = ("content-type", "webhook-id", "webhook-timestamp")
KEPT_PREFIX = "x-shopify-"
_NEVER_KEPT = "x-shopify-hmac-sha256"


def first_of_each(headers: Mapping[str, str]) -> dict[str, str]:
    """By names in small letters. Of a header that comes twice the first counts, everywhere."""
    told: dict[str, str] = {}
    for name, value in headers.items():
        told.setdefault(name.lower(), value)
    return told


def shopify_shop(headers: Mapping[str, str]) -> ShopId:
    """The shop that a delivery of Shopify's says it comes from. Shopify does not sign that.

    Raises:
        BadShopDomain: it names none.
    """
    domain = headers.get("x-shopify-shop-domain", "").lower()
    try:
        known = parse_shop_domain(domain) == domain
    except BadShopDomain:
        known = False
    if not known:
        raise BadShopDomain(
            f"X-Shopify-Shop-Domain is {quoted(domain)}, not a shop's NAME.myshopify.com: see that"
            " no proxy changes the headers"
        )
    return ShopId(f"{Channel.SHOPIFY.value}:{domain}")


def etsy_shop(body: bytes) -> ShopId:
    """The shop that a signed delivery of Etsy's is about."""
    return ShopId(f"{Channel.ETSY.value}:{_object(body).get('shop_id')}")


def names(channel: Channel, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The topic and the delivery's own id; a body's fingerprint stands in for a missing id."""
    shopify = channel is Channel.SHOPIFY
    topic = headers.get("x-shopify-topic") if shopify else _object(body).get("event_type")
    delivery = headers.get("x-shopify-webhook-id" if shopify else "webhook-id")
    return _topic(topic), _fitting(delivery) if delivery else _fingerprint(body)


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are needed to work on a delivery; never its signature."""
    return {
        name: value
        for name, value in headers.items()
        if name in KEPT_HEADERS or (name.startswith(KEPT_PREFIX) and name != _NEVER_KEPT)
    }


def _topic(told: object) -> str:
    """A topic as it can be kept, whatever a stranger calls it."""
    text = told if isinstance(told, str) else ""
    plain = text.encode("utf-8", "replace").decode().replace("\0", "")
    return plain[:TOPIC_CHARACTERS_MAX] or UNKNOWN_TOPIC


def _fitting(delivery: str) -> str:
    """A delivery's id; the fingerprint of one that is longer than any real one."""
    if len(delivery) <= DELIVERY_CHARACTERS_MAX:
        return delivery
    return _fingerprint(delivery.encode("utf-8", "replace"))


def _fingerprint(of: bytes) -> str:
    return f"sha256:{hashlib.sha256(of).hexdigest()}"


def _object(body: bytes) -> Mapping[str, Any]:
    """The body as an object; an empty one where it is none: it is kept all the same."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
