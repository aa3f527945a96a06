"""What was found untrue: kept until it is true again, so that it is told once, and shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import execute_all, require_transaction
from peg.reconciliation.invariants import PATIENT, Breach, Truth
from peg.reconciliation.tables import breaches


async def keep(
    session: AsyncSession, found: Iterable[Breach], *, now: datetime
) -> Mapping[Truth, Sequence[Breach]]:
    """Keep what was found in place of what was kept; those to be told now, which is once.

    What may be so for a while is told when it was found again after that while.
    """
    require_transaction(session)
    by_key = {(one.truth, one.subject): one for one in found}
    rows = (await session.execute(select(breaches))).mappings().all()
    kept = {(Truth(row["truth"]), row["subject"]): row for row in rows}
    await execute_all(session, _OVER, [_key(*key) for key in kept if key not in by_key])
    new = [one for key, one in by_key.items() if key not in kept]
    await execute_all(session, insert(breaches), [_row(one, now) for one in new])
    due: dict[Truth, list[Breach]] = {}
    for key, one in by_key.items():
        since = kept[key]["since"] if key in kept else now
        is_told = key in kept and kept[key]["told"]
        if not is_told and now - since >= PATIENT.get(one.truth, timedelta(0)):
            due.setdefault(one.truth, []).append(one)
    await execute_all(
        session, _TOLD, [_key(one.truth, one.subject) for many in due.values() for one in many]
    )
    return due


async def told(session: AsyncSession) -> Sequence[Breach]:
    """What is untrue now."""
    query = select(breaches).where(breaches.c.told).order_by(breaches.c.truth, breaches.c.subject)
    return [
        Breach(truth=Truth(row.truth), subject=row.subject, sentence=row.sentence)
        for row in await session.execute(query)
    ]


_THE_SAME = (breaches.c.truth == bindparam("of"), breaches.c.subject == bindparam("about"))
_OVER = delete(breaches).where(*_THE_SAME)
_TOLD = update(breaches).where(*_THE_SAME).values(told=True)


def _key(truth: Truth, subject: str) -> dict[str, object]:
    return {"of": truth.value, "about": subject}


def _row(one: Breach, now: datetime) -> dict[str, object]:
    return {
        "truth": one.truth.value,
        "subject": one.subject,
        "sentence": one.sentence,
        "since": now,
        "told": False,
    }
