"""What is published about webhooks, their headers included, and what it objects to."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from tools.schemas import WEBHOOKS

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SHOPIFYS_HEADERS = {
    "content-type": r"application/json",
    "x-shopify-topic": r"[a-z_]+/[a-z_]+",
    "x-shopify-shop-domain": r"[a-z0-9][a-z0-9-]*\.myshopify\.com",
    "x-shopify-api-version": r"20\d\d-\d\d",
    "x-shopify-webhook-id": UUID,
    "x-shopify-event-id": UUID,
    "x-shopify-triggered-at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z",
}
ETSYS_HEADERS = {
    "content-type": r"application/json",
    "webhook-id": r"\S+",
    "webhook-timestamp": r"\d{10}",
}
ETSY_EVENT = re.compile(
    r"order\.(paid|canceled|shipped|delivered)"
    r"|inventory\.(created|updated|deleted|out_of_stock)"
    r"|listing\.(created|updated|deleted)"
)
ETSY_KEYS = {"event_type", "resource_url", "shop_id"}


def shopify_letter_faults(letter: httpx2.Request, *, secret: str) -> list[str]:
    """What Shopify's schema of the topic, and its documentation, object to in a delivery."""
    faults = list(_header_faults(letter.headers, SHOPIFYS_HEADERS))
    signed = hmac.new(secret.encode(), letter.content, hashlib.sha256).digest()
    if letter.headers.get("x-shopify-hmac-sha256") != base64.b64encode(signed).decode():
        faults.append("the signature is not one of this body")
    topic = letter.headers.get("x-shopify-topic", "")
    return faults or [f"{topic}{one}" for one in shopify_webhook_faults(topic, letter.content)]


def etsy_letter_faults(letter: httpx2.Request, *, secret: str) -> list[str]:
    """What Etsy's documentation of webhooks objects to in a delivery."""
    faults = list(_header_faults(letter.headers, ETSYS_HEADERS))
    number, at = (letter.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{number}.{at}.".encode() + letter.content, hashlib.sha256).digest()
    told = letter.headers.get("webhook-signature", "").split()
    if base64.b64encode(signed).decode() not in {one.removeprefix("v1,") for one in told}:
        faults.append("no signature is one of this body")
    return [*faults, *etsy_webhook_faults(letter.content)]


def _header_faults(headers: Mapping[str, str], shapes: Mapping[str, str]) -> Iterator[str]:
    for name, shape in shapes.items():
        if not re.fullmatch(shape, headers.get(name, "")):
            yield f"header {name} is {headers.get(name)!r}"


@cache
def _judge(topic: str) -> Draft202012Validator:
    folder = WEBHOOKS.folder / WEBHOOKS.keep
    if not folder.is_dir():
        pytest.skip("Shopify's webhook schemas are not fetched: make schemas")
    schema = _mended(json.loads((folder / f"{topic}.json").read_text()))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _mended(node: Any) -> Any:
    """Lists that were empty in every sample are published as always empty: allow them items.

    Fields that no schema names are refused; what is published without any field may hold any.
    """
    if isinstance(node, list):
        return [_mended(item) for item in node]
    if isinstance(node, dict):
        new = {
            key: True if (key, value) == ("items", False) else _mended(value)
            for key, value in node.items()
        }
        if isinstance(new.get("properties"), dict) and "type" in new:
            new.setdefault("additionalProperties", False)
        return new
    return node


def shopify_webhook_faults(topic: str, body: bytes) -> list[str]:
    """What the schema of a topic, such as `orders/create`, objects to."""
    told = json.loads(body)
    faults = _faults(topic, told)
    refunds = told.get("refunds") if topic.startswith("orders/") else None
    for refund in refunds if isinstance(refunds, list) else ():  # no sample of an order had any
        faults += _faults("refunds/create", refund)
    return faults


def _faults(topic: str, told: Any) -> list[str]:
    errors = _judge(topic).iter_errors(told)
    return [f"{error.json_path.removeprefix('$')}: {error.message[:200]}" for error in errors]


def etsy_webhook_faults(body: bytes) -> list[str]:
    """What Etsy's documentation of webhooks objects to; it publishes no schema."""
    payload: Mapping[str, Any] = json.loads(body)
    faults = [f"{key} is missing" for key in sorted(ETSY_KEYS - payload.keys())]
    faults += [f"{key} is not documented" for key in sorted(payload.keys() - ETSY_KEYS)]
    if not ETSY_EVENT.fullmatch(str(payload.get("event_type"))):
        faults.append(f"there is no event {payload.get('event_type')}")
    if not str(payload.get("resource_url")).startswith(("https://", "http://")):
        faults.append("resource_url is no address")
    if type(payload.get("shop_id")) is not int:
        faults.append("shop_id is no number")
    return faults
