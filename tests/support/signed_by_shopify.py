"""Deliveries of the practice Shopify with another body, signed as Shopify signs it."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx2
from tests.support.two_shops import RING, TwoShops

from marketsim.shopify.credentials import CLIENT_SECRET
from peg.domain.identity import Channel


async def sold_ring(shops: TwoShops) -> httpx2.Request:
    """A ring is sold; what Shopify sends of it first. PEG has not heard of it yet."""
    await shops.letters(Channel.SHOPIFY)
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)
    return next(one for one in letters if one.headers["x-shopify-topic"] == "orders/create")


def saying(letter: httpx2.Request, told: object, *, topic: str | None = None) -> httpx2.Request:
    """The same delivery with another body, about another topic if one is named."""
    body = json.dumps(told).encode()
    digest = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    kept = {name: one for name, one in letter.headers.items() if name.startswith("x-shopify")}
    headers = {**kept, "x-shopify-hmac-sha256": signature}
    if topic is not None:
        headers["x-shopify-topic"] = topic
    return httpx2.Request("POST", letter.url, headers=headers, content=body)


def told_by(letter: httpx2.Request) -> dict[str, Any]:
    """What a delivery says."""
    told: dict[str, Any] = json.loads(letter.content)
    return told
