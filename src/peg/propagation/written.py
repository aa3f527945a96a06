"""The writes that a marketplace was seen to show, by number: what stood there before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId, ShopId
from peg.domain.near import quoted
from peg.propagation.tables import attempts, targets, undone, writes

NUMBER_DIGITS_MAX = 18
"""The database counts no further."""


class NoSuchWrite(PegError):
    """Nothing was written under this number or key, or it is too old to be kept."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"no write {quoted(name)}: `peg writes` lists them, for as long as they are kept"
            " (PEG_ATTEMPTS_KEPT_DAYS)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWrite:
    """One figure that PEG changed on a shop.

    Attributes:
        attempt: the key of the call that it went out with, maybe beside others.
        before, quantity: what buyers could have there before it, and after.
        undone: when a person took it back; None while it stands.
    """

    id: int
    offer: OfferId
    shop: ShopId
    place: str
    attempt: str
    before: int
    quantity: int
    written_at: datetime
    undone: datetime | None


_KEPT = (
    select(
        *(writes.c[name] for name in ("id", "offer", "place", "attempt", "before", "quantity")),
        writes.c.written_at,
        targets.c.shop,
        undone.c.since.label("undone"),
    )
    .join(targets, targets.c.offer == writes.c.offer)
    .outerjoin(undone, undone.c.write == writes.c.id)
    .where(writes.c.before != writes.c.quantity)
)
"""A listing is written as a whole: what stood in it unchanged is no write to speak of."""


async def named(session: AsyncSession, name: str) -> Sequence[KeptWrite]:
    """The write of this number, or those of the attempt with this key.

    Raises:
        NoSuchWrite: there is none.
    """
    typed = name.strip().lower()
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX
    which = writes.c.id == int(typed) if is_number else writes.c.attempt == typed
    found = await session.execute(_KEPT.where(which).order_by(writes.c.id))
    kept = [KeptWrite(**row) for row in found.mappings()]
    if not kept:
        raise NoSuchWrite(name)
    return kept


async def recent(
    session: AsyncSession,
    *,
    offers: Sequence[OfferId] | None = None,
    only_undone: bool = False,
    after: int | None = None,
    limit: int,
) -> Sequence[KeptWrite]:
    """A page of the writes, the newest first: of all offers or of some, from behind one on."""
    query = _KEPT.order_by(writes.c.id.desc()).limit(limit)
    if offers is not None:
        query = query.where(writes.c.offer.in_(offers))
    if only_undone:
        query = query.where(undone.c.write.is_not(None))
    if after is not None:
        query = query.where(writes.c.id < after)
    return [KeptWrite(**row) for row in (await session.execute(query)).mappings()]


async def newest_of(
    session: AsyncSession, offers: Sequence[OfferId]
) -> Mapping[tuple[OfferId, str], int]:
    """The number of the newest change of each place of some offers."""
    query = (
        select(writes.c.offer, writes.c.place, func.max(writes.c.id).label("newest"))
        .where(writes.c.offer.in_(offers), writes.c.before != writes.c.quantity)
        .group_by(writes.c.offer, writes.c.place)
    )
    return {(OfferId(row.offer), row.place): row.newest for row in await session.execute(query)}


async def before_of(session: AsyncSession, attempt: str) -> Mapping[str, Any] | None:
    """The former state of a listing that an attempt replaced as a whole; else None."""
    query = select(attempts.c.before).where(attempts.c.key == attempt)
    before: Mapping[str, Any] | None = await session.scalar(query)
    return before
