"""What Shopify leaves out of a delivery, it is asked for: the order's number is enough for that."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.inbox_work import tried
from tests.support.two_shops import RING, TwoShops, open_two_shops

from marketsim.shopify.credentials import CLIENT_SECRET
from peg.domain.identity import Channel


async def sold_ring(shops: TwoShops) -> httpx2.Request:
    """A ring is sold; what Shopify sends of it first. PEG has not heard of it yet."""
    await shops.letters(Channel.SHOPIFY)
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)
    return next(one for one in letters if one.headers["x-shopify-topic"] == "orders/create")


def saying(letter: httpx2.Request, told: dict[str, Any]) -> httpx2.Request:
    """The same delivery with another body, signed as Shopify signs it."""
    body = json.dumps(told).encode()
    digest = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    kept = {name: one for name, one in letter.headers.items() if name.startswith("x-shopify")}
    headers = {**kept, "x-shopify-hmac-sha256": signature}
    return httpx2.Request("POST", letter.url, headers=headers, content=body)


@pytest.mark.parametrize(
    "odd",
    [
        {"refunds": None},
        {"line_items": None},
        {"line_items": [7]},
        {"currency": "gold"},
        {"updated_at": "yesterday"},
    ],
    ids=str,
)
async def test_an_order_that_can_be_read_in_part_is_fetched_at_once(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await sold_ring(shops)

        await shops.deliver(saying(letter, json.loads(letter.content) | odd))
        await tried(shops.acceptor)

        assert (await shops.level(RING)).committed == 1
        assert await shops.outcomes() == [("orders/create", "new")]


async def test_of_an_order_whose_number_alone_is_told_the_rest_is_fetched(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await sold_ring(shops)

        await shops.deliver(saying(letter, {"id": json.loads(letter.content)["id"]}))
        await tried(shops.acceptor)

        assert (await shops.level(RING)).committed == 1
