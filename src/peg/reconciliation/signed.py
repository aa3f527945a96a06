"""Sign comparisons into one chain, and check it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.reconciliation.chain import Broken, Check, Link, digest_of, next_link
from peg.reconciliation.tables import anchors, differences, reconciliations

KEY = "comparisons"
"""The name of the key that signs them."""

CHECKED_AT_ONCE = 200

_LINK = tuple(Link.__dataclass_fields__)
_LAST = (
    select(*(reconciliations.c[name] for name in _LINK))
    .where(reconciliations.c.link.is_not(None))
    .order_by(reconciliations.c.link.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking the chain came to.

    Attributes:
        links: how many were checked, from the oldest kept one on.
        since: when that one ended.
        last: the newest link; who keeps its signature elsewhere can prove that none was cut off.
        broken: the first that is not as it was made.
    """

    links: int
    since: datetime | None
    last: Link | None
    broken: Broken | None


async def sign(session: AsyncSession, run: int, key: bytes) -> Link:
    """Sign a comparison that has ended, behind the last one of any shop."""
    require_transaction(session)
    row = (
        await session.execute(select(reconciliations).where(reconciliations.c.id == run))
    ).mappings()
    digest = digest_of(await _said(session, row.one()))
    found = next_link(key, await _last(session), digest)
    change = update(reconciliations).where(reconciliations.c.id == run)
    await session.execute(change.values({name: getattr(found, name) for name in _LINK}))
    return found


async def check(session: AsyncSession, key: bytes) -> Checked:
    """Follow the chain from its oldest kept link to its newest, up to the first broken one."""
    chain = Check(key, await _anchor(session))
    broken = chain.of_anchor() or await _unsigned(session)
    links, since, after, last = 0, None, 0, None
    while broken is None:
        query = select(reconciliations).where(reconciliations.c.link > after)
        rows = await session.execute(query.order_by(reconciliations.c.link).limit(CHECKED_AT_ONCE))
        page = rows.mappings().all()
        if not page:
            break
        for row in page:
            last = Link(**{name: row[name] for name in _LINK})
            broken = chain.of(last, digest_of(await _said(session, row)))
            if broken is not None:
                break
            links, since, after = links + 1, since or row["ended_at"], last.link
    return Checked(links=links, since=since, last=last, broken=broken)


async def keep_anchor(session: AsyncSession, forgotten: list[int]) -> None:
    """Before comparisons are forgotten: the newest link among them stands for all up to it."""
    require_transaction(session)
    newest = await session.execute(_LAST.where(reconciliations.c.id.in_(forgotten)))
    row = newest.mappings().first()
    known = await _anchor(session)
    if row is None or (known is not None and known.link >= row["link"]):
        return
    await session.execute(delete(anchors))
    await session.execute(insert(anchors).values(dict(row)))


async def _last(session: AsyncSession) -> Link | None:
    """The newest link, which is the anchor where all were forgotten."""
    row = (await session.execute(_LAST)).mappings().first()
    return Link(**row) if row is not None else await _anchor(session)


async def _anchor(session: AsyncSession) -> Link | None:
    row = (await session.execute(select(anchors))).mappings().first()
    return None if row is None else Link(**row)


async def _unsigned(session: AsyncSession) -> Broken | None:
    """A comparison that ended is signed in the same transaction: one that is not was put in."""
    query = select(reconciliations.c.id).where(
        reconciliations.c.ended_at.is_not(None), reconciliations.c.link.is_(None)
    )
    run = await session.scalar(query.order_by(reconciliations.c.id).limit(1))
    return None if run is None else Broken(0, f"comparison {run} ended without a signature")


async def _said(session: AsyncSession, run: Mapping[Any, Any]) -> Mapping[str, Any]:
    """All that a comparison says, read back as it is kept."""
    query = select(differences).where(differences.c.run == run["id"]).order_by(differences.c.id)
    found = (await session.execute(query)).mappings()
    return {
        "comparison": run["id"],
        "shop": run["shop"],
        "begun_at": run["begun_at"].isoformat(),
        "ended_at": run["ended_at"].isoformat(),
        "offers": run["offers"],
        "outcome": run["outcome"],
        "differences": [
            {name: row[name] for name in ("offer", "title", "cause", "action", "evidence")}
            for row in found
        ],
    }
