"""Alerts, each for as long as its cause lasts.

An alert is over by itself when what it tells of is: the question answered, the shop connected
again, the piece taken off. Here stands for every alert how that is known. It is looked up whenever
alerts are shown, so that nobody sees one that is over; `peg run` then ends it for good.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts import register
from peg.alerts.register import Kept
from peg.catalog import items, offers, proposals
from peg.catalog.not_kept import not_kept
from peg.domain.identity import OfferId, ShopId, Sku
from peg.intake import aside
from peg.ledger import cases, queries, questions
from peg.propagation import activations, board
from peg.propagation.forbidden import forbidden_shops
from peg.propagation.refusals import open_refusals
from peg.reads.newcomers import newcomers
from peg.reads.severity import SEVERITY
from peg.reconciliation import breaches
from peg.shops import directory
from peg.shops.directory import Status

RAN_WELL_FOR = timedelta(minutes=10)
"""A background task that has not crashed again, or was not kept from work, for so long is well."""

TOLD_FOR = timedelta(days=7)
"""What nothing that PEG sees can end is told for so long, or until a person ticks it off."""

OUTLASTS = frozenset({"blind_side", "delivery_dead"})
"""What may have been sold unheard stays so, also once a person has taken the shop out."""

Lasting = Callable[[AsyncSession, Sequence[Kept], datetime], Awaitable[Collection[str]]]
"""Of which subjects of these alerts, all of one name, the cause still lasts."""


class AlertRow(BaseModel):
    """One alert; `ended_at` is null while somebody should look."""

    id: int
    name: str
    subject: str
    sentence: str
    raised_at: datetime
    told_at: datetime
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The alerts that stand: those whose cause lasts, and those that can be ended."""

    lasting: Sequence[Kept]
    over: Sequence[Kept]


async def judged(session: AsyncSession, *, now: datetime) -> Judged:
    """What still needs somebody, and what does not, the newest first."""
    kept = await register.standing(session)
    if not kept:
        return Judged([], [])
    left = await directory.disconnected(session)
    lasting = set()
    for name in sorted({one.name for one in kept}):
        mine = [one for one in kept if one.name == name]
        if name not in OUTLASTS:
            mine = [one for one in mine if one.subject not in left]
        subjects = await LASTS[name](session, mine, now) if mine else ()
        lasting |= {one.id for one in mine if one.subject in subjects}
    return Judged(
        [one for one in kept if one.id in lasting], [one for one in kept if one.id not in lasting]
    )


async def standing(session: AsyncSession, *, now: datetime) -> list[AlertRow]:
    """What needs somebody now, the worst first, and of what is as bad the newest."""
    lasting = (await judged(session, now=now)).lasting
    return [_row(one) for one in sorted(lasting, key=lambda one: SEVERITY[one.name])]


async def history(session: AsyncSession, *, limit: int, now: datetime) -> list[AlertRow]:
    """What is over, the last one first; what nobody has noted yet counts as over by now."""
    unnoted = [_row(one) for one in (await judged(session, now=now)).over]
    noted = [_row(one) for one in await register.over(session, limit=limit)]
    return [*(row.model_copy(update={"ended_at": now}) for row in unnoted), *noted][:limit]


def _row(kept: Kept) -> AlertRow:
    return AlertRow(**{name: getattr(kept, name) for name in AlertRow.model_fields})


