"""The book: append-only entries, and the levels they add up to. `post` is the only writer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.outbox import stage
from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.identity import LocationId, Sku
from peg.domain.messages import StockChanged
from peg.domain.stock import Cause, StockLevel
from peg.ledger.cases import follow_oversold
from peg.ledger.tables import PARTS, entries, levels, positions
from peg.ledger.unknown import unknown_sku

KEYS_PER_QUERY_MAX = 5000
"""SQLite limits the variables of one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A change of one item at one place: whole pieces to add to each part, and why."""

    sku: Sku
    location: LocationId
    on_hand: int = 0
    committed: int = 0
    reserved: int = 0
    safety_stock: int = 0
    suspended: int = 0
    incoming: int = 0
    cause: Cause
    source: str
    reference: str
    happened_at: datetime
    note: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether all six parts stay as they are; of a count that is worth knowing."""
        return self.cause is not Cause.COUNTED and not any(getattr(self, part) for part in PARTS)

    @property
    def d_available(self) -> int:
        """How many more, or fewer, may be promised at this place."""
        taken = self.committed + self.reserved + self.safety_stock + self.suspended
        return self.on_hand - taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One item over all places.

    Attributes:
        version: grows with every posting.
        oversold: how many more were sold than there are; a case is open while it is not 0.
    """

    sku: Sku
    version: int
    oversold: int
    level: StockLevel


async def open_items(session: AsyncSession, skus: Iterable[Sku]) -> None:
    """Give items their first, empty position; those that have one keep it."""
    require_transaction(session)
    rows = [
        {"sku": sku, "version": 0, "oversold": 0, **dict.fromkeys(PARTS, 0)}
        for sku in sorted(set(skus))
    ]
    if rows:
        await session.execute(insert_or_ignore(session, positions), rows)


async def post(
    session: AsyncSession, postings: Sequence[Posting], *, now: datetime
) -> Mapping[Sku, Position]:
    """Append entries and move the levels they change, in one step with the news of it.

    A sale always posts, below zero too: then `oversold` rises and a case opens in this transaction.

    Raises:
        UnknownSku: an item was never opened; nothing is posted.
    """
    require_transaction(session)
    real = [posting for posting in postings if not posting.says_nothing]
    if not real:
        return {}
    by_sku: dict[Sku, list[Posting]] = {}
    for posting in real:
        by_sku.setdefault(posting.sku, []).append(posting)
    before = await lock(session, by_sku)
    await session.execute(insert(entries), [_entry(posting, now) for posting in real])
    await _move_levels(session, real)
    after = {sku: _moved(position, by_sku[sku]) for sku, position in before.items()}
    await _move_positions(session, before, after)
    for sku, position in after.items():
        if position.oversold or before[sku].oversold:
            await follow_oversold(session, sku, position.oversold, now=now)
    news = [
        StockChanged(
            sku=sku,
            version=position.version,
            was=before[sku].level.available,
            available=position.level.available,
        )
        for sku, position in after.items()
        if _changes_available(by_sku[sku])
    ]
    await stage(session, *news, now=now)
    return after


async def lock(session: AsyncSession, skus: Iterable[Sku]) -> Mapping[Sku, Position]:
    """Lock positions in SKU order, so that two tasks never wait for each other in a ring.

    Raises:
        UnknownSku: one of them was never opened.
    """
    require_transaction(session)
    wanted = sorted(set(skus))
    found: dict[Sku, Position] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        query = select(positions).where(positions.c.sku.in_(part)).order_by(positions.c.sku)
        rows = await session.execute(query.with_for_update())
        found |= {row["sku"]: position_of(row) for row in rows.mappings()}
    for sku in wanted:
        if sku not in found:
            raise await unknown_sku(session, sku)
    return found


def position_of(row: Any) -> Position:
    """A position from its row."""
    return Position(
        sku=Sku(row["sku"]),
        version=row["version"],
        oversold=row["oversold"],
        level=level_of(row),
    )


def level_of(row: Any) -> StockLevel:
    """A level from any row that has the six parts."""
    return StockLevel(**{part: row[part] for part in PARTS})


async def _move_levels(session: AsyncSession, postings: Sequence[Posting]) -> None:
    sums: dict[tuple[Sku, LocationId], dict[str, int]] = {}
    for posting in postings:
        parts = sums.setdefault((posting.sku, posting.location), dict.fromkeys(PARTS, 0))
        for part in PARTS:
            parts[part] += getattr(posting, part)
    # The row is made first: an upsert would check the bare increment against the CHECK.
    empty = [
        {"sku": sku, "location": location, **dict.fromkeys(PARTS, 0)}
        for sku, location in sorted(sums)
    ]
    await session.execute(insert_or_ignore(session, levels), empty)
    steps = [
        {"of_sku": sku, "at": location, **_increments(parts)}
        for (sku, location), parts in sorted(sums.items())
    ]
    await session.execute(_MOVE_LEVEL, steps)


def _moved(before: Position, postings: Sequence[Posting]) -> Position:
    change = {part: sum(getattr(posting, part) for posting in postings) for part in PARTS}
    level = before.level + StockLevel(**change)
    return Position(
        sku=before.sku,
        version=before.version + 1,
        oversold=max(0, -level.available),
        level=level,
    )


async def _move_positions(
    session: AsyncSession, before: Mapping[Sku, Position], after: Mapping[Sku, Position]
) -> None:
    steps = []
    for sku, position in after.items():
        level, was = position.level, before[sku].level
        change = {part: getattr(level, part) - getattr(was, part) for part in PARTS}
        row = {"of_sku": sku, "to_version": position.version, "to_oversold": position.oversold}
        steps.append({**row, **_increments(change)})
    await session.execute(_MOVE_POSITION, steps)


def _changes_available(postings: Sequence[Posting]) -> bool:
    """Whether more or fewer may be promised at any place; a suspense that met its order may not."""
    by_place: dict[LocationId, int] = {}
    for posting in postings:
        by_place[posting.location] = by_place.get(posting.location, 0) + posting.d_available
    return any(by_place.values())


def _increments(change: Mapping[str, int]) -> dict[str, int]:
    return {f"d_{part}": step for part, step in change.items()}


def _increment(table: Table) -> dict[Any, Any]:
    """Increments, not totals, so that the CHECK can see a lost race."""
    return {table.c[part]: table.c[part] + bindparam(f"d_{part}") for part in PARTS}


_MOVE_LEVEL = (
    update(levels)
    .where(levels.c.sku == bindparam("of_sku"), levels.c.location == bindparam("at"))
    .values(_increment(levels))
)
_MOVE_POSITION = (
    update(positions)
    .where(positions.c.sku == bindparam("of_sku"))
    .values(
        {
            **_increment(positions),
            positions.c.version: bindparam("to_version"),
            positions.c.oversold: bindparam("to_oversold"),
        }
    )
)


def _entry(posting: Posting, now: datetime) -> dict[str, Any]:
    return {
        "sku": posting.sku,
        "location": posting.location,
        **{part: getattr(posting, part) for part in PARTS},
        "cause": posting.cause.value,
        "source": posting.source,
        "reference": posting.reference,
        "note": posting.note,
        "happened_at": posting.happened_at,
        "posted_at": now,
    }
