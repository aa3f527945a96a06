"""The shops that are connected, and how they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.db.transaction import require_transaction, upsert
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.domain.near import did_you_mean, quoted
from peg.shops.sealing import KeyRing, Place
from peg.shops.tables import shops


class UnknownShop(PegError):
    """No such shop is connected."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, shop: str, near: str = "") -> None:
        super().__init__(f"no shop {quoted(shop)} is connected{near}: `peg shops` lists them")


class NotConnected(PegError):
    """PEG has no access any more; a person has to connect the shop again."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, shop: "Shop") -> None:
        why, command = shop.status_sentence, f"`peg connect {shop.channel}`"
        remedy = "" if command in why else f": run {command} again"
        super().__init__(f"{shop.id} is not connected any more ({why}){remedy}")


class Status(StrEnum):
    """Whether PEG may work with a shop."""

    CONNECTED = "connected"
    REVOKED = "revoked"  # a person has to connect it again
    FROZEN = "frozen"  # closed by the marketplace for now
    DISCONNECTED = "disconnected"  # a person took it out: nothing waits for it, no alarm is due

    @property
    def reachable(self) -> bool:
        """Whether it is worth asking it anything."""
        return self in {Status.CONNECTED, Status.FROZEN}


_COMES_FROM: Mapping[Status, frozenset[Status]] = {
    Status.CONNECTED: frozenset({Status.FROZEN}),
    Status.FROZEN: frozenset({Status.CONNECTED}),
    Status.REVOKED: frozenset({Status.CONNECTED, Status.FROZEN}),
    Status.DISCONNECTED: frozenset({Status.CONNECTED, Status.FROZEN, Status.REVOKED}),
}
"""What is under way when a shop is lost or taken out ends later: its word must not undo that. Only
`store`, when a person connects the shop, brings it back."""

ALARMING = (Status.REVOKED, Status.FROZEN)
"""What a person is told of, as `shop_revoked` and so on; the rest they did themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One connected shop, without its secrets."""

    id: ShopId
    channel: Channel
    name: str
    currency: str
    status: Status
    status_sentence: str
    scopes: frozenset[str]
    client_id: str
    connected_at: datetime

    @property
    def remote(self) -> str:
        """The marketplace's own name of it: the Shopify domain, or Etsy's shop id."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The app's id and secret: Shopify's client id and secret, Etsy's keystring and secret."""

    client_id: str
    client_secret: str = field(repr=False)


async def all_shops(session: AsyncSession) -> Sequence[Shop]:
    """Every shop, connected or not any more, in the order of their ids."""
    rows = await session.execute(select(shops).order_by(shops.c.id))
    return [_shop(row) for row in rows]


async def by_id(session: AsyncSession, shop: ShopId) -> Shop:
    """One shop.

    Raises:
        UnknownShop: it was never connected.
    """
    row = (await session.execute(select(shops).where(shops.c.id == shop))).first()
    if row is None:
        known = await session.scalars(select(shops.c.id))
        raise UnknownShop(shop, did_you_mean(shop, known))
    return _shop(row)


async def named(session: AsyncSession, text: str) -> Shop:
    """The shop that a person means: by its id, or by its marketplace if that has only one.

    Raises:
        UnknownShop: none, or not one alone.
    """
    name = text.strip().lower()
    of_channel = await session.scalars(select(shops.c.id).where(shops.c.channel == name))
    found = of_channel.all()
    return await by_id(session, ShopId(found[0] if len(found) == 1 else name))


async def working(session: AsyncSession, shop: str) -> Shop:
    """One shop that PEG may still speak to.

    Raises:
        UnknownShop: it was never connected.
        NotConnected: its access was revoked, or a person disconnected it.
    """
    found = await named(session, shop)
    if not found.status.reachable:
        raise NotConnected(found)
    return found


async def store(session: AsyncSession, ring: KeyRing, shop: Shop, app: AppCredentials) -> None:
    """Keep a shop that was just connected, anew or again; its webhook secret stays."""
    require_transaction(session)
    row = {
        "id": shop.id,
        "channel": shop.channel.value,
        "name": shop.name,
        "currency": shop.currency,
        "status": shop.status.value,
        "status_sentence": shop.status_sentence,
        "scopes": " ".join(sorted(shop.scopes)),
        "client_id": app.client_id,
        "client_secret": ring.seal(app.client_secret, _place(shop.id, "client_secret")),
        "connected_at": shop.connected_at,
    }
    await session.execute(upsert(session, shops, row, ["id"]))


