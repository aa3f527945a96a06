"""What is published about the bodies of webhooks, and what it objects to."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from tools.schemas import WEBHOOKS

ETSY_EVENT = re.compile(
    r"order\.(paid|canceled|shipped|delivered)"
    r"|inventory\.(created|updated|deleted|out_of_stock)"
    r"|listing\.(created|updated|deleted)"
)
ETSY_KEYS = {"event_type", "resource_url", "shop_id"}


@cache
def _judge(topic: str) -> Draft202012Validator:
    folder = WEBHOOKS.folder / WEBHOOKS.keep
    if not folder.is_dir():
        pytest.skip("Shopify's webhook schemas are not fetched: make schemas")
    schema = _mended(json.loads((folder / f"{topic}.json").read_text()))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _mended(node: Any) -> Any:
    """Lists that were empty in every sample are published as always empty: allow them items."""
    if isinstance(node, list):
        return [_mended(item) for item in node]
    if isinstance(node, dict):
        return {
            key: True if (key, value) == ("items", False) else _mended(value)
            for key, value in node.items()
        }
    return node


def shopify_webhook_faults(topic: str, body: bytes) -> list[str]:
    """What the schema of a topic, such as `orders/create`, objects to."""
    errors = _judge(topic).iter_errors(json.loads(body))
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
    return faults
