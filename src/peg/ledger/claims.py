"""One case with all that the book knows of the orders in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.claim import Claim, Part, Stands
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId, Sku
from peg.domain.money import Money
from peg.domain.order import STATES
from peg.ledger import order_rows
from peg.ledger.cases import COUNTER, all_cases
from peg.ledger.order_headers import OrderKey
from peg.ledger.tables import applied

Row = Mapping[str, Any]


class UnknownCase(PegError):
    """No such case."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"there is no case {number}: `peg cases` lists the open ones, `peg cases --closed` all"
        )


async def case(session: AsyncSession, number: int) -> Row:
    """One case, open or closed.

    Raises:
        UnknownCase: there is none of that number.
    """
    found = [one for one in await all_cases(session, open_only=False) if one["id"] == number]
    if not found:
        raise UnknownCase(number)
    return found[0]


async def claims_of(session: AsyncSession, of: Row) -> Sequence[Claim]:
    """The orders of a case, the earliest first, as they stand now."""
    sku = Sku(of["sku"])
    keys = [(one["shop"], one["order_id"]) for one in of["orders"] if one["shop"] != COUNTER]
    known = {_key(row): row for row in await order_rows.some(session, keys)}
    waiting, shipped = await _standing(session, sku, keys)
    return [
        _in_person(one)
        if one["shop"] == COUNTER
        else _claim(known[key], sku, waiting.get(key, 0), shipped.get(key, 0))
        for one in of["orders"]
        if (key := (one["shop"], one["order_id"])) in known or one["shop"] == COUNTER
    ]


def _key(row: Row) -> OrderKey:
    return row["shop"], row["order_id"]


async def _standing(
    session: AsyncSession, sku: Sku, keys: Sequence[OrderKey]
) -> tuple[Mapping[OrderKey, int], Mapping[OrderKey, int]]:
    """By order, the pieces of an item that wait, and those that were shipped."""
    which = (applied.c.shop, applied.c.order_id)
    query = (
        select(*which, func.sum(applied.c.committed), func.sum(applied.c.shipped))
        .where(applied.c.sku == sku, tuple_(*which).in_(keys))
        .group_by(*which)
    )
    rows = [((row[0], row[1]), int(row[2]), int(row[3])) for row in await session.execute(query)]
    return {key: many for key, many, _ in rows}, {key: many for key, _, many in rows}


def _claim(order: Row, sku: Sku, waiting: int, shipped: int) -> Claim:
    mine = [line for line in order["lines"] if sku in line["pieces"]]
    stands = Stands.WAITS if waiting else Stands.HAS if shipped > 0 else Stands.GAVE_UP
    return Claim(
        shop=order["shop"],
        order=order["order_id"],
        name=order["name"],
        created_at=order["created_at"],
        heard_at=order["heard_at"],
        paid=order["paid"],
        stands=stands,
        waiting=waiting,
        pays=_sum(mine),
        whole=_sum(order["lines"]),
        takes_more=_takes_more(order, sku),
        sent_some=bool(waiting) and shipped > 0,
        parts=tuple(_parts(mine, sku)),
    )


def _parts(lines: Sequence[Row], sku: Sku) -> Iterator[Part]:
    """Lines of this item alone of which nothing was sent."""
    for line in lines:
        units = sum(line[state] for state in STATES)
        each, rest = divmod(line["pieces"][sku], units) if units else (0, 1)
        alone = set(line["pieces"]) == {sku} and line["resolved"]
        if alone and not rest and line["committed"] and not line["shipped"]:
            price = None
            if line["price_minor"] is not None:
                price = Money(line["price_minor"], line["currency"])
            yield Part(line=line["line"], units=line["committed"], pieces_each=each, price=price)


def _takes_more(order: Row, sku: Sku) -> bool:
    """Whether it takes other pieces too, be it as parts of a set."""
    return any(
        set(line["pieces"]) != {sku} and (line["committed"] or line["shipped"])
        for line in order["lines"]
    )


def _sum(lines: Sequence[Row]) -> Money | None:
    """What lines come to as they were ordered; None where a price is not known."""
    currencies = {line["currency"] for line in lines if line["price_minor"] is not None}
    if not lines or len(currencies) != 1 or any(line["price_minor"] is None for line in lines):
        return None
    minor = sum(line["price_minor"] * sum(line[state] for state in STATES) for line in lines)
    return Money(minor, currencies.pop())


def _in_person(one: Row) -> Claim:
    return Claim(
        shop=ShopId(COUNTER),
        order=one["order_id"],
        name=one["name"],
        created_at=datetime.fromisoformat(one["created_at"]),
        heard_at=None,
        paid=True,
        stands=Stands.HAS,
        waiting=0,
    )