async def mark(
    session: AsyncSession, shop: ShopId, status: Status, sentence: str, *, now: datetime
) -> None:
    """Note that a shop was revoked, frozen, thawed or taken out; a person is told of bad news.

    Nothing happens where it cannot come to be so from how it is. What is so for another reason than
    before is told by the new one.
    """
    require_transaction(session)
    reason_changed = (shops.c.status == status) & (shops.c.status_sentence != sentence)
    changed = await session.scalar(
        update(shops)
        .where(shops.c.id == shop, shops.c.status.in_(_COMES_FROM[status]) | reason_changed)
        .values(status=status.value, status_sentence=sentence)
        .returning(shops.c.id)
    )
    if changed and status in ALARMING:
        name = f"shop_{status.value}"
        await tell(session, Alert(name=name, subject=shop, sentence=sentence), now=now)


async def statuses(session: AsyncSession) -> Mapping[ShopId, Status]:
    """How every shop is that was ever connected."""
    rows = await session.execute(select(shops.c.id, shops.c.status))
    return {ShopId(key): Status(status) for key, status in rows}


async def disconnected(session: AsyncSession) -> frozenset[ShopId]:
    """The shops that a person took out."""
    query = select(shops.c.id).where(shops.c.status == Status.DISCONNECTED.value)
    return frozenset(ShopId(key) for key in await session.scalars(query))


async def selling(session: AsyncSession) -> frozenset[ShopId]:
    """The shops that buyers can visit, and that nobody took out."""
    visited = {Status.CONNECTED, Status.REVOKED}
    return frozenset(shop for shop, is_ in (await statuses(session)).items() if is_ in visited)


async def cut_off(session: AsyncSession) -> Sequence[Shop]:
    """Shops that PEG cannot ask any more, though nobody took them out."""
    return [
        one
        for one in await all_shops(session)
        if not one.status.reachable and one.status is not Status.DISCONNECTED
    ]


async def app_credentials(session: AsyncSession, ring: KeyRing, shop: ShopId) -> AppCredentials:
    """The credentials of the app the shop was connected with."""
    query = select(shops.c.client_id, shops.c.client_secret).where(shops.c.id == shop)
    row = (await session.execute(query)).first()
    if row is None:
        raise UnknownShop(shop)
    return AppCredentials(
        row.client_id, ring.open(row.client_secret, _place(shop, "client_secret"))
    )


async def set_webhook_secret(
    session: AsyncSession, ring: KeyRing, shop: ShopId, secret: str
) -> None:
    """Keep the secret that signs the shop's webhooks (Etsy: from its developer portal)."""
    require_transaction(session)
    sealed = ring.seal(secret, _place(shop, "webhook_secret"))
    found = await session.scalar(
        update(shops).where(shops.c.id == shop).values(webhook_secret=sealed).returning(shops.c.id)
    )
    if found is None:
        raise UnknownShop(shop)


async def webhook_secret(session: AsyncSession, ring: KeyRing, shop: ShopId) -> str | None:
    """The secret that signs the shop's webhooks; None when nobody entered one.

    Shopify signs with the app's own secret, so for Shopify this is that one.
    """
    found = await named(session, shop)
    if found.channel is Channel.SHOPIFY:
        return (await app_credentials(session, ring, shop)).client_secret
    sealed = await session.scalar(select(shops.c.webhook_secret).where(shops.c.id == shop))
    return None if sealed is None else ring.open(sealed, _place(shop, "webhook_secret"))


def _place(shop: str, column: str) -> Place:
    return Place("shops", shop, column)


def _shop(row: Row[Any]) -> Shop:
    return Shop(
        id=ShopId(row.id),
        channel=Channel(row.channel),
        name=row.name,
        currency=row.currency,
        status=Status(row.status),
        status_sentence=row.status_sentence,
        scopes=frozenset(row.scopes.split()),
        client_id=row.client_id,
        connected_at=row.connected_at,
    )