async def _until_its_finder_says(
    _session: AsyncSession, mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    """Only the loop that met the trouble sees that it is over: see `alerts/troubles.py`."""
    return {one.subject for one in mine}


def _while_asked(kind: str) -> Lasting:
    async def lasting(
        session: AsyncSession, _mine: Sequence[Kept], _now: datetime
    ) -> Collection[str]:
        return {one.subject for one in await questions.open_questions(session, kind)}

    return lasting


def _while_it_is(status: Status) -> Lasting:
    async def lasting(
        session: AsyncSession, _mine: Sequence[Kept], _now: datetime
    ) -> Collection[str]:
        return {shop for shop, is_ in (await directory.statuses(session)).items() if is_ is status}

    return lasting


async def _oversold(
    session: AsyncSession, _mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    return {case["sku"] for case in await cases.all_cases(session)}


async def _low(session: AsyncSession, mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    known = await items.by_skus(session, [Sku(one.subject) for one in mine])
    low = set()
    for sku, item in known.items():
        available = (await queries.position(session, sku)).level.available
        if item.low_stock_at is not None and available <= item.low_stock_at:
            low.add(sku)
    return low


async def _gone(session: AsyncSession, mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """Listed again it is another offer of the same shop: of the same items, once it is matched."""
    known = await offers.by_ids(session, _offers(mine))
    gone = [offer for offer in known.values() if offer.gone]
    skus = {part.sku for offer in gone for part in offer.components}
    instead = {
        (one.ref.shop, one.components)
        for one in await offers.of_skus(session, sorted(skus))
        if not one.gone
    }
    return {str(one.id) for one in gone if (one.ref.shop, one.components) not in instead}


async def _unknown(session: AsyncSession, mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """Until an import has taken the listing in, or a comparison finds it no more."""
    return {one.subject for one in await newcomers(session, among={one.subject for one in mine})}


async def _ghosts(session: AsyncSession, mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """Until the shop was seen to show what it should."""
    found = await board.standings(session, _offers(mine))
    return {str(offer) for offer, one in found.items() if one.dirty}


async def _sell_on(session: AsyncSession, _mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """Told of one offer, or of many at once under the name of their shop."""
    known = await offers.by_ids(session, list(await not_kept(session)))
    found = [one for one in known.values() if one.components and one.sells_on]
    return {str(offer.id) for offer in found} | {offer.ref.shop for offer in found}


async def _refused(session: AsyncSession, _mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """Told of one offer, or of several at once under the name of their shop."""
    refused = [one.offer for one in await open_refusals(session)]
    return {str(offer.id) for offer in refused} | {offer.ref.shop for offer in refused}


async def _not_stocked(
    session: AsyncSession, _mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    asked = await activations.everything(session)
    return {one.subject for one in asked.values() if one.refused is not None}


async def _forbidden(
    session: AsyncSession, _mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    return {one.shop for one in await forbidden_shops(session)}


async def _dead(session: AsyncSession, _mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    """One delivery, or all of a shop."""
    dead = await aside.dead(session)
    return {str(one["id"]) for one in dead} | {ShopId(one["shop"]) for one in dead}


async def _of_no_use(
    session: AsyncSession, mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    """While some of what that shop sent about that is listed: a week, or until somebody is done."""
    told = {one.subject: one.subject.partition(" ") for one in mine}
    return {
        subject
        for subject, (shop, _, topic) in told.items()
        if await aside.is_of_no_use(session, ShopId(shop), topic)
    }


async def _untrue(session: AsyncSession, _mine: Sequence[Kept], _now: datetime) -> Collection[str]:
    return {one.truth.value for one in await breaches.told(session)}


async def _crashing(_session: AsyncSession, mine: Sequence[Kept], now: datetime) -> Collection[str]:
    return {one.subject for one in mine if one.told_at + RAN_WELL_FOR > now}


async def _lately(_session: AsyncSession, mine: Sequence[Kept], now: datetime) -> Collection[str]:
    return {one.subject for one in mine if one.told_at + TOLD_FOR > now}


async def _undecided(
    session: AsyncSession, _mine: Sequence[Kept], _now: datetime
) -> Collection[str]:
    return {str(one.id) for one in await proposals.open_proposals(session)}


def _offers(mine: Sequence[Kept]) -> list[OfferId]:
    return [OfferId(int(one.subject)) for one in mine]


_ASKED = ("changed_back", "data_request", "many_changed", "many_raises", "offers_vanished")
_FOUND_BY_A_LOOP = (
    *("blind_side", "calls_short", "calls_spent", "drift", "shop_unreadable", "stock_unreadable"),
    *("webhooks_missing", "webhooks_refused", "webhooks_silent"),
)

LASTS: Mapping[str, Lasting] = {
    **{name: _while_asked(name) for name in _ASKED},
    **dict.fromkeys(_FOUND_BY_A_LOOP, _until_its_finder_says),
    "shop_revoked": _while_it_is(Status.REVOKED),
    "shop_frozen": _while_it_is(Status.FROZEN),
    "oversold": _oversold,
    "twin_unknown": _undecided,
    "low_stock": _low,
    "listing_gone": _gone,
    "listing_unknown": _unknown,
    "ghost_unit": _ghosts,
    "sells_on": _sell_on,
    "write_refused": _refused,
    "writes_forbidden": _forbidden,
    "place_not_stocked": _not_stocked,
    "delivery_dead": _dead,
    "delivery_of_no_use": _of_no_use,
    "invariant_broken": _untrue,
    "task_crashed": _crashing,
    "database_locked": _crashing,
    "database_unwritable": _crashing,
    "order_time": _lately,
    "unmatched_lowered": _lately,
    "variation_renamed": _lately,
}
"""For every alert that PEG raises, how it is known to be over."""
