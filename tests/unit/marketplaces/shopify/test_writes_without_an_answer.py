"""A write that may have been applied stays in doubt, whatever its repetition comes to."""

from collections.abc import Awaitable, Callable
from random import Random

import httpx2
import pytest
from tests.support.clocks import StandingClock
from tests.unit.marketplaces.shopify.practice import SHOP, URL, OneToken

from peg.domain.identity import OfferRef
from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import Door
from peg.marketplaces.port import (
    BreakerOpen,
    MarketplaceUnavailable,
    MissingScope,
    Refused,
    Shown,
    Write,
)
from peg.marketplaces.shopify.cancelling import Canceller
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.refunding import Refunder
from peg.marketplaces.shopify.stock_writes import StockWriter
from peg.marketplaces.writers import Asked

KEY = "0b9e7c9a-0f0c-4d43-8f4e-3f1a6c2d9b11"
WRITE = Write(
    ref=OfferRef(shop=SHOP, listing="1", variant="2", stock_unit="3"),
    place="4",
    basis=5,
    quantity=4,
)

Step = Callable[[httpx2.Request], httpx2.Response]


def no_answer(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("the answer is lost", request=request)


def not_there(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no connection", request=request)


def frozen(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(423)


def page(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, text="<html>Welcome!</html>")


def writer(*steps: Step) -> StockWriter:
    return StockWriter(answered_by(*steps))


def answered_by(*steps: Step) -> ShopifyClient:
    """Each call is answered by the next step, and those after them by the last."""
    left = list(steps)

    def next_step(request: httpx2.Request) -> httpx2.Response:
        step = left.pop(0) if len(left) > 1 else left[0]
        return step(request)

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(next_step))
    clock = StandingClock()
    door = Door(http, clock, Random(1), shop=SHOP, calls=CallLog())
    return ShopifyClient(URL, door, OneToken("token"), clock)


@pytest.mark.parametrize("then", [not_there, frozen, page], ids=lambda step: step.__name__)
async def test_it_is_in_doubt_when_its_repetition_was_not_even_sent(then: Step) -> None:
    (result,) = await writer(no_answer, then).compare_and_set([WRITE], key=KEY)

    assert result.shown is Shown.UNKNOWN


async def test_it_is_in_doubt_when_the_shop_has_failed_so_often_that_nothing_more_is_sent() -> None:
    writing = writer(no_answer)
    shown = []
    for _ in range(3):
        try:
            (result,) = await writing.compare_and_set([WRITE], key=KEY)
        except BreakerOpen:
            break
        shown.append(result.shown)

    assert shown == [Shown.UNKNOWN] * 3


async def test_a_page_in_place_of_an_answer_may_stand_for_a_write_that_was_applied() -> None:
    (result,) = await writer(page).compare_and_set([WRITE], key=KEY)

    assert result.shown is Shown.UNKNOWN


def says(code: str | None, **beside: object) -> Step:
    error = {"message": "no", **beside, **({"extensions": {"code": code}} if code else {})}
    return lambda _: httpx2.Response(200, json={"data": None, "errors": [error]})


@pytest.mark.parametrize("code", ["TIMEOUT", "INTERNAL_SERVER_ERROR", None])
async def test_an_error_within_shopify_may_stand_for_a_write_that_was_applied(
    code: str | None,
) -> None:
    (result,) = await writer(says(code)).compare_and_set([WRITE], key=KEY)

    assert result.shown is Shown.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says("ACCESS_DENIED"), MissingScope),
        (says("BAD_REQUEST"), Refused),
        (says(None, locations=[{"line": 1, "column": 1}]), Refused),
    ],
    ids=["no right", "bad request", "bad document"],
)
async def test_what_is_refused_before_anything_is_done_is_not_in_doubt(
    answer: Step, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await writer(answer).compare_and_set([WRITE], key=KEY)


async def test_what_was_never_sent_is_not_in_doubt() -> None:
    with pytest.raises(MarketplaceUnavailable):
        await writer(not_there).compare_and_set([WRITE], key=KEY)


async def cancelled(shop: ShopifyClient) -> Asked:
    return await Canceller(shop).cancel_order("1001", note="sold twice")


async def taken_out(shop: ShopifyClient) -> Asked:
    return await Refunder(shop).take_out("1001", {"1": 1}, [], note="sold twice", key=KEY)


def tells(**data: object) -> Step:
    return lambda _: httpx2.Response(200, json={"data": data})


@pytest.mark.parametrize("ask", [cancelled, taken_out])
@pytest.mark.parametrize(
    "answer",
    [no_answer, page, tells(), tells(orderCancel=None, refundCreate=None)],
    ids=["none", "a page", "nothing of it", "no payload"],
)
async def test_an_order_may_be_cancelled_or_changed_when_the_answer_does_not_say(
    ask: Callable[[ShopifyClient], Awaitable[Asked]], answer: Step
) -> None:
    asked = await ask(answered_by(answer))

    assert asked.shown is Shown.UNKNOWN
    assert asked.sentence


@pytest.mark.parametrize("ask", [cancelled, taken_out])
async def test_an_order_that_may_not_be_changed_is_refused_in_shopifys_words(
    ask: Callable[[ShopifyClient], Awaitable[Asked]],
) -> None:
    why = [{"message": "it is archived"}, {"message": "it is not paid"}]
    answer = tells(orderCancel={"orderCancelUserErrors": why}, refundCreate={"userErrors": why})

    asked = await ask(answered_by(answer))

    assert asked == Asked(shown=Shown.REFUSED, sentence="it is archived; it is not paid")
