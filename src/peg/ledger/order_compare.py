"""Orders as told beside how they are kept: most of what polls and webhooks bring is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.order import STATES, LineSnapshot, OrderSnapshot
from peg.ledger.line_shares import settle
from peg.ledger.order_headers import never_sold_of
from peg.ledger.order_rows import Kept, shares_kept
from peg.ledger.tables import order_lines, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An order as told, beside how it is kept.

    Attributes:
        same: it is kept exactly so.
        unsaid: it has changed since, and nothing that was told is different.
        never_sold: a person said that it never was an order of its shop.
        placeless: it is kept with units that wait, nobody knows where.
    """

    same: bool = False
    unsaid: bool = False
    never_sold: bool = False
    placeless: bool = False


async def compared(session: AsyncSession, told: Sequence[OrderSnapshot]) -> Mapping[str, Compared]:
    """Orders of one shop beside how they are kept; those that are not are missing."""
    if not told:
        return {}
    keys = [order.order for order in told]
    headers = select(orders).where(orders.c.shop == told[0].shop, orders.c.order_id.in_(keys))
    lines = select(order_lines).where(
        order_lines.c.shop == told[0].shop, order_lines.c.order_id.in_(keys)
    )
    known = {row["order_id"]: row for row in (await session.execute(headers)).mappings()}
    kept: dict[str, dict[str, Kept]] = {key: {} for key in known}
    for row in (await session.execute(lines)).mappings():
        kept[row["order_id"]][row["line"]] = dict(row)
    return {
        order.order: _compare(order, known[order.order], kept[order.order])
        for order in told
        if order.order in known
    }


async def unchanged(session: AsyncSession, told: Sequence[OrderSnapshot]) -> frozenset[str]:
    """Which of one shop's orders are kept exactly as told: polls bring most of them again."""
    found = await compared(session, told)
    return frozenset(order for order, one in found.items() if one.same)


def _compare(order: OrderSnapshot, header: Any, lines: Mapping[str, Kept]) -> Compared:
    told = (order.paid, order.cancelled_at, order.complete, order.never_sold)
    known = (header["paid"], header["cancelled_at"], header["complete"], never_sold_of(header))
    as_kept = told == known
    as_kept = as_kept and _same_lines(order.lines, lines)
    shares = [share for line in lines.values() for share in shares_kept(line)]
    return Compared(
        same=as_kept and order.updated_at == header["updated_at"],
        unsaid=as_kept and order.updated_at > header["updated_at"],
        never_sold=never_sold_of(header) is not None,
        placeless=any(share.place is None and share.committed for share in shares),
    )


def _same_lines(told: Sequence[LineSnapshot], kept: Mapping[str, Kept]) -> bool:
    """Whether lines are kept so; where nothing is told of places, nothing of those differs."""
    return len(told) == len(kept) and all(
        line.line in kept
        and all(getattr(line, state) == kept[line.line][state] for state in STATES)
        and (not line.shares or settle(line, shares).shares == shares)
        for line in told
        for shares in [shares_kept(kept.get(line.line))]
    )
