"""Etsy's webhooks are believed only when signed, and then only as hints."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from peg.domain.identity import ShopId
from peg.marketplaces.etsy.webhooks import EtsyHints, EtsySignatures
from peg.marketplaces.hints import BadSignature, MalformedDelivery, UnknownTopic

SECRET = "whsec_" + base64.b64encode(b"a practice secret").decode()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHOP = ShopId("etsy:61234567")
API = "https://api.etsy.com"
RECEIPT = f"{API}/v3/application/shops/61234567/receipts/4001"


def signatures(secret: str = SECRET) -> EtsySignatures:
    return EtsySignatures(secret)


def hints(api: str = API) -> EtsyHints:
    return EtsyHints(api)


def body(**more: Any) -> bytes:
    told = {"event_type": "order.paid", "resource_url": RECEIPT, "shop_id": 61234567, **more}
    return json.dumps(told).encode()


def signed(raw: bytes, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, raw.decode()),
    }


def test_a_signature_by_the_standard_is_believed() -> None:
    signatures().verify(signed(body()), body(), now=NOW)


def test_a_signature_without_its_version_and_one_among_several_are_believed() -> None:
    headers = signed(body())
    bare = headers["Webhook-Signature"].removeprefix("v1,")
    other = Webhook(base64.b64encode(b"an older secret").decode()).sign("msg_1", NOW, "")

    for signature in (bare, f"{other} {bare}", f"v2,{bare} v1,{bare}", f"no-base64! v1,{bare}"):
        signatures().verify(headers | {"Webhook-Signature": signature}, body(), now=NOW)


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        without(signed(body()), "Webhook-Signature"),
        without(signed(body()), "Webhook-Id"),
        without(signed(body()), "Webhook-Timestamp"),
        signed(body()) | {"Webhook-Id": "msg_2"},
        signed(body()) | {"Webhook-Timestamp": "soon"},
        signed(body()) | {"Webhook-Timestamp": "9" * 400},
        signed(body()) | {"Webhook-Timestamp": "\N{SUPERSCRIPT TWO}"},
        signed(body()) | {"Webhook-Signature": "v1,"},
        signed(body()) | {"Webhook-Signature": "v1"},
        signed(body()) | {"Webhook-Signature": "v1,\N{SNOWMAN}"},
        signed(body()).copy() | {"Webhook-Signature": "v2," + "A" * 43 + "="},
        signed(body(shop_id=7)),
        signed(body(), secret=base64.b64encode(b"another secret").decode()),
        signed(body(), at=NOW - timedelta(seconds=301)),
        signed(body(), at=NOW + timedelta(seconds=301)),
    ],
)
def test_anything_else_is_refused_without_a_fuss(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        signatures().verify(headers, body(), now=NOW)


def test_one_changed_byte_breaks_the_signature() -> None:
    with pytest.raises(BadSignature):
        signatures().verify(signed(body()), body() + b" ", now=NOW)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "bad",
        SECRET.removeprefix("whsec_"),
        SECRET[:-1],
        f"{SECRET[:-4]}!{SECRET[-4:]}",
        "whsec_" + base64.b64encode(b"fifteen letters").decode(),
    ],
    ids=["none", "only its beginning", "a word", "headless", "cut off", "a slip", "too short"],
)
def test_what_etsys_portal_cannot_have_given_is_refused_at_once(secret: str) -> None:
    with pytest.raises(BadSignature, match="copy it"):
        signatures(secret)


def test_a_secret_copied_with_the_spaces_around_it_is_the_same() -> None:
    signatures(f" {SECRET}\n").verify(signed(body()), body(), now=NOW)


@pytest.mark.parametrize(
    ("url", "order", "listing"),
    [
        (RECEIPT, "4001", None),
        (RECEIPT.replace("api.", "openapi."), "4001", None),
        (f"{API}/v3/application/shops/61234567/listings/55", None, "55"),
        (f"{API}/v3/application/listings/55/inventory", None, "55"),
    ],
)
def test_a_hint_says_where_to_look(url: str, order: str | None, listing: str | None) -> None:
    raw = body(resource_url=url)

    hint = hints().hint(signed(raw), raw, shop=SHOP, received_at=NOW)

    assert (hint.order, hint.listing, hint.topic) == (order, listing, "order.paid")
    assert hint.happened_at == NOW


@pytest.mark.parametrize(
    "raw",
    [
        b"no json",
        b"[]",
        b"{}",
        body(shop_id=7),
        body(resource_url=RECEIPT.replace("api.etsy.com", "evil.example")),
        body(resource_url=RECEIPT.replace("api.etsy.com", "api.etsy.com@evil.example")),
        body(resource_url=RECEIPT.replace("61234567", "7")),
        body(resource_url=RECEIPT + "/tracking"),
        body(resource_url=RECEIPT + "\n"),
        body(resource_url=RECEIPT.replace("receipts/", "receipts/../")),
        body(resource_url=7),
    ],
)
def test_a_payload_unlike_the_documentation_says_nothing(raw: bytes) -> None:
    with pytest.raises(MalformedDelivery):
        hints().hint(signed(body()), raw, shop=SHOP, received_at=NOW)


@pytest.mark.parametrize(
    ("raw", "topic"),
    [
        (body(shop_id="61234567"), "order.paid"),
        (body(event_type=None), "receipts"),
        (body(event_type=None, type="order.paid"), "order.paid"),
        (
            json.dumps(
                {"type": "order.paid", "data": {"resource_url": RECEIPT, "shop_id": "61234567"}}
            ).encode(),
            "order.paid",
        ),
    ],
)
def test_a_payload_unlike_the_documentation_is_followed_where_it_points(
    raw: bytes, topic: str
) -> None:
    hint = hints().hint(signed(raw), raw, shop=SHOP, received_at=NOW)

    assert (hint.order, hint.topic) == ("4001", topic)


@pytest.mark.parametrize("points_to", ["shops/61234567", "listings/5/reviews", "listings/5"])
def test_a_webhook_about_something_else_is_named_as_such(points_to: str) -> None:
    address = f"https://api.etsy.com/v3/application/{points_to}"
    raw = body(event_type="review.created", resource_url=address)

    with pytest.raises(UnknownTopic, match=r"review\.created"):
        hints().hint(signed(raw), raw, shop=SHOP, received_at=NOW)


def test_a_practice_marketplace_is_called_back_where_it_was_configured() -> None:
    raw = body(resource_url="http://127.0.0.1:4002/v3/application/shops/61234567/receipts/9")

    hint = hints(api="http://127.0.0.1:4002").hint(signed(raw), raw, shop=SHOP, received_at=NOW)

    assert hint.order == "9"
