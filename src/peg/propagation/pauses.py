"""The kill switch: stops writes to the marketplaces by scope. Orders keep coming in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction, signal
from peg.domain.errors import PegError
from peg.domain.identity import Channel, ShopId
from peg.domain.near import quoted
from peg.marketplaces.port import MarketplaceError
from peg.propagation.tables import pauses
from peg.shops import directory

EVERYTHING = "all"
_ALL = select(pauses).order_by(pauses.c.scope)
_CHANNELS = {Channel.SHOPIFY.value, Channel.ETSY.value}


class BadScope(PegError):
    """A scope that the kill switch does not know."""

    kind = "refused"


class NotPaused(PegError):
    """Nothing was paused under that scope."""

    kind = "missing"


class Paused(MarketplaceError):
    """A person has stopped writes while this one was being prepared: it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Writes stopped for one scope: `all`, a channel, or a shop."""

    scope: str
    who: str
    why: str
    since: datetime


async def pause(
    session: AsyncSession, scope: str, *, who: str, why: str, now: datetime
) -> Pause | None:
    """Send no writes within `scope` until it is resumed.

    Returns the pause that held before and goes on as it was; None if there was none.

    Raises:
        BadScope: neither `all`, a channel (`shopify`, `etsy`) nor a shop's id.
    """
    require_transaction(session)
    row = {"scope": _checked(scope), "who": who, "why": why, "since": now}
    new = await session.scalar(
        insert_or_ignore(session, pauses).values(row).returning(pauses.c.scope)
    )
    if new is not None:
        return None
    return next(one for one in await all_pauses(session) if one.scope == scope)


async def resume(session: AsyncSession, scope: str) -> None:
    """Send writes again; what piled up is driven to its newest target.

    Raises:
        NotPaused: the scope was not paused.
    """
    require_transaction(session)
    gone = await session.scalar(
        delete(pauses).where(pauses.c.scope == _checked(scope)).returning(pauses.c.scope)
    )
    if gone is None:
        raise NotPaused(f"{quoted(scope)} is not paused: `peg pause` without a scope lists what is")
    signal(session, "resumed")


async def all_pauses(session: AsyncSession) -> Sequence[Pause]:
    """What is paused now."""
    rows = (await session.execute(_ALL)).mappings()
    return [Pause(**row) for row in rows]


async def pause_of(session: AsyncSession, shop: ShopId) -> Pause | None:
    """The widest pause that covers a shop; None when writes may go."""
    covering = (EVERYTHING, shop.split(":", 1)[0], shop)
    found = {one.scope: one for one in await all_pauses(session) if one.scope in covering}
    return next((found[scope] for scope in covering if scope in found), None)


async def stopped(session: AsyncSession, shop: ShopId) -> str | None:
    """Why nothing may be written to a shop now; None when writes may go.

    A person has paused it, or taken it out: also of that a running PEG must not hear too late.
    """
    found = await pause_of(session, shop)
    if found is not None:
        return f"{found.scope} was paused by {found.who}: {found.why}"
    return f"{shop} was disconnected" if shop in await directory.disconnected(session) else None


async def go_on(session: AsyncSession, shop: ShopId) -> None:
    """Asked last before a write is sent.

    Raises:
        Paused: somebody has stopped writes to the shop meanwhile.
    """
    why = await stopped(session, shop)
    if why is not None:
        raise Paused(why)


def _checked(scope: str) -> str:
    channel, _, name = scope.partition(":")
    if scope == EVERYTHING or (channel in _CHANNELS and (name or scope == channel)):
        return scope
    raise BadScope(
        f"{quoted(scope)} cannot be paused: name `all`, `shopify`, `etsy`, or a shop such as"
        " `etsy:61234567`"
    )
