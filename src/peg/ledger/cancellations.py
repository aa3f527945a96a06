"""What a person decided about a case: which orders do not get their pieces, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.claim import Claim
from peg.domain.errors import BadMoney, ErrorKind, PegError
from peg.domain.identity import LocationId, ShopId, Sku
from peg.domain.money import Money
from peg.domain.order import OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger.book import Posting, post
from peg.ledger.tables import applied, cancellations

log = structlog.get_logger()

AMOUNTS = ("ordered", "paid_back", "fee")

CANCELLED = "cancelled"
NEVER_THERE = "its order was cancelled since the piece is another's: nothing left the shelf"


class OtherCurrency(PegError):
    """An amount in another currency than the order's."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, name: str, currency: str) -> None:
        super().__init__(f"what {name} costs is kept in {currency}: give the amount in that")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """One order that does not get its pieces.

    Attributes:
        by_hand: a person has to cancel it on its shop; PEG does not.
        sent_at: when the shop was last asked to cancel it.
        outcome: what came of it, in words; empty while nothing has.
        ended_at: when it was seen cancelled.
        given_back: pieces that its shop wrote off and that were put back into the book.
        ordered: what its buyer has paid for its lines, as far as that is known.
        paid_back: what its shop, or a person, says was paid back.
        fee: what a person says its marketplace kept.
    """

    id: int
    case: int
    sku: Sku
    shop: ShopId
    order_id: str
    name: str
    by_hand: bool
    who: str
    decided_at: datetime
    sent_at: datetime | None
    outcome: str
    ended_at: datetime | None
    given_back: int
    ordered: Money | None
    paid_back: Money | None
    fee: Money | None

    @property
    def cost(self) -> Money | None:
        """What was paid back and kept as a fee, as far as that is known."""
        known = [amount for amount in (self.paid_back, self.fee) if amount is not None]
        return Money(sum(one.minor for one in known), known[0].currency) if known else None


async def decide(
    session: AsyncSession,
    case: int,
    sku: Sku,
    loser: Claim,
    *,
    by_hand: bool,
    who: str,
    now: datetime,
) -> None:
    """An order does not get its pieces; what was decided of it before goes on."""
    require_transaction(session)
    ordered = loser.whole if loser.paid else None
    row = {
        "case": case,
        "sku": sku,
        "shop": loser.shop,
        "order_id": loser.order,
        "name": loser.name,
        "by_hand": by_hand,
        "who": who,
        "decided_at": now,
        "outcome": "",
        "given_back": 0,
        "ordered_minor": None if ordered is None else ordered.minor,
        "currency": None if loser.whole is None else loser.whole.currency,
    }
    await session.execute(insert_or_ignore(session, cancellations).values(row))


async def of_case(session: AsyncSession, case: int) -> Sequence[Cancellation]:
    """All that were decided about a case, the first first."""
    query = select(cancellations).where(cancellations.c.case == case)
    rows = (await session.execute(query.order_by(cancellations.c.id))).mappings()
    return [_cancellation(dict(row)) for row in rows]


async def booked(session: AsyncSession) -> Sequence[Cancellation]:
    """All whose cost is known beside what had been paid, of whichever case."""
    cost = cancellations.c.paid_back_minor.is_not(None) | cancellations.c.fee_minor.is_not(None)
    query = select(cancellations).where(cost, cancellations.c.ordered_minor.is_not(None))
    return [_cancellation(dict(row)) for row in (await session.execute(query)).mappings()]


def _cancellation(row: Mapping[str, Any]) -> Cancellation:
    told: dict[str, Any] = {name: _money(row, name) for name in AMOUNTS}
    told |= {name: row[name] for name in Cancellation.__dataclass_fields__ if name not in AMOUNTS}
    return Cancellation(**told)


def _money(row: Mapping[str, Any], name: str) -> Money | None:
    minor = row[f"{name}_minor"]
    return None if minor is None else Money(minor, row["currency"])


