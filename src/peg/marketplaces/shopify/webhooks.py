"""Shopify's webhooks: the signature over the raw body, and where each one says to look."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from peg.domain.identity import ShopId
from peg.domain.near import quoted
from peg.marketplaces.hints import IT_IS_READ, BadSignature, Hint, MalformedDelivery, UnknownTopic
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.shopify.payloads import told_as_of, told_order
from peg.marketplaces.shopify.reading import field, moment, whole

log = structlog.get_logger()

ORDER_TOPICS = ("orders/create", "orders/paid", "orders/updated", "orders/cancelled")
FETCH_TOPICS = ("orders/edited", "refunds/create")
OTHER_TOPICS = (
    "inventory_levels/update",
    "products/update",
    "products/delete",
    "app/uninstalled",
)
COMPLIANCE_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
TOPICS = (*ORDER_TOPICS, *FETCH_TOPICS, *OTHER_TOPICS)
"""What PEG subscribes to; the compliance topics are set with the app and only answered."""


class ShopifySignatures:
    """Checks deliveries of one app. An old secret is taken for a while after a rotation."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Refuse what was not signed with one of the app's secrets.

        Age is no reason to refuse: Shopify may deliver a day late.

        Raises:
            BadSignature: absent, malformed or wrong.
        """
        del now
        given = headers.get("x-shopify-hmac-sha256", "").encode()
        for secret in self._secrets:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
            if hmac.compare_digest(base64.b64encode(digest), given):
                return
        raise BadSignature(
            "a delivery that Shopify has not signed was refused: if it was real, the app's secret"
            " in PEG is not the one in Shopify; run `peg connect shopify` again"
        )


class ShopifyHints:
    """Reads deliveries whose signature was checked."""

    def hint(
        self, headers: Mapping[str, str], body: bytes, *, shop: ShopId, received_at: datetime
    ) -> Hint:
        """Where to look.

        The delivery's number, X-Shopify-Webhook-Id, is not needed for that: it only lets whoever
        keeps deliveries know one again, and a body's fingerprint does so too. It is no reason to
        leave a signed sale to the next poll, nor to have it sent again: it would come the same.

        Raises:
            MalformedDelivery: no JSON object, or without the number of what it is about.
            UnknownTopic: a topic that PEG never asked for.
        """
        topic = headers.get("x-shopify-topic", "")
        if topic not in TOPICS and topic not in COMPLIANCE_TOPICS:
            raise UnknownTopic(
                f"PEG never asked for {quoted(topic)}: it is not worked on. Whoever subscribed to"
                " it at PEG's address may end that"
            )
        told = _object(body)
        triggered = headers.get("x-shopify-triggered-at")
        try:
            happened_at = moment(triggered) if triggered else received_at
            base = Hint(shop=shop, topic=topic, happened_at=happened_at)
            return _pointed(base, told, known_from=min(happened_at, received_at))
        except UnexpectedAnswer as cause:
            raise MalformedDelivery(
                f"a signed delivery of Shopify about {topic} lacks what it must have ({cause}):"
                f" {IT_IS_READ}"
            ) from cause


def _pointed(base: Hint, told: Mapping[str, Any], *, known_from: datetime) -> Hint:
    """Where the payload points.

    `known_from` counts as the moment it was fetched: never later than it came to us, so that a
    marketplace's clock that is ahead shuts out no later poll; and never later than Shopify says
    it was made, so that a delivery that comes late does not overrule what was read meanwhile.
    """
    if base.topic in ORDER_TOPICS:
        return _of_an_order(base, told, known_from)
    as_of = told_as_of(base.topic, told, otherwise=known_from)
    match base.topic:
        case "orders/edited":
            order = str(whole(told, "order_edit", "order_id"))
            return replace(base, order=order, as_of=as_of)
        case "refunds/create":
            return replace(base, order=str(whole(told, "order_id")), as_of=as_of)
        case "inventory_levels/update":
            return replace(
                base,
                stock_unit=str(whole(told, "inventory_item_id")),
                place=str(whole(told, "location_id")),
                available=field(told, "available"),
            )
        case "products/delete":
            return replace(base, listing=str(whole(told, "id")))
        case _:  # products/update floods and is unreliable for stock: noted, not followed
            return base


def _of_an_order(base: Hint, told: Mapping[str, Any], known_from: datetime) -> Hint:
    order = str(whole(told, "id"))
    found = told_order(told, base.shop, fetched_at=known_from)
    if found.lacks:
        log.warning("delivery.said_too_little", shop=base.shop, why=found.lacks)
    return replace(
        base,
        order=order,
        snapshot=found.snapshot,
        as_of=told_as_of(base.topic, told, otherwise=known_from),
        lacks=found.lacks,
        names=found.names,
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as cause:
        raise MalformedDelivery(f"a signed delivery of Shopify is no JSON: {IT_IS_READ}") from cause
    if not isinstance(told, dict):
        raise MalformedDelivery(f"a signed delivery of Shopify is no JSON object: {IT_IS_READ}")
    return told
