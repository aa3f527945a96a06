"""PEG's real front door for webhooks, with the real checks of signatures, and its two senders."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.inbox_work import tried
from tests.support.laid_book import lay_book

from peg.db.transaction import reading
from peg.domain.identity import Channel, ShopId
from peg.intake.acceptor import Acceptor
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.intake.reception import Reception
from peg.intake.tables import inbox
from peg.marketplaces.etsy.webhooks import EtsyHints, EtsySignatures
from peg.marketplaces.hints import SignatureCheck
from peg.marketplaces.port import Marketplace
from peg.marketplaces.shopify.webhooks import ShopifyHints, ShopifySignatures
from peg.web.app import create_app
from peg.wiring import examination
from peg.wiring.ground import Ground, open_ground

SHOPIFY = ShopId("shopify:gems.myshopify.com")
ETSY = ShopId("etsy:61234567")
APP_SECRET = "shpss_practice"
PORTAL_SECRET = "whsec_" + base64.b64encode(b"a practice secret").decode()
ETSY_API = "https://api.etsy.com"

Headers = Mapping[str, str]


class Sender(Protocol):
    """A marketplace that signs what it sends."""

    shop: ShopId
    path: str
    signature: str
    topic: str

    def body(self, topic: str = "") -> bytes:
        """What it sends about something."""

    def signed(self, body: bytes, *, number: str = "d-1", topic: str = "") -> dict[str, str]:
        """The headers that it sends a body with."""


class FromShopify:
    """Shopify: the raw body signed with the app's secret; the rest stands in headers."""

    shop = SHOPIFY
    path = "/webhooks/shopify"
    signature = "X-Shopify-Hmac-Sha256"
    topic = "orders/edited"

    def body(self, topic: str = "") -> bytes:
        del topic  # it stands in a header
        return json.dumps({"order_edit": {"order_id": 4001}}).encode()

    def signed(self, body: bytes, *, number: str = "d-1", topic: str = "") -> dict[str, str]:
        digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).digest()
        return {
            "X-Shopify-Shop-Domain": self.shop.partition(":")[2],
            "X-Shopify-Topic": topic or self.topic,
            "X-Shopify-Webhook-Id": number,
            self.signature: base64.b64encode(digest).decode(),
        }


class FromEtsy:
    """Etsy: number, time and body signed with the portal's secret; the rest stands in the body."""

    shop = ETSY
    path = "/webhooks/etsy"
    signature = "Webhook-Signature"
    topic = "order.paid"

    def body(self, topic: str = "") -> bytes:
        told = {
            "event_type": topic or self.topic,
            "resource_url": f"{ETSY_API}/v3/application/shops/61234567/receipts/4001",
            "shop_id": 61234567,
        }
        return json.dumps(told).encode()

    def signed(
        self, body: bytes, *, number: str = "d-1", topic: str = "", at: datetime = MONDAY_NOON
    ) -> dict[str, str]:
        del topic  # it stands in the body
        stamp = str(int(at.timestamp()))
        to_sign = b".".join((number.encode(), stamp.encode(), body))
        key = base64.b64decode(PORTAL_SECRET.removeprefix("whsec_"))
        digest = hmac.new(key, to_sign, hashlib.sha256).digest()
        return {
            "Webhook-Id": number,
            "Webhook-Timestamp": stamp,
            self.signature: f"v1,{base64.b64encode(digest).decode()}",
        }


SENDERS: tuple[Sender, ...] = (FromShopify(), FromEtsy())
from_both = pytest.mark.parametrize("sender", SENDERS, ids=["shopify", "etsy"])


def refused(answer: httpx2.Response, status: int, name: str) -> bool:
    """Whether the answer is this refusal, and says what to do."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(told["detail"]) > 40
    return (answer.status_code, told["title"]) == (status, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One delivery in the inbox."""

    shop: str
    topic: str
    delivery: str
    body: bytes
    outcome: str | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryDoor:
    """The application, and the worker behind its inbox; no marketplace can be asked."""

    ground: Ground
    app: FastAPI
    client: httpx2.AsyncClient
    acceptor: Acceptor

    async def send(
        self,
        sender: Sender,
        body: bytes | None = None,
        headers: Headers | Sequence[tuple[str, str]] | None = None,
        **signed: Any,
    ) -> httpx2.Response:
        """Send a body, with the headers that sign it if no others are given."""
        content = sender.body(signed.get("topic", "")) if body is None else body
        told = sender.signed(content, **signed) if headers is None else headers
        return await self.client.post(sender.path, content=content, headers=told)

    async def kept(self) -> list[Kept]:
        """What the inbox holds."""
        columns = [inbox.c[name] for name in Kept.__dataclass_fields__]
        async with reading(self.ground.database) as session:
            rows = (await session.execute(select(*columns).order_by(inbox.c.id))).mappings()
            return [Kept(**row) for row in rows]

    async def findings(self) -> list[str]:
        """What the doctor says of what waits, and of what was of no use."""
        async with reading(self.ground.database) as session:
            now = self.ground.clock.now()
            found = await examination.waiting(session, now=now, running=True)
        return [one.sentence for one in found]

    async def works(self) -> None:
        """Let the worker try what waits."""
        await self.ground.clock.sleep(1)
        await tried(self.acceptor)


@asynccontextmanager
async def open_delivery_door(home: Path) -> AsyncIterator[DeliveryDoor]:
    """A Shopify shop and an Etsy shop are connected; their book is empty."""
    signatures: dict[ShopId, SignatureCheck] = {
        SHOPIFY: ShopifySignatures([APP_SECRET]),
        ETSY: EtsySignatures(PORTAL_SECRET),
    }
    async with open_ground({"PEG_HOME": str(home)}, clock=StandingClock()) as ground:
        await lay_book(ground.database)
        app = create_app(ground, Reception(ground.database, ground.clock, signatures))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield DeliveryDoor(ground, app, client, _acceptor(ground))


def _acceptor(ground: Ground) -> Acceptor:
    shops: Mapping[ShopId, Marketplace] = {}
    patience = Patience()
    return Acceptor(
        ground.database,
        ground.clock,
        ground.signals,
        shops=shops,
        readers={Channel.SHOPIFY: ShopifyHints(), Channel.ETSY: EtsyHints(ETSY_API)},
        lookout=Lookout(
            ground.database,
            ground.clock,
            shops,
            patience,
            polls=Polls(ground.database, ground.clock, shops, patience),
        ),
        patience=patience,
    )
