"""What the practice shops say passes, and the same with one thing wrong does not."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

import httpx2
import pytest
from tests.contract import visits_to_etsy, visits_to_shopify
from tests.support.etsy_oas import LIMITS, WHEN_ASKED_FOR, etsy_contract
from tests.support.exchanges import Exchange
from tests.support.practice_etsy import let_in, open_etsy
from tests.support.shopify_schema import admin_contract, answered_operations
from tests.support.spoilt import spoilt
from tests.support.webhook_schemas import etsy_webhook_faults, shopify_letter_faults
from tests.unit.marketsim.shopify.rehearsal import rehearse

from marketsim.shopify.credentials import CLIENT_SECRET

Judge = Callable[[Exchange], list[str]]
FIELDS_MAX = 4
"""Fields of each operation's answer that are spoilt; which ones follows from its name."""

NOT_TOLD_BY_ETSY = "tokenScopes"
"""Etsy's document says nothing at all of this answer."""


async def etsys() -> dict[str, Exchange]:
    """One answer of each operation."""
    found: dict[str, Exchange] = {}
    for visit in visits_to_etsy.VISITS:
        shop = await let_in(open_etsy())
        await visit(shop)
        for one in shop.overheard.exchanges:
            operation = etsy_contract().operation(one.method, one.path)
            if operation is not None and one.status < 300 and one.answer:
                found.setdefault(operation.name, one)
    return found


async def shopifys() -> tuple[dict[str, Exchange], dict[str, httpx2.Request]]:
    """One answer of each operation, and one letter of each topic."""
    found: dict[str, Exchange] = {}
    letters: dict[str, httpx2.Request] = {}
    for visit in visits_to_shopify.VISITS:
        shop = await rehearse()
        await visit(shop)
        await shop.shopify.close()
        for one in shop.overheard.exchanges:
            found = dict.fromkeys(answered_operations([one]), one) | found
        letters = {it.headers["x-shopify-topic"]: it for it in shop.hooks} | letters
    return found, letters


def unnoticed(name: str, exchange: Exchange, judge: Judge, headers: Iterable[str]) -> list[str]:
    """What may be wrong with an answer without an objection."""
    assert judge(exchange) == []
    wrong = [
        (what, replace(exchange, answer=json.dumps(body).encode()))
        for what, body in spoilt(exchange.answer_json, rng=Random(name), fields_max=FIELDS_MAX)
    ]
    for header in headers:
        rest = {it: value for it, value in exchange.answer_headers.items() if it != header}
        wrong.append((f"header {header} is missing", replace(exchange, answer_headers=rest)))
    return [f"{name}: {what}" for what, one in wrong if not judge(one)]


async def test_no_answer_of_etsys_can_be_spoilt_unnoticed() -> None:
    judge, missed = etsy_contract(), []
    for name, exchange in (await etsys()).items():
        found = unnoticed(name, exchange, judge, (*LIMITS, "content-type"))
        missed += found if name != NOT_TOLD_BY_ETSY else []
        assert judge(replace(exchange, status=299))

    asked_for = {f"{name} is missing" for name in WHEN_ASKED_FOR}
    assert [it for it in missed if it.rpartition(".")[2].rpartition(": ")[2] not in asked_for] == []


async def test_no_answer_of_shopifys_can_be_spoilt_unnoticed() -> None:
    headers = ("x-shopify-api-version", "x-request-id", "content-type")
    answers, _ = await shopifys()

    missed = [
        it
        for name, exchange in answers.items()
        for it in unnoticed(name, exchange, admin_contract, headers)
    ]

    assert len(answers) >= 40
    assert missed == []


async def test_no_letter_of_shopifys_can_be_spoilt_unnoticed() -> None:
    _, letters = await shopifys()

    missed = []
    for topic, letter in letters.items():
        assert shopify_letter_faults(letter, secret=CLIENT_SECRET) == []
        for what, wrong in _spoilt_letters(topic, letter):
            if not shopify_letter_faults(wrong, secret=CLIENT_SECRET):
                missed.append(f"{topic}: {what}")

    assert len(letters) >= 10
    assert missed == []


@pytest.mark.parametrize("event", ["order.paid", "inventory.out_of_stock", "listing.deleted"])
def test_no_letter_of_etsys_can_be_spoilt_unnoticed(event: str) -> None:
    told = {"event_type": event, "resource_url": "https://api.etsy.com/v3/x", "shop_id": 1}

    bodies = [
        (what, json.dumps(it).encode()) for what, it in spoilt(told, rng=Random(1), fields_max=3)
    ]

    assert etsy_webhook_faults(json.dumps(told).encode()) == []
    assert [what for what, body in bodies if not etsy_webhook_faults(body)] == []


def _spoilt_letters(topic: str, letter: httpx2.Request) -> Iterator[tuple[str, httpx2.Request]]:
    """Wrong bodies that are signed all the same, a body that is not, and headers left out."""
    body = json.loads(letter.content)
    for what, wrong in spoilt(body, rng=Random(topic), fields_max=FIELDS_MAX):
        raw = json.dumps(wrong).encode()
        signed = hmac.new(CLIENT_SECRET.encode(), raw, hashlib.sha256).digest()
        headers = {**letter.headers, "x-shopify-hmac-sha256": base64.b64encode(signed).decode()}
        yield what, httpx2.Request("POST", letter.url, headers=headers, content=raw)
    raw = letter.content + b" "
    yield (
        "not signed",
        httpx2.Request("POST", letter.url, headers=dict(letter.headers), content=raw),
    )
    for name in letter.headers:
        if name.startswith("x-shopify-"):
            rest = {it: value for it, value in letter.headers.items() if it != name}
            less = httpx2.Request("POST", letter.url, headers=rest, content=letter.content)
            yield f"header {name} is missing", less
