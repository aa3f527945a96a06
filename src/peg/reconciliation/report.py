"""Keep what a reconciliation found, and read it back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId, ShopId
from peg.reconciliation.compare import DONE_BY_OTHERS, NOT_KEPT, Action, CauseClass, Difference
from peg.reconciliation.signed import keep_anchor
from peg.reconciliation.tables import differences, reconciliations

COMPLETE = "complete"
"""How a comparison ends that saw every offer it knew, and asks about none at once."""

OPTIONS = "options"
"""Which variant an offer is stands among the evidence, and is signed with it."""

ONLY_ONE: Mapping[str, str] = MappingProxyType({})

_NEWEST = (
    select(func.max(reconciliations.c.id).label("id"))
    .where(reconciliations.c.ended_at.is_not(None))
    .group_by(reconciliations.c.shop)
)


class NoSuchComparison(PegError):
    """No comparison of this number is kept."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, number: int) -> None:
        super().__init__(f"no comparison {number} is kept: `peg drift --kept` lists them")


async def begin_run(session: AsyncSession, shop: ShopId, *, now: datetime) -> int:
    """Open the record of one comparison of a shop."""
    require_transaction(session)
    row = {"shop": shop, "begun_at": now, "offers": 0}
    statement = insert(reconciliations).values(row).returning(reconciliations.c.id)
    run: int = (await session.execute(statement)).scalar_one()
    return run


async def record_difference(
    session: AsyncSession,
    run: int,
    *,
    offer: OfferId | None,
    title: str,
    options: Mapping[str, str] = ONLY_ONE,
    found: Difference,
) -> None:
    """Keep one difference, and what the offer was called; its `options` say which variant it is."""
    require_transaction(session)
    variant = {OPTIONS: dict(options)} if options else {}
    row = {
        "run": run,
        "offer": offer,
        "title": title,
        "cause": found.cause.value,
        "action": found.action.value,
        "evidence": {**found.evidence, **variant},
    }
    await session.execute(insert(differences).values(row))


async def asked_instead(session: AsyncSession, run: int) -> None:
    """Very many differ at once: a person is asked, and what was made of the first is taken back."""
    require_transaction(session)
    theirs = differences.c.cause.in_(DONE_BY_OTHERS)
    change = update(differences).where(differences.c.run == run, theirs)
    await session.execute(change.values(action=Action.ASK))


async def end_run(
    session: AsyncSession, run: int, *, offers: int, outcome: str, now: datetime
) -> None:
    """Close the record."""
    require_transaction(session)
    await session.execute(
        update(reconciliations)
        .where(reconciliations.c.id == run)
        .values(ended_at=now, offers=offers, outcome=outcome)
    )


async def count(session: AsyncSession, run: int, *, without: Collection[CauseClass]) -> int:
    """How many offers differed at a comparison, but for some causes."""
    query = select(func.count()).where(
        differences.c.run == run, differences.c.cause.not_in(sorted(without))
    )
    return await session.scalar(query) or 0


async def kept(
    session: AsyncSession, *, after: int | None = None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """A page of the comparisons that ended, the newest first, with what they found."""
    query = select(reconciliations).where(reconciliations.c.ended_at.is_not(None))
    if after is not None:
        query = query.where(reconciliations.c.id < after)
    runs = await session.execute(query.order_by(reconciliations.c.id.desc()).limit(limit))
    return [await _with_differences(session, dict(run)) for run in runs.mappings().all()]


async def numbered(session: AsyncSession, number: int) -> Mapping[str, Any]:
    """One comparison that ended.

    Raises:
        NoSuchComparison: there is none of this number, or it is too old to be kept.
    """
    query = select(reconciliations).where(
        reconciliations.c.id == number, reconciliations.c.ended_at.is_not(None)
    )
    run = (await session.execute(query)).mappings().first()
    if run is None:
        raise NoSuchComparison(number)
    return await _with_differences(session, dict(run))


async def latest(session: AsyncSession) -> Sequence[Mapping[str, Any]]:
    """The newest finished comparison of each shop, with its share of offers in drift."""
    query = select(reconciliations).where(reconciliations.c.id.in_(_NEWEST))
    runs = (await session.execute(query.order_by(reconciliations.c.shop))).mappings().all()
    return [await _with_differences(session, dict(run)) for run in runs]


async def forget_runs(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some comparisons that were begun before a moment; how many.

    The newest of each shop that came to its end stays, and so does what the chain is checked from.
    """
    require_transaction(session)
    old = reconciliations.c.begun_at < until, reconciliations.c.id.not_in(_NEWEST)
    query = select(reconciliations.c.id).where(*old).order_by(reconciliations.c.id).limit(limit)
    runs = list((await session.scalars(query)).all())
    await keep_anchor(session, runs)
    await session.execute(delete(differences).where(differences.c.run.in_(runs)))
    await session.execute(delete(reconciliations).where(reconciliations.c.id.in_(runs)))
    return len(runs)


async def _with_differences(session: AsyncSession, run: dict[str, Any]) -> dict[str, Any]:
    query = select(differences).where(differences.c.run == run["id"]).order_by(differences.c.id)
    found = [_told(row) for row in (await session.execute(query)).mappings()]
    run["differences"] = found
    drifted = sum(row["cause"] not in NOT_KEPT for row in found)
    run["drift_share"] = drifted / run["offers"] if run["offers"] else 0.0
    return run


def _told(row: RowMapping) -> dict[str, Any]:
    """A kept difference; which variant it is stands apart from what it was seen from."""
    evidence = dict(row["evidence"])
    return {**row, OPTIONS: evidence.pop(OPTIONS, {}), "evidence": evidence}
