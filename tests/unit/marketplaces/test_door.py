from collections.abc import Callable
from dataclasses import replace
from random import Random

import httpx2
import pytest
from tests.support.clocks import StandingClock

from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.answers import refusal
from peg.marketplaces.http import Door, Request
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    AccessRevoked,
    BreakerOpen,
    MarketplaceError,
    MarketplaceUnavailable,
    MaybeApplied,
    MissingScope,
    Refused,
    RemoteGone,
    ShopFrozen,
    Throttled,
    TooLate,
)
from peg.marketplaces.shopify.client import ShopifyClient

SHOP = ShopId("etsy:1")
Answer = Callable[[httpx2.Request], httpx2.Response]


class OldToken:
    """The only token there is."""

    async def token(self) -> str:
        return "shpat_old"

    async def refused(self, token: str) -> None:
        pass


def door(answer: Answer, clock: StandingClock, calls: CallLog | None = None) -> Door:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return Door(client, clock, Random(1), shop=SHOP, calls=calls or CallLog())


def request(*, repeatable: bool) -> Request:
    return Request(
        operation="op",
        method="POST",
        url="http://etsy.test/x",
        repeatable=repeatable,
        lane=Lane.ORDERS,
    )


async def test_a_read_is_tried_again_and_the_pauses_are_counted_in_the_log() -> None:
    clock, calls, left = StandingClock(), CallLog(), [500, 503, 200]

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(left.pop(0))

    response = await door(answer, clock, calls).send(request(repeatable=True))

    assert response.status_code == 200
    assert calls.counts() == {"etsy.op": {"500": 1, "503": 1, "ok": 1}}


async def test_a_write_without_an_answer_is_never_sent_twice() -> None:
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        raise httpx2.ReadTimeout("lost", request=request)

    with pytest.raises(MaybeApplied):
        await door(answer, StandingClock()).send(request(repeatable=False))

    assert len(sent) == 1


async def test_a_write_that_never_left_is_no_doubt() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(MarketplaceUnavailable):
        await door(answer, StandingClock()).send(request(repeatable=False))


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("status", [None, 500, 429])
async def test_whatever_is_wrong_with_a_shop_begins_with_its_name(
    status: int | None, *, repeatable: bool
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if status is None:
            raise httpx2.ReadTimeout("lost", request=request)
        return httpx2.Response(status, headers={"retry-after": "86400"})

    with pytest.raises(MarketplaceError, match=f"^{SHOP} .*op"):
        await door(answer, StandingClock()).send(request(repeatable=repeatable))


async def test_retry_after_is_honoured_and_a_days_wait_is_not_sat_out() -> None:
    clock, left = StandingClock(), ["3", None]

    def answer(_: httpx2.Request) -> httpx2.Response:
        wait = left.pop(0)
        return httpx2.Response(429, headers={"retry-after": wait}) if wait else httpx2.Response(200)

    begun = clock.monotonic()
    await door(answer, clock).send(request(repeatable=False))
    assert clock.monotonic() - begun >= 3

    left[:] = ["86400"]
    with pytest.raises(Throttled) as told:
        await door(answer, clock).send(request(repeatable=False))
    assert told.value.wait_s == 86400


async def test_five_failures_stop_the_calls_and_one_trial_brings_them_back() -> None:
    clock, healthy = StandingClock(), [False]

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200 if healthy[0] else 500)

    shop = door(answer, clock)
    for _ in range(5):
        with pytest.raises((MaybeApplied, BreakerOpen)):
            await shop.send(request(repeatable=False))
    with pytest.raises(BreakerOpen):
        await shop.send(request(repeatable=False))

    clock.pass_(31)
    healthy[0] = True
    await shop.send(request(repeatable=False))

    assert not shop.breaker.open


async def test_refusing_one_listing_again_and_again_says_nothing_about_the_shop() -> None:
    shop = door(lambda _: httpx2.Response(404), StandingClock())

    for _ in range(20):
        assert (await shop.send(request(repeatable=True))).status_code == 404

    assert not shop.breaker.open


@pytest.mark.parametrize("status", [402, 423])
async def test_a_shop_that_the_marketplace_has_closed_is_told_from_one_that_fails(
    status: int,
) -> None:
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(status)

    shop = door(answer, StandingClock())
    with pytest.raises(ShopFrozen, match=f"closed {SHOP}.*PEG goes on by itself"):
        await shop.send(request(repeatable=True))

    assert len(sent) == 1
    assert not shop.breaker.open


@pytest.mark.parametrize(
    ("status", "words", "named"),
    [
        (401, "invalid_token", AccessRevoked),
        (400, "invalid_grant", AccessRevoked),
        (403, "insufficient_scope", MissingScope),
        (403, "this shop is not yours", Refused),
        (423, "locked", ShopFrozen),
        (404, "no such listing", RemoteGone),
        (409, "conflict", Refused),
        (429, "slowly", Throttled),
        (503, "later", MarketplaceUnavailable),
    ],
)
def test_what_etsy_refuses_has_a_name_and_keeps_etsys_words(
    status: int, words: str, named: type[MarketplaceError]
) -> None:
    error = refusal(status, {}, b'{"error": "%s"}' % words.encode())

    assert type(error) is named
    assert words in str(error)


@pytest.mark.parametrize(
    "words",
    [
        "API key not found or not active, or shared secret is incorrect",
        "Shared secret is required in x-api-key header.",
        "Missing x-api-key header or client_id",
    ],
)
def test_keys_of_the_app_that_etsy_does_not_know_are_named_with_where_to_find_them(
    words: str,
) -> None:
    error = refusal(403, {}, b'{"error": "%s"}' % words.encode())

    assert type(error) is Refused
    assert words in str(error)
    assert "copy both from Etsy's developer page" in str(error)


@pytest.mark.parametrize(
    ("status", "named"),
    [(401, AccessRevoked), (403, MissingScope), (404, MarketplaceUnavailable), (406, Refused)],
)
async def test_what_shopify_refuses_has_a_name(status: int, named: type[MarketplaceError]) -> None:
    clock = StandingClock()
    shop = door(lambda _: httpx2.Response(status), clock)
    client = ShopifyClient("https://gems.test", shop, OldToken(), clock)

    with pytest.raises(named, match=f"ShopInfo: {status}") as refusal:
        await client.execute("ShopInfo", {}, lane=Lane.ORDERS)

    assert str(refusal.value).startswith("Shopify ")


async def test_what_came_too_late_is_not_sent() -> None:
    clock, sent = StandingClock(), list[httpx2.Request]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200)

    in_time = replace(request(repeatable=False), send_before=clock.now())
    await door(answer, clock).send(in_time)
    await clock.sleep(0.1)

    with pytest.raises(TooLate, match="nothing was sent"):
        await door(answer, clock).send(in_time)

    assert len(sent) == 1
