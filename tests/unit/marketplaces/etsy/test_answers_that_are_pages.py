"""A proxy's page with status 200 says nothing of what became of a write."""

from random import Random

import httpx2
import pytest
from tests.support.clocks import StandingClock

from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.quota import Quota
from peg.marketplaces.http import Door
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MaybeApplied, UnexpectedAnswer

SHOP = ShopId("etsy:1")


class OneToken:
    """The only token there is."""

    async def token(self) -> str:
        return "1.token"

    async def refused(self, token: str) -> None:
        raise AssertionError(token)


@pytest.fixture
def client() -> EtsyClient:
    """Whatever is asked, a page comes back."""
    page = httpx2.MockTransport(lambda _: httpx2.Response(200, text="<html>Welcome!</html>"))
    clock, http = StandingClock(), httpx2.AsyncClient(transport=page)
    return EtsyClient(
        shop=SHOP,
        api="https://etsy.test",
        app=App(keystring="key", shared_secret="secret"),
        door=Door(http, clock, Random(1), shop=SHOP, calls=CallLog()),
        tokens=OneToken(),
        quota=Quota(clock),
        clock=clock,
    )


async def test_a_write_may_have_been_applied(client: EtsyClient) -> None:
    with pytest.raises(MaybeApplied, match=r"updateListingInventory: .* no JSON"):
        await client.replace_inventory("7", b"{}", variations=0, send_before=None)
    with pytest.raises(MaybeApplied):
        await client.withdraw("7")
    with pytest.raises(MaybeApplied):
        await client.activate("7")


async def test_a_reading_has_told_nothing(client: EtsyClient) -> None:
    with pytest.raises(UnexpectedAnswer):
        await client.inventory("7", lane=Lane.CHECKS)
