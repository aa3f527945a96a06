"""The board of targets: each offer's newest target, and whether its marketplace shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.aims import note_aims
from peg.db.columns import UtcDateTime
from peg.db.transaction import execute_all, require_transaction, signal, upsert_all
from peg.domain.identity import OfferId, ShopId
from peg.domain.offer import Target
from peg.propagation.tables import targets
from peg.propagation.targets import Aim
from peg.shops import directory

RETRY_WAIT_S_MAX = 120.0
DUE_AT_ONCE_MAX = 1000
KEYS_PER_QUERY_MAX = 500
"""SQLite limits the variables of one statement."""

_SOME = select(targets).where(targets.c.offer.in_(bindparam("offers", expanding=True)))
_DUE = (
    select(targets)
    .where(targets.c.shop == bindparam("of"), targets.c.shown_version < targets.c.version)
    .where(targets.c.next_at <= bindparam("now"))
    .order_by(targets.c.changed_at)
    .limit(bindparam("most", type_=Integer))
)
"""Built once: they are asked several times a second, and building takes longer than asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One offer's target, and how far it was driven.

    Attributes:
        changed_at: since when the newest target holds.
        behind_since: since when it shows none that was the newest; newer ones do not change that.
            None: it shows the newest.
        next_at: when it is driven next; `attempts` were made in vain before.
    """

    offer: OfferId
    shop: ShopId
    target: Target
    shown_version: int
    shown_at: datetime | None
    changed_at: datetime
    behind_since: datetime | None
    next_at: datetime
    attempts: int
    last_outcome: str | None
    refused_at: datetime | None

    @property
    def dirty(self) -> bool:
        """Whether the marketplace was not yet seen to show the newest target."""
        return self.shown_version < self.target.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Offers that must be pushed together; groups do not disturb each other.

    `listing` names what they share where a marketplace takes whole listings; else it is empty.
    """

    offers: Sequence[Standing]
    listing: str = ""


def targets_signal(shop: ShopId) -> str:
    """The signal that wakes a shop's pusher."""
    return f"targets:{shop}"


async def set_aims(
    session: AsyncSession, aims: Mapping[OfferId, tuple[ShopId, Aim]], *, now: datetime
) -> Sequence[OfferId]:
    """Give offers new targets where they differ from the present ones; the offers that changed.

    Where only the reasons differ, they are kept, and nothing needs to be shown anew.
    """
    require_transaction(session)
    known = await standings(session, list(aims))
    rows = [
        _aimed(offer, shop, aim, known.get(offer), now)
        for offer, (shop, aim) in aims.items()
        if offer not in known or dict(known[offer].target.quantities) != dict(aim.quantities)
    ]
    await upsert_all(session, targets, rows, ["offer"])
    await note_aims(session, {row["offer"]: row["quantities"] for row in rows})
    changed = {row["offer"] for row in rows}
    reworded = [
        {"of": offer, "reasons": list(aim.why)}
        for offer, (_, aim) in aims.items()
        if offer not in changed and known[offer].target.why != aim.why
    ]
    reword = update(targets).where(targets.c.offer == bindparam("of"))
    await execute_all(session, reword.values(why=bindparam("reasons")), reworded)
    for shop in sorted({row["shop"] for row in rows}):
        signal(session, targets_signal(shop))
    return [row["offer"] for row in rows]


async def make_dirty(session: AsyncSession, offer: OfferId, *, now: datetime) -> None:
    """The marketplace shows something else: drive the offer to its target once more."""
    require_transaction(session)
    statement = (
        update(targets)
        .where(targets.c.offer == offer)
        .values(
            version=targets.c.version + 1,
            behind_since=func.coalesce(targets.c.behind_since, literal(now, UtcDateTime())),
            next_at=now,
            attempts=0,
        )
        .returning(targets.c.shop)
    )
    shop = await session.scalar(statement)
    if shop is not None:
        signal(session, targets_signal(ShopId(shop)))


async def leave(session: AsyncSession, offer: OfferId) -> None:
    """Its shop counts it no more, or has it no more: nothing is driven there until it does."""
    require_transaction(session)
    change = update(targets).where(targets.c.offer == offer)
    await session.execute(
        change.values(shown_version=targets.c.version, behind_since=None, refused_at=None)
    )


async def forget(session: AsyncSession, offer: OfferId) -> None:
    """It has no target: PEG drives it nowhere."""
    require_transaction(session)
    await session.execute(delete(targets).where(targets.c.offer == offer))


async def standing_of(session: AsyncSession, offer: OfferId) -> Standing | None:
    """One offer's standing; None before its first target."""
    return (await standings(session, [offer])).get(offer)


