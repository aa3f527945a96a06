"""Items: physically distinct things, each with one SKU that is never reused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import insert_or_ignore, require_transaction, upsert
from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.identity import Sku
from peg.domain.near import did_you_mean, quoted
from peg.ledger.book import open_items
from peg.ledger.unknown import unknown_sku


class UnknownKind(PegError):
    """No item is of this kind."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, typed: str, known: Sequence[str]) -> None:
        there_are = f"there are {', '.join(known)}" if known else _NO_KINDS
        super().__init__(
            f"no piece is of the kind {quoted(typed)}{did_you_mean(typed, known)}: {there_are}"
        )


_NO_KINDS = (
    "PEG knows no kinds here, since none of your SKUs begins with one, as"
    " RING-SAPP-150-14WG-001234 does; name pieces or `all` instead"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is stocked.

    Attributes:
        one_of_a_kind: there is one and there will never be another.
        low_stock_at: alert when this many or fewer are available: its own rule, else its kind's.
    """

    sku: Sku
    name: str
    one_of_a_kind: bool
    kind: str = ""
    low_stock_at: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


async def open_all(session: AsyncSession, new: Sequence[Item], *, now: datetime) -> None:
    """Enter items into the catalogue and the book; those that exist keep what they have."""
    require_transaction(session)
    rows = [
        {
            "sku": item.sku,
            "name": item.name,
            "kind": item.kind,
            "one_of_a_kind": item.one_of_a_kind,
            "low_stock_at": item.low_stock_at,
            "attributes": dict(item.attributes),
            "opened_at": now,
        }
        for item in new
    ]
    if rows:
        await session.execute(insert_or_ignore(session, tables.items), rows)
        await open_items(session, [item.sku for item in new])


async def by_sku(session: AsyncSession, sku: Sku) -> Item | None:
    """One item; None when there is none."""
    return (await by_skus(session, [sku])).get(sku)


async def by_skus(session: AsyncSession, skus: Sequence[Sku]) -> Mapping[Sku, Item]:
    """Some items."""
    query = _items().where(tables.items.c.sku.in_(skus))
    return {row["sku"]: Item(**row) for row in (await session.execute(query)).mappings()}


async def everything(session: AsyncSession) -> Sequence[Item]:
    """All items in SKU order."""
    query = _items().order_by(tables.items.c.sku)
    return [Item(**row) for row in (await session.execute(query)).mappings()]


async def known_kind(session: AsyncSession, typed: str) -> str:
    """The kind that somebody typed; small letters and spaces are slips.

    Raises:
        UnknownKind: no item is of it.
    """
    query = select(tables.items.c.kind).where(tables.items.c.kind != "").distinct()
    known = sorted(await session.scalars(query))
    folded = "".join(typed.split()).upper()
    if folded not in known:
        raise UnknownKind(folded, known)
    return folded


async def opened_at(session: AsyncSession, sku: Sku) -> datetime | None:
    """When an item was entered into the catalogue, by our clock."""
    return await session.scalar(select(tables.items.c.opened_at).where(tables.items.c.sku == sku))


async def set_low_stock(session: AsyncSession, sku: Sku, at: int | None) -> None:
    """Alert when `at` or fewer pieces are available; None: the rule of its kind counts.

    Raises:
        BadQuantity: below zero.
        UnknownSku: no such item.
    """
    require_transaction(session)
    _refuse_below_zero(at)
    statement = update(tables.items).where(tables.items.c.sku == sku).values(low_stock_at=at)
    if await session.scalar(statement.returning(tables.items.c.sku)) is None:
        raise await unknown_sku(session, sku)


async def set_low_stock_of_kind(session: AsyncSession, kind: str, at: int | None) -> None:
    """Alert when `at` or fewer pieces are available of any item of a kind without its own rule.

    Raises:
        BadQuantity: below zero.
        UnknownKind: no item is of it.
    """
    require_transaction(session)
    _refuse_below_zero(at)
    kind = await known_kind(session, kind)
    if at is None:
        await session.execute(delete(tables.kinds).where(tables.kinds.c.kind == kind))
    else:
        row = {"kind": kind, "low_stock_at": at}
        await session.execute(upsert(session, tables.kinds, row, ["kind"]))


def _refuse_below_zero(at: int | None) -> None:
    if at is not None and at < 0:
        raise BadQuantity(f"an alert at {at} pieces would never come: name 0 or more")


def _items() -> Select[Any]:
    low_stock_at = func.coalesce(tables.items.c.low_stock_at, tables.kinds.c.low_stock_at)
    named = {"low_stock_at": low_stock_at.label("low_stock_at")}
    columns = [named.get(name, tables.items.c[name]) for name in Item.__dataclass_fields__]
    return select(*columns).outerjoin(tables.kinds, tables.kinds.c.kind == tables.items.c.kind)
