"""Shopify fails within: the answer is 200, and says that something went wrong on their end."""

from collections.abc import Mapping
from random import Random

import httpx2
import pytest
from tests.support.clocks import StandingClock
from tests.unit.marketplaces.shopify.practice import SHOP, URL, OneToken

from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import ATTEMPTS_MAX, Door
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MarketplaceUnavailable, MaybeApplied, Refused
from peg.marketplaces.shopify.client import ShopifyClient

WELL: Mapping[str, object] = {"data": {"nodes": []}}


def failed(code: str) -> Mapping[str, object]:
    """A whole answer with one part missing, or none at all."""
    return {"data": {"nodes": None}, "errors": [{"message": "?", "extensions": {"code": code}}]}


class Shop:
    """Answers with these, one after the other, and goes on with the last."""

    def __init__(self, *answers: Mapping[str, object]) -> None:
        self._answers = list(answers)
        self.asked = 0
        self.clock = StandingClock()
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        door = Door(http, self.clock, Random(1), shop=SHOP, calls=CallLog())
        self._client = ShopifyClient(URL, door, OneToken("token"), self.clock)

    async def reads(self) -> None:
        await self._client.execute("VariantsById", {"ids": []}, lane=Lane.ORDERS)

    async def writes(self) -> None:
        await self._client.execute("InventorySet", {}, lane=Lane.LOWER_STOCK, writes=True)

    def _answer(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return httpx2.Response(200, json=answer)


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "TIMEOUT"])
async def test_it_is_asked_again_after_a_pause(code: str) -> None:
    shop = Shop(failed(code), failed(code), WELL)

    await shop.reads()

    assert shop.asked == 3
    assert shop.clock.monotonic() > 0


async def test_it_is_not_asked_for_ever() -> None:
    shop = Shop(failed("INTERNAL_SERVER_ERROR"))

    with pytest.raises(MarketplaceUnavailable):
        await shop.reads()

    assert shop.asked == ATTEMPTS_MAX


async def test_what_is_wrong_with_the_question_is_not_asked_again() -> None:
    shop = Shop(failed("BAD_USER_INPUT"), WELL)

    with pytest.raises(Refused):
        await shop.reads()

    assert shop.asked == 1


async def test_a_write_is_read_afterwards_and_not_sent_again() -> None:
    shop = Shop(failed("INTERNAL_SERVER_ERROR"), WELL)

    with pytest.raises(MaybeApplied):
        await shop.writes()

    assert shop.asked == 1
