"""What a person decided about a case: which orders do not get their pieces, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from peg.ledger.tables import applied, cancellations

log = structlog.get_logger()

AMOUNTS = ("ordered", "paid_back", "fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """What an order gives up: pieces of the case's item, and which units if PEG takes them out.

    `worth`: what its buyer pays for that, as far as the book knows.
    """

    pieces: int
    keeps_the_rest: bool = False
    units: Mapping[str, int] = field(default_factory=dict)
    worth: Money | None = None
    by_hand: bool = False


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
        keeps_the_rest: its buyer still gets something.
        units: what PEG has taken out of the order, by line; empty where all of it goes.
        pieces: so many of its pieces may come to be written off by that.
        keeps: it is over once the order takes no more pieces than these.
        lost_before: pieces that its shop had written off before.
        sent_at: when the shop was last asked to cancel it.
        attempt: what the shop was asked to pay back for `units`, and the key of that.
        outcome: what came of it, in words; empty while nothing has.
        ended_at: when it was seen cancelled.
        given_back: pieces that its shop wrote off and that were put back into the book.
        ordered: what its buyer has paid for what it gives up, as far as that is known.
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
    keeps_the_rest: bool
    units: Mapping[str, int]
    pieces: int
    keeps: int
    lost_before: int
    who: str
    decided_at: datetime
    sent_at: datetime | None
    attempt: Mapping[str, Any] | None
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
    gives: Gives,
    who: str,
    now: datetime,
) -> None:
    """An order does not get its pieces; what was decided of it before, and is not over, goes on."""
    require_transaction(session)
    left, lost = await standing(session, loser.shop, loser.order, sku)
    worth = gives.worth if loser.paid else None
    currency = gives.worth or loser.whole
    row = {
        "case": case,
        "sku": sku,
        "shop": loser.shop,
        "order_id": loser.order,
        "name": loser.name,
        "open_key": f"{case}/{loser.shop}/{loser.order}",
        "by_hand": gives.by_hand,
        "keeps_the_rest": gives.keeps_the_rest,
        "units": dict(gives.units),
        # A person may take out all that it has of the piece, or cancel it.
        "pieces": loser.waiting if gives.by_hand else gives.pieces,
        "keeps": left - gives.pieces,
        "lost_before": sum(pieces for _, pieces in lost),
        "who": who,
        "decided_at": now,
        "outcome": "",
        "given_back": 0,
        "ordered_minor": None if worth is None else worth.minor,
        "currency": None if currency is None else currency.currency,
    }
    await session.execute(insert_or_ignore(session, cancellations).values(row))


async def of_case(session: AsyncSession, case: int) -> Sequence[Cancellation]:
    """All that were decided about a case, the first first."""
    query = select(cancellations).where(cancellations.c.case == case)
    rows = (await session.execute(query.order_by(cancellations.c.id))).mappings()
    return [_cancellation(dict(row)) for row in rows]


async def as_it_is(session: AsyncSession, one: Cancellation) -> Cancellation:
    """One of them as it stands now."""
    query = select(cancellations).where(cancellations.c.id == one.id)
    return _cancellation(dict((await session.execute(query)).mappings().one()))


async def unbooked(session: AsyncSession, case: int) -> Sequence[Cancellation]:
    """Those that PEG asked for and that were seen done, whose cost is not known."""
    return [
        one
        for one in await of_case(session, case)
        if one.sent_at is not None and one.ended_at is not None and one.paid_back is None
    ]


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
        await change(session, one.id, **values)


async def forget_unsent(session: AsyncSession, case: int) -> None:
    """A person decides anew: what no shop was asked for counts no more."""
    require_transaction(session)
    unsent = cancellations.c.sent_at.is_(None) & cancellations.c.ended_at.is_(None)
    await session.execute(delete(cancellations).where(cancellations.c.case == case, unsent))


async def sending(
    session: AsyncSession,
    one: Cancellation,
    *,
    attempt: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Its shop is about to be asked; what came of it stays noted if that was heard meanwhile."""
    await change(session, one.id, sent_at=now, attempt=attempt)
    await came_to(session, one, "asked, and no answer yet")


async def standing(
    session: AsyncSession, shop: str, order: str, sku: Sku
) -> tuple[int, Sequence[tuple[LocationId, int]]]:
    """Pieces of an item that an order still takes, and those it wrote off, by place."""
    query = (
        select(applied.c.location, func.sum(applied.c.committed + applied.c.shipped))
        .add_columns(func.sum(applied.c.written_off))
        .where(applied.c.shop == shop, applied.c.order_id == order)
        .where(applied.c.sku == sku)
        .group_by(applied.c.location)
        .order_by(applied.c.location)
    )
    rows = [(LocationId(row[0]), int(row[1]), int(row[2])) for row in await session.execute(query)]
    return sum(left for _, left, _ in rows), [(place, lost) for place, _, lost in rows if lost]


async def came_to(session: AsyncSession, one: Cancellation, outcome: str) -> None:
    """What its shop said, unless it was seen cancelled already."""
    require_transaction(session)
    mine = (cancellations.c.id == one.id) & cancellations.c.ended_at.is_(None)
    await session.execute(update(cancellations).where(mine).values(outcome=outcome))


async def change(session: AsyncSession, number: int, **values: object) -> None:
    """Note something of one cancellation."""
    require_transaction(session)
    statement = update(cancellations).where(cancellations.c.id == number)
    await session.execute(statement.values(**values))
