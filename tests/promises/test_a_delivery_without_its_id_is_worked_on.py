"""Shopify numbers its deliveries. One that lost its number on the way is a sale all the same."""

from pathlib import Path

import httpx2
from fastapi import FastAPI
from tests.support.inbox_work import tried
from tests.support.two_shops import RING, TwoShops, open_two_shops

from peg.domain.identity import Channel
from peg.monitoring.metrics import make_metrics
from peg.web.webhooks import webhook_routes


async def test_a_sale_reaches_the_book_and_shopify_is_thanked(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await order_without_its_id(shops)

        status = await post(shops, letter)
        await tried(shops.acceptor)

        assert status == 200  # else Shopify would send for hours, and then unsubscribe PEG
        assert (await shops.level(RING)).committed == 1
        assert await shops.outcomes() == [("orders/create", "new")]


async def test_the_same_one_sent_again_is_thanked_again_and_counts_once(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        letter = await order_without_its_id(shops)

        statuses = [await post(shops, letter) for _ in range(3)]
        await tried(shops.acceptor)
        await shops.polls.poll(shops.shopify.market.shop)

        assert statuses == [200, 200, 200]
        assert (await shops.level(RING)).committed == 1
        assert await shops.outcomes() == [("orders/create", "new")]


async def order_without_its_id(shops: TwoShops) -> httpx2.Request:
    """A ring is sold; what Shopify sends of it first, without the header that numbers it."""
    await shops.letters(Channel.SHOPIFY)
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)
    letter = next(one for one in letters if one.headers["x-shopify-topic"] == "orders/create")
    del letter.headers["x-shopify-webhook-id"]
    return letter


async def post(shops: TwoShops, letter: httpx2.Request) -> int:
    """Send a delivery to PEG by HTTP; the status of its answer."""
    app = FastAPI()
    app.include_router(webhook_routes(shops.reception, make_metrics()))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="https://peg.test"
    ) as shopify:
        answer = await shopify.post(
            "/webhooks/shopify", content=letter.content, headers=letter.headers
        )
    return answer.status_code