async def standings(session: AsyncSession, offers: Sequence[OfferId]) -> Mapping[OfferId, Standing]:
    """The standings of some offers."""
    found = {}
    for start in range(0, len(offers), KEYS_PER_QUERY_MAX):
        part = offers[start : start + KEYS_PER_QUERY_MAX]
        for row in (await session.execute(_SOME, {"offers": part})).mappings():
            found[row["offer"]] = _standing(row)
    return found


async def dirty(
    session: AsyncSession, shop: ShopId, *, now: datetime, limit: int = DUE_AT_ONCE_MAX
) -> Sequence[Standing]:
    """Offers of a shop to be driven now, longest waiting first."""
    rows = await session.execute(_DUE, {"of": shop, "now": now, "most": limit})
    return [_standing(row) for row in rows.mappings()]


async def behind(session: AsyncSession, shop: ShopId) -> Sequence[Standing]:
    """Every offer of a shop that does not show its newest target yet, due or not."""
    query = select(targets).where(
        targets.c.shop == shop, targets.c.shown_version < targets.c.version
    )
    return [_standing(row) for row in (await session.execute(query)).mappings()]


async def page(session: AsyncSession, after: OfferId, *, limit: int) -> Sequence[Standing]:
    """Standings in the order of their offers, from behind one on."""
    query = select(targets).where(targets.c.offer > after).order_by(targets.c.offer).limit(limit)
    return [_standing(row) for row in (await session.execute(query)).mappings()]


async def dirty_offers(session: AsyncSession) -> Sequence[OfferId]:
    """Every offer that does not show its newest target yet."""
    query = select(targets.c.offer).where(targets.c.shown_version < targets.c.version)
    return [OfferId(row) for row in (await session.scalars(query)).all()]


async def dirty_count(session: AsyncSession) -> int:
    """How many offers do not show their newest target yet; not of shops a person took out."""
    left = await directory.disconnected(session)
    query = select(func.count()).where(targets.c.shown_version < targets.c.version)
    return await session.scalar(query.where(targets.c.shop.not_in(left))) or 0


async def behind_since(session: AsyncSession) -> datetime | None:
    """Since when the offer that is behind longest is; None: none is that has to be driven."""
    left = await directory.disconnected(session)
    query = select(func.min(targets.c.behind_since)).where(targets.c.shop.not_in(left))
    oldest: datetime | None = await session.scalar(query)
    return oldest


async def shown(
    session: AsyncSession, offer: OfferId, version: int, *, outcome: str, now: datetime
) -> None:
    """The marketplace shows the target of `version`; a newer one keeps the offer dirty."""
    require_transaction(session)
    await session.execute(
        update(targets)
        .where(targets.c.offer == offer, targets.c.shown_version < version)
        .values(
            shown_version=version,
            behind_since=case((targets.c.version > version, targets.c.changed_at)),
            shown_at=now,
            attempts=0,
            last_outcome=outcome,
            refused_at=None,
        )
    )


async def try_later(
    session: AsyncSession, offer: OfferId, *, outcome: str, now: datetime, wait_s: float | None
) -> None:
    """Drive the offer again after a pause that grows with each attempt.

    One that shows its target meanwhile, as others of its listing do, needs no other attempt.
    """
    require_transaction(session)
    standing = await standing_of(session, offer)
    if standing is None or not standing.dirty:
        return
    attempts = standing.attempts + 1
    pause_s = min(0.25 * 2.0 ** min(attempts, 12), RETRY_WAIT_S_MAX) if wait_s is None else wait_s
    await session.execute(
        update(targets)
        .where(targets.c.offer == offer)
        .values(
            attempts=attempts,
            next_at=now + timedelta(seconds=pause_s),
            last_outcome=outcome[:200],
        )
    )


def _aimed(
    offer: OfferId, shop: ShopId, aim: Aim, before: Standing | None, now: datetime
) -> dict[str, Any]:
    return {
        "offer": offer,
        "shop": shop,
        "version": before.target.version + 1 if before else 1,
        "shown_version": before.shown_version if before else 0,
        "quantities": dict(aim.quantities),
        "listed": aim.listed,
        "why": list(aim.why),
        "changed_at": now,
        "behind_since": before.behind_since or now if before else now,
        "next_at": now,
        "attempts": 0,
    }


def _standing(row: Any) -> Standing:
    return Standing(
        offer=row["offer"],
        shop=row["shop"],
        target=Target(
            quantities=row["quantities"],
            listed=row["listed"],
            version=row["version"],
            why=tuple(row["why"]),
        ),
        shown_version=row["shown_version"],
        shown_at=row["shown_at"],
        changed_at=row["changed_at"],
        behind_since=row["behind_since"],
        next_at=row["next_at"],
        attempts=row["attempts"],
        last_outcome=row["last_outcome"],
        refused_at=row["refused_at"],
    )
