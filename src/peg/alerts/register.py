"""The register of alerts: one of each name and subject stands at a time, until it is over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.tables import alerts
from peg.bus.outbox import stage
from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.messages import Alert

PEG = "peg"
"""Who ended an alert whose cause is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An alert as it is kept.

    Attributes:
        raised_at: since when somebody should look; `told_at` is when that was last said anew.
        ended_by: `peg`, since its cause was over, or whoever ticked it off.
    """

    id: int
    name: str
    subject: str
    sentence: str
    raised_at: datetime
    told_at: datetime
    ended_at: datetime | None
    ended_by: str | None


_COLUMNS = [alerts.c[name] for name in Kept.__dataclass_fields__]
_STANDING = (
    select(*_COLUMNS)
    .where(alerts.c.open_key.is_not(None))
    .order_by(alerts.c.told_at.desc(), alerts.c.id.desc())
)


async def tell(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """Raise an alert; where the same one stands already, say it anew in its newest words."""
    if not await tell_still(session, alert, now=now):
        await stage(session, alert, now=now)


async def tell_still(session: AsyncSession, alert: Alert, *, now: datetime) -> bool:
    """Raise an alert; where the same one stands, only note its newest words. Whether it is new."""
    if await _tell_first(session, alert, now=now):
        return True
    await session.execute(
        update(alerts)
        .where(alerts.c.open_key == _key(alert.name, alert.subject))
        .values(sentence=alert.sentence, told_at=now)
    )
    return False


async def tell_once(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """Raise an alert, unless the same one stands."""
    await _tell_first(session, alert, now=now)


async def sentence_of(session: AsyncSession, name: str, subject: str) -> str | None:
    """What the alert that stands of this name and subject says; None: there is none."""
    query = select(alerts.c.sentence).where(alerts.c.open_key == _key(name, subject))
    told: str | None = await session.scalar(query)
    return told


async def standing(session: AsyncSession) -> Sequence[Kept]:
    """The alerts that were raised and not ended, the newest first."""
    return [Kept(**row) for row in (await session.execute(_STANDING)).mappings()]


async def numbers_of(session: AsyncSession, subject: str, names: Collection[str]) -> Sequence[int]:
    """Those that stand of these names about one subject."""
    keys = [_key(name, subject) for name in names]
    return (await session.scalars(select(alerts.c.id).where(alerts.c.open_key.in_(keys)))).all()


async def over(session: AsyncSession, *, limit: int) -> Sequence[Kept]:
    """The alerts that were ended, the last one first."""
    query = (
        select(*_COLUMNS)
        .where(alerts.c.ended_at.is_not(None))
        .order_by(alerts.c.ended_at.desc(), alerts.c.id.desc())
        .limit(limit)
    )
    return [Kept(**row) for row in (await session.execute(query)).mappings()]


async def end(
    session: AsyncSession, numbers: Collection[int], *, by: str = PEG, now: datetime
) -> int:
    """These need nobody any more; how many of them stood."""
    require_transaction(session)
    if not numbers:
        return 0
    statement = (
        update(alerts)
        .where(alerts.c.id.in_(numbers), alerts.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=by, open_key=None)
        .returning(alerts.c.id)
    )
    return len((await session.scalars(statement)).all())


async def forget_ended(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some alerts that were ended before a moment; how many. What stands stays."""
    require_transaction(session)
    some = select(alerts.c.id).where(alerts.c.ended_at < until).order_by(alerts.c.id).limit(limit)
    statement = delete(alerts).where(alerts.c.id.in_(some)).returning(alerts.c.id)
    return len((await session.scalars(statement)).all())


async def _tell_first(session: AsyncSession, alert: Alert, *, now: datetime) -> bool:
    require_transaction(session)
    row: dict[str, Any] = {
        "name": alert.name,
        "subject": alert.subject,
        "open_key": _key(alert.name, alert.subject),
        "sentence": alert.sentence,
        "raised_at": now,
        "told_at": now,
    }
    statement = insert_or_ignore(session, alerts).values(row).returning(alerts.c.id)
    if await session.scalar(statement) is None:
        return False
    await stage(session, alert, now=now)
    return True


def _key(name: str, subject: str) -> str:
    return f"{name}:{subject}"
