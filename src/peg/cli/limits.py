"""Figures that a person sets for all, for a kind or for a piece: `limit`, `low-stock`."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell_once
from peg.catalog import items, offers, rules
from peg.cli.cells import Title
from peg.cli.terminal import Here, Report, typed
from peg.cli.words import Pieces, sku_of
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel
from peg.ledger import queries
from peg.propagation import board
from peg.propagation.retarget import retarget_offers
from peg.reads import low_stock as low_reads
from peg.reads.limits import limits

KIND, SKU = "kind", "sku"


class UnclearLimit(PegError):
    """A figure that belongs to nothing, or words that contradict each other."""

    kind: ClassVar[ErrorKind] = "refused"


class NotLimited(PegError):
    """There is no limit to take off."""

    kind: ClassVar[ErrorKind] = "missing"


async def limit(
    scope: str | None = None,
    channel: Literal["shopify", "etsy"] | None = None,
    /,
    *,
    buffer: Pieces | None = None,
    cap: Pieces | None = None,
    off: bool = False,
    here: Here,
) -> int:
    """How much of a piece a channel may show; without figures, the limits are listed.

    For each figure the most particular limit counts: the piece's own, else its kind's, else the
    one for all. A buffer hides the last pieces, so a buffer of 1 hides whatever there is only one
    of; a cap of 0 keeps a piece off a channel.

    Args:
        scope: `all`, a kind such as `kind:ring`, or a piece by its SKU.
        channel: where; unset: on both.
        buffer: so many are never shown there.
        cap: no more than so many are shown there.
        off: take the limit off.
    """
    figures = rules.Rule(buffer=buffer, cap=cap)
    changes = off or figures != rules.Rule()
    _refuse_unclear(scope, figures, off=off)
    channels = list(Channel) if channel is None else [Channel(channel)]
    said = ""
    async with here.ground() as ground:
        if scope is not None and changes:
            async with typed(ground.database) as session:
                named = await scope_of(session, scope)
                await _change(session, named, channels, None if off else figures)
                said = await _retargeted(session, ground.clock)
        async with reading(ground.database) as session:
            of = None if scope is None or changes else await scope_of(session, scope)
            found = await limits(session)
    shown = [one for one in found if of in {None, one.scope} and one.channel in channels]
    report = Report(
        facts=[one.model_dump(mode="json") for one in shown],
        columns=("scope", "channel", "kept back", "at most"),
        rows=[(one.scope, one.channel.value, one.buffer, one.cap) for one in shown],
        sentence=said or ("" if shown else "no limits: every channel shows all there is"),
    )
    return here.show(report)


async def low_stock(
    scope: str | None = None, /, *, at: Pieces | None = None, off: bool = False, here: Here
) -> int:
    """Pieces at or below their threshold; with a scope, set its threshold.

    Args:
        scope: the SKU of a piece, or `kind:RING` for all rings without their own threshold.
        at: alert when this many or fewer are available.
        off: alert no more, or as its kind says.
    """
    if (scope is None) is not (at is None and not off) or (off and at is not None):
        raise UnclearLimit("say which piece or kind, and `--at` how many, or `--off`")
    async with here.ground() as ground:
        if scope is not None:
            async with typed(ground.database) as session:
                low = {row.sku for row in await low_reads.low_stock(session)}
                await _set_threshold(session, scope, at)
                for row in await low_reads.low_stock(session):
                    if row.sku not in low:
                        await tell_once(session, low_reads.alert_of(row), now=ground.clock.now())
        async with reading(ground.database) as session:
            found = await low_reads.low_stock(session)
    report = Report(
        facts=[row.model_dump(mode="json") for row in found],
        columns=("piece", "name", "available", "alert at"),
        rows=[(row.sku, Title(row.name), row.available, row.low_stock_at) for row in found],
        sentence="" if found else "nothing is low",
    )
    return here.show(report)


async def scope_of(session: AsyncSession, typed: str) -> str:
    """`all`, `kind:RING` or `sku:RING-1`, from what somebody typed.

    Raises:
        UnknownKind: no item is of that kind.
        UnknownSku: no such item.
        BadSku: it can be no SKU.
        UnclearLimit: it names a channel, which comes second.
    """
    word, _, rest = typed.strip().partition(":")
    match word.lower():
        case rules.ALL if not rest:
            return rules.ALL
        case "kind":
            return f"{KIND}:{await items.known_kind(session, rest)}"
        case "shopify" | "etsy":
            raise UnclearLimit(f"say what is limited first, as in `peg limit all {word.lower()}`")
        case prefix:
            sku = sku_of(rest if prefix == SKU else typed)
            return f"{SKU}:{(await queries.position(session, sku)).sku}"


def _refuse_unclear(scope: str | None, figures: rules.Rule, *, off: bool) -> None:
    given = figures != rules.Rule()
    if off and given:
        raise UnclearLimit("take a limit off, or set its figures: not both at once")
    if scope is None and (off or given):
        raise UnclearLimit(
            "say what is limited: `all`, a kind such as `kind:RING`, or a piece by its SKU"
        )


async def _change(
    session: AsyncSession, scope: str, channels: Sequence[Channel], figures: rules.Rule | None
) -> None:
    """Set the figures, or take them off where None."""
    if figures is None:
        if not any([await rules.drop_rule(session, scope, channel) for channel in channels]):
            raise NotLimited(f"{scope} is not limited there: `peg limit` lists what is")
        return
    for channel in channels:
        await rules.set_rule(session, scope, channel, figures)


async def _retargeted(session: AsyncSession, clock: Clock) -> str:
    """What the new limits change, so that nobody hides a shop without seeing it."""
    changed = await retarget_offers(session, await offers.everything(session), now=clock.now())
    hidden = [
        one for one in (await board.standings(session, changed)).values() if not one.target.total
    ]
    more = f"; shown no more: {len(hidden)}" if hidden else ""
    return f"offers that change: {len(changed)}{more}"


async def _set_threshold(session: AsyncSession, typed: str, at: int | None) -> None:
    named = await scope_of(session, typed)
    word, _, rest = named.partition(":")
    if word == KIND:
        await items.set_low_stock_of_kind(session, rest, at)
    elif word == SKU:
        await items.set_low_stock(session, sku_of(rest), at)
    else:
        raise UnclearLimit("a threshold is set for a piece, or for a kind such as `kind:RING`")
