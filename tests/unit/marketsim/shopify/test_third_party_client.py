"""Shopify's own Python library, unchanged, at the practice shop."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from shopify_app import ShopifyApp
from shopify_app.types import RequestInput
from tests.unit.marketsim.shopify.rehearsal import Rehearsal
from tests.unit.marketsim.shopify.street import Street, street

from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP

ERRAND = """
import json, sys
from shopify_app import ShopifyApp
from shopify_app.types import RequestInput

shop, client_id, client_secret, query = sys.argv[1:]
app = ShopifyApp(client_id=client_id, client_secret=client_secret)
granted = app.exchange_using_client_credentials(shop=shop)
token = granted.access_token.token if granted.ok else ""
answer = app.admin_graphql_request(query, shop=shop, access_token=token, api_version="2026-10")
print(json.dumps({"granted": granted.log.code, "scope": granted.access_token.scope,
                  "answered": answer.log.code, "data": answer.data}))
"""


QUERY = "{ shop { myshopifyDomain } locations(first: 5) { nodes { name } } }"


async def run_errand(where: Street, query: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ERRAND,
        SHOP,
        CLIENT_ID,
        CLIENT_SECRET,
        query,
        env={"PATH": os.environ["PATH"]} | where.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    found: dict[str, Any] = json.loads(told)
    return found


async def test_it_gets_a_token_and_asks_the_admin_api(shop: Rehearsal, tmp_path: Path) -> None:
    async with street(shop.shopify.app, tmp_path) as where:
        told = await run_errand(where, QUERY)

    assert (told["granted"], told["answered"]) == ("success", "success")
    assert "write_inventory" in told["scope"]
    assert told["data"]["shop"]["myshopifyDomain"] == f"{SHOP}.myshopify.com"
    assert [it["name"] for it in told["data"]["locations"]["nodes"]] == ["Atelier", "Gallery"]


async def test_it_believes_our_webhooks_and_no_altered_one(shop: Rehearsal) -> None:
    await shop.subscribe("ORDERS_CREATE")
    shop.shopify.market.buy(shop.unit("CHAIN"))
    await shop.heard()
    (request,) = shop.hooks
    app = ShopifyApp(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    body = request.content.decode()
    told = RequestInput(
        method="POST", url=str(request.url), headers=dict(request.headers), body=body
    )

    genuine = app.verify_webhook_req(told)
    altered = app.verify_webhook_req({**told, "body": f"{body} "})

    assert (genuine.ok, genuine.shop) == (True, SHOP)
    assert not altered.ok