async def book_cost(
    session: AsyncSession, one: Cancellation, *, paid_back: Money | None, fee: Money | None
) -> None:
    """What an order that was given up has cost; what is None stays as it was.

    Raises:
        OtherCurrency: its amounts are kept in one currency.
        BadMoney: below zero.
    """
    values: dict[str, object] = {}
    for name, amount in {"paid_back": paid_back, "fee": fee}.items():
        if amount is not None:
            if amount.minor < 0:
                raise BadMoney(f"{amount} costs nothing: name 0 or more")
            known = one.ordered or one.paid_back or one.fee
            if known is not None and known.currency != amount.currency:
                raise OtherCurrency(one.name, known.currency)
            values |= {f"{name}_minor": amount.minor, "currency": amount.currency}
    if values:
        await _change(session, one.id, **values)


async def forget_unsent(session: AsyncSession, case: int) -> None:
    """A person decides anew: what no shop was asked for counts no more."""
    require_transaction(session)
    unsent = cancellations.c.sent_at.is_(None) & cancellations.c.ended_at.is_(None)
    await session.execute(delete(cancellations).where(cancellations.c.case == case, unsent))


async def sending(session: AsyncSession, one: Cancellation, *, now: datetime) -> None:
    """Its shop is about to be asked."""
    await _change(session, one.id, sent_at=now, outcome="asked, and no answer yet")


async def came_to(session: AsyncSession, one: Cancellation, outcome: str) -> None:
    """What its shop said, unless it was seen cancelled already."""
    require_transaction(session)
    mine = (cancellations.c.id == one.id) & cancellations.c.ended_at.is_(None)
    await session.execute(update(cancellations).where(mine).values(outcome=outcome))


async def follow(session: AsyncSession, order: OrderSnapshot, *, now: datetime) -> None:
    """An order was taken in: if a person gave it up, see whether that is done.

    A shop that does not put the piece back on sale counts it as lost. It never was: the book gets
    back what was written off, once, in the transaction that wrote it off.
    """
    if not any(line.restocked or line.written_off for line in order.lines):
        return
    query = select(cancellations).where(
        cancellations.c.shop == order.shop, cancellations.c.order_id == order.order
    )
    for row in (await session.execute(query)).mappings().all():
        left, lost = await _left_of(session, order, Sku(row["sku"]))
        await _give_back(session, row["id"], Sku(row["sku"]), row["given_back"], lost, now=now)
        if left == 0 and row["ended_at"] is None:
            await _change(session, row["id"], outcome=CANCELLED, ended_at=now)
            log.info("case.order_cancelled", case=row["case"], shop=order.shop, order=order.order)


async def _left_of(
    session: AsyncSession, order: OrderSnapshot, sku: Sku
) -> tuple[int, Sequence[tuple[LocationId, int]]]:
    """Pieces of an item that an order still takes, and those it wrote off, by place."""
    query = (
        select(applied.c.location, func.sum(applied.c.committed + applied.c.shipped))
        .add_columns(func.sum(applied.c.written_off))
        .where(applied.c.shop == order.shop, applied.c.order_id == order.order)
        .where(applied.c.sku == sku)
        .group_by(applied.c.location)
        .order_by(applied.c.location)
    )
    rows = [(LocationId(row[0]), int(row[1]), int(row[2])) for row in await session.execute(query)]
    return sum(left for _, left, _ in rows), [(place, lost) for place, _, lost in rows if lost]


async def _give_back(
    session: AsyncSession,
    number: int,
    sku: Sku,
    given_back: int,
    lost: Sequence[tuple[LocationId, int]],
    *,
    now: datetime,
) -> None:
    """Put back what was written off and was not put back yet."""
    postings, before = [], given_back
    for place, pieces in lost:
        known = min(before, pieces)
        before -= known
        if pieces > known:
            posting = Posting(
                sku=sku,
                location=place,
                on_hand=pieces - known,
                cause=Cause.CORRECTED,
                source="case",
                reference=str(number),
                note=NEVER_THERE,
                happened_at=now,
            )
            postings.append(posting)
    if postings:
        await post(session, postings, now=now)
        await _change(session, number, given_back=sum(pieces for _, pieces in lost))


async def _change(session: AsyncSession, number: int, **values: object) -> None:
    require_transaction(session)
    statement = update(cancellations).where(cancellations.c.id == number)
    await session.execute(statement.values(**values))
