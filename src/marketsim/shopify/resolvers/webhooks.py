"""Webhook subscriptions of the app."""

from typing import Any
from urllib.parse import urlsplit

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload
from marketsim.shopify.subscriptions import Subscription, path_of
from marketsim.shopify.wording import utc

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAME_MAX = 50
SCOPE_OF = {
    "ORDERS": "read_orders",
    "REFUNDS": "read_orders",
    "INVENTORY": "read_inventory",
    "PRODUCTS": "read_products",
    "LOCATIONS": "read_locations",
}
"""What a token must hold to be told of topics that begin so."""


def subscriptions(_root: Any, info: Info, **args: Any) -> Any:
    """The app's own subscriptions, oldest first."""
    call = call_of(info)
    topics, uri = args.get("topics"), args.get("uri") or args.get("callbackUrl")
    shown = [
        it
        for it in call.shop.subscriptions.records.values()
        if (not topics or it.topic in topics) and (uri is None or it.uri == uri)
    ]
    return call.page(info, shown, args, key_of=lambda it: (utc(it.created_at), it.number))


def create(_root: Any, info: Info, topic: str, webhookSubscription: dict[str, Any]) -> Payload:  # noqa: N803 - the schema's own name
    """Subscribe an address to a topic; only https, or plain http on this machine."""
    call = call_of(info)
    given = webhookSubscription
    uri = given.get("uri") or given.get("callbackUrl") or ""
    complaint = _complaint(call, topic, uri, given)
    if complaint is not None:
        return {"webhookSubscription": None, "userErrors": [complaint]}
    now = call.shop.store.now()
    made = Subscription(
        number=call.shop.store.next_number(),
        topic=topic,
        uri=uri,
        name=given.get("name"),
        include_fields=given.get("includeFields") or [],
        filter=given.get("filter"),
        format=given.get("format") or "JSON",
        created_at=now,
        updated_at=now,
    )
    call.shop.subscriptions.add(made)
    return {"webhookSubscription": made, "userErrors": []}


def _complaint(call: Call, topic: str, uri: str, given: dict[str, Any]) -> dict[str, Any] | None:
    needed = SCOPE_OF.get(topic.partition("_")[0])
    if needed is not None and not call.may(needed):
        message = f"You do not have permission to create or update webhooks with {path_of(topic)}."
        return user_error(message, "topic")
    parts = urlsplit(uri)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not local):
        return user_error("Address protocol http:// is not supported", "webhookSubscription", "uri")
    if given.get("filter") or given.get("format") == "XML":
        return user_error(
            "This practice shop delivers whole JSON bodies only: leave filter and format out",
            "webhookSubscription",
        )
    if given.get("name") and len(given["name"]) > NAME_MAX:
        return user_error(
            "Name is too long (maximum is 50 characters)", "webhookSubscription", "name"
        )
    taken = any(
        it.topic == topic and it.uri == uri for it in call.shop.subscriptions.records.values()
    )
    if taken:
        return user_error(
            "Address for this topic has already been taken", "webhookSubscription", "uri"
        )
    return None


def delete(_root: Any, info: Info, id: str) -> Payload:  # noqa: A002 - the schema's own name
    """Unsubscribe."""
    call = call_of(info)
    found = call.find(id, Subscription, "webhook subscription")
    if found is None:
        error = user_error("Webhook subscription does not exist", "id", code="NOT_FOUND")
        return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
    call.shop.subscriptions.remove(found.number)
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def api_version(source: Subscription, _info: Info) -> dict[str, Any]:
    """The version whose wording the bodies use."""
    return {"handle": source.api_version, "supported": True}


RESOLVERS: Resolvers = {
    ("QueryRoot", "webhookSubscriptions"): subscriptions,
    ("Mutation", "webhookSubscriptionCreate"): create,
    ("Mutation", "webhookSubscriptionDelete"): delete,
    ("WebhookSubscription", "apiVersion"): api_version,
}
