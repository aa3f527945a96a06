"""Where a shop takes PEG's token no more, or lets it do less, the sentence names the command."""

import json
from dataclasses import replace
from random import Random

import httpx2
import pytest
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.shops import shop
from tests.unit.marketplaces.shopify.practice import SHOP, URL, OneToken

from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy import answers
from peg.marketplaces.http import Door
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import AccessRevoked, MarketplaceError, MissingScope
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.client import ShopifyClient
from peg.shops.directory import NotConnected, Status

BY_SHOPIFY, BY_ETSY = "`peg connect shopify`", "`peg connect etsy`"
DENIED = {"message": "Required access: `read_orders`.", "extensions": {"code": "ACCESS_DENIED"}}


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [(401, "invalid_token", AccessRevoked), (403, "insufficient_scope", MissingScope)],
)
def test_of_etsy(status: int, said: str, error: type[MarketplaceError]) -> None:
    told = answers.refusal(status, {}, json.dumps({"error": said}).encode())

    assert isinstance(told, error)
    assert str(told).startswith("Etsy ")
    assert BY_ETSY in str(told)
    assert said in str(told)


@pytest.mark.parametrize(
    "answer",
    [httpx2.Response(403), httpx2.Response(200, json={"data": None, "errors": [DENIED]})],
    ids=["by its status", "by its code"],
)
async def test_of_a_scope_on_shopify(answer: httpx2.Response) -> None:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer))
    clock = StandingClock()
    door = Door(http, clock, Random(1), shop=SHOP, calls=CallLog())
    client = ShopifyClient(URL, door, OneToken("token"), clock)

    with pytest.raises(MissingScope) as told:
        await client.execute("OrderById", {"id": "gid://shopify/Order/1"}, lane=Lane.ORDERS)

    assert "Dev Dashboard" in str(told.value)
    assert BY_SHOPIFY in str(told.value)


async def test_of_credentials_on_shopify() -> None:
    answer = httpx2.Response(400, json={"error": "invalid_client"})
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer))

    with pytest.raises(AccessRevoked, match="client id and secret") as told:
        await oauth.client_credentials(
            http, URL, client_id="id", client_secret="no", now=MONDAY_NOON
        )

    assert BY_SHOPIFY in str(told.value)


@pytest.mark.parametrize("why", ["the access has ended", f"connect the shop again by {BY_ETSY}"])
def test_the_command_is_named_once(why: str) -> None:
    lost = replace(shop(ShopId("etsy:1001")), status=Status.REVOKED, status_sentence=why)

    assert str(NotConnected(lost)).count(BY_ETSY[:-1]) == 1
