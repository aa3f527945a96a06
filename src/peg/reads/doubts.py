"""What waits for a person: cases, questions, and what the last comparisons found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import ShopId, Sku
from peg.ledger import cases as ledger_cases
from peg.ledger import questions as ledger_questions
from peg.reads.stock import Hold, holds
from peg.reconciliation import report


class Claim(BaseModel):
    """An order that wants pieces of the item, or took them; `shop` is `counter` for in person."""

    shop: ShopId
    order_id: str
    name: str
    created_at: datetime
    paid: bool
    committed: int


class Case(BaseModel):
    """More was sold of an item than there is; `orders` are those with a claim, earliest first.

    `holds`: while it is open, those that keep pieces of it for somebody.
    """

    id: int
    sku: Sku
    oversold: int
    opened_at: datetime
    closed_at: datetime | None
    note: str
    orders: list[Claim]
    holds: list[Hold]


class Question(BaseModel):
    """What PEG does not decide alone; while nobody answers, it does the `default`."""

    id: int
    kind: str
    subject: str
    sentence: str
    options: list[str]
    default: str
    evidence: dict[str, Any]
    asked_at: datetime


class Difference(BaseModel):
    """One offer that differed from the book, the cause, and what was done about it."""

    offer: int | None
    title: str
    options: dict[str, str]
    cause: str
    action: str
    evidence: dict[str, Any]


class Comparison(BaseModel):
    """One comparison of a whole shop with the book.

    `drift_share`: of its offers, those that differed; what PEG keeps no figure of (`not_imported`,
    `not_matched`, `not_tracked`) is listed among the differences, and no drift. `signature`: it
    covers all of this and the signature of the comparison before, of whatever shop, which is `link`
    less one; `peg drift --verify` checks that.
    """

    id: int
    shop: ShopId
    begun_at: datetime
    ended_at: datetime
    offers: int
    outcome: str | None
    drift_share: float
    link: int | None
    signature: str | None
    differences: list[Difference]


async def cases(session: AsyncSession, *, open_only: bool = True) -> Sequence[Case]:
    """Cases, newest first."""
    rows = await ledger_cases.all_cases(session, open_only=open_only)
    kept = await holds(session) if rows else []
    return [
        Case.model_validate(
            {
                **row,
                "holds": [
                    one for one in kept if one.sku == row["sku"] and row["closed_at"] is None
                ],
            }
        )
        for row in rows
    ]


async def questions(session: AsyncSession) -> Sequence[Question]:
    """Open questions, oldest first."""
    return [
        Question(
            id=one.id,
            kind=one.kind,
            subject=one.subject,
            sentence=one.sentence,
            options=list(one.options),
            default=one.default,
            evidence=dict(one.evidence),
            asked_at=one.asked_at,
        )
        for one in await ledger_questions.open_questions(session)
    ]


async def drift(session: AsyncSession) -> Sequence[Comparison]:
    """The newest comparison of every shop."""
    return [Comparison.model_validate(dict(run)) for run in await report.latest(session)]


async def comparisons(
    session: AsyncSession, *, after: int | None = None, limit: int
) -> Sequence[Comparison]:
    """A page of the kept comparisons of all shops, the newest first."""
    runs = await report.kept(session, after=after, limit=limit)
    return [Comparison.model_validate(dict(run)) for run in runs]


async def comparison(session: AsyncSession, number: int) -> Comparison:
    """One kept comparison.

    Raises:
        NoSuchComparison: there is none of this number, or it is too old to be kept.
    """
    return Comparison.model_validate(dict(await report.numbered(session, number)))
