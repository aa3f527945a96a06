"""What the law has Shopify ask of every app: to forget buyers' data, and to tell what is kept."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell_once
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.domain.moment import for_people
from peg.intake import inbox
from peg.intake.forgetting import TO_TELL, forget_bodies
from peg.intake.inbox import Delivery
from peg.ledger import questions

log = structlog.get_logger()

DATA_REQUEST = "data_request"
"""The kind of the question; its alarm has the same name."""

ANSWER_WITHIN = timedelta(days=30)
"""Shopify's limit for telling the shop's owner what is kept of a customer."""

TOPICS = frozenset({"customers/redact", "shop/redact", TO_TELL})
NAMED_MAX = 10
SUBJECT_CHARACTERS_MAX = 160


async def comply(session: AsyncSession, delivery: Delivery, *, now: datetime) -> None:
    """Do what is asked, or have a person do it; the delivery is done with that."""
    if delivery.topic == TO_TELL:
        await inbox.handled(session, delivery.id, outcome="a person is asked", now=now)
        await _ask(session, delivery.shop, _read(delivery.body), now=now)
        return
    await inbox.handled(session, delivery.id, outcome="forgotten", now=now)
    count = await forget_bodies(session, until=now, shop=delivery.shop)
    log.info("deliveries.forgotten", shop=delivery.shop, count=count)


async def _ask(
    session: AsyncSession, shop: ShopId, request: Mapping[str, Any], *, now: datetime
) -> None:
    """Asked once for each request, however often it is delivered; without name and address."""
    customer, number = _id(request.get("customer")), _id(request.get("data_request"))
    orders = [str(one) for one in _list(request.get("orders_requested"))]
    more = f" and {len(orders) - NAMED_MAX} more" if len(orders) > NAMED_MAX else ""
    about = f" of the orders {', '.join(orders[:NAMED_MAX])}{more}" if orders else ""
    sentence = (
        f"customer {customer} of {shop} asks what is kept of them{about}: answer until"
        f" {for_people(now + ANSWER_WITHIN)}. PEG keeps what was ordered and when, and no names nor"
        " addresses but in deliveries of the last seven days; add what you keep yourself, send it"
        " to them, then answer the question (`peg questions`)"
    )
    subject = f"{shop} {number}"[:SUBJECT_CHARACTERS_MAX]
    await questions.ask(
        session,
        kind=DATA_REQUEST,
        subject=subject,
        sentence=sentence,
        evidence={"customer": customer, "request": number, "orders": orders},
        options=("answered",),
        default="wait",
        now=now,
    )
    alert = Alert(name="data_request", subject=subject, sentence=sentence)
    await tell_once(session, alert, now=now)


def _read(body: bytes) -> Mapping[str, Any]:
    """Whatever can be read of it: a request without a number is still one."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _id(thing: object) -> str:
    known = thing.get("id") if isinstance(thing, dict) else None
    return str(known) if isinstance(known, int) else "without a number"


def _list(things: object) -> list[Any]:
    return things if isinstance(things, list) else []
