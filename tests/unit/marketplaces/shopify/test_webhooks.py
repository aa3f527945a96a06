"""Shopify's webhooks are believed only when the app's secret has signed their raw bytes."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from peg.domain.identity import ShopId
from peg.marketplaces.hints import BadSignature, MalformedDelivery, UnknownTopic
from peg.marketplaces.shopify.webhooks import TOPICS, ShopifyHints, ShopifySignatures

SECRET, OLD = "shpss_new", "shpss_old"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHOP = ShopId("shopify:stonefield-jewels.myshopify.com")
_SAYS_IT_ALL = {"products/update", "app/uninstalled"}
"""Topics that nothing is read of but that they came."""

BODY = b'{"order_id":4001}'


def signature(secret: str, body: bytes = BODY) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(signed: str | None, *, topic: str = "refunds/create") -> dict[str, str]:
    told = {"x-shopify-topic": topic, "x-shopify-webhook-id": "d-1"}
    return told if signed is None else {**told, "x-shopify-hmac-sha256": signed}


def test_the_apps_secret_is_believed() -> None:
    ShopifySignatures([SECRET]).verify(headers(signature(SECRET)), BODY, now=NOW)


def test_while_a_secret_is_changed_both_are_believed() -> None:
    ShopifySignatures([SECRET, OLD]).verify(headers(signature(OLD)), BODY, now=NOW)


@pytest.mark.parametrize(
    "signed",
    [None, "", "no base64 €", signature("another"), signature(SECRET, BODY + b" ")],
    ids=["none", "empty", "nonsense", "another secret", "other bytes"],
)
def test_anything_else_is_refused(signed: str | None) -> None:
    with pytest.raises(BadSignature, match="peg connect shopify"):
        ShopifySignatures([SECRET]).verify(headers(signed), BODY, now=NOW)


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"order_id":"x"}'])
def test_a_signed_body_that_does_not_say_what_it_must_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedDelivery, match="next poll"):
        ShopifyHints().hint(headers(None), body, shop=SHOP, received_at=NOW)


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in _SAYS_IT_ALL])
def test_so_is_one_without_its_number_whatever_it_is_about(topic: str) -> None:
    with pytest.raises(MalformedDelivery, match=topic):
        ShopifyHints().hint(
            headers(None, topic=topic), b'{"name":"#1"}', shop=SHOP, received_at=NOW
        )


def test_an_order_that_lacks_the_rest_is_to_be_fetched() -> None:
    told = headers(None, topic="orders/updated")

    hint = ShopifyHints().hint(told, b'{"id":77}', shop=SHOP, received_at=NOW)

    assert (hint.order, hint.snapshot) == ("77", None)


def test_a_delivery_without_its_id_says_where_to_look_all_the_same() -> None:
    told = headers(None)
    del told["x-shopify-webhook-id"]

    hint = ShopifyHints().hint(told, BODY, shop=SHOP, received_at=NOW)

    assert hint.order == "4001"


def test_a_topic_that_nobody_asked_for_is_named() -> None:
    told = headers(None, topic="themes/publish")

    with pytest.raises(UnknownTopic, match="themes/publish"):
        ShopifyHints().hint(told, BODY, shop=SHOP, received_at=NOW)


def test_a_hint_says_where_to_look() -> None:
    hint = ShopifyHints().hint(headers(None), BODY, shop=SHOP, received_at=NOW)

    assert (hint.order, hint.topic) == ("4001", "refunds/create")
