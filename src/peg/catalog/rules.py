"""How much of an item a channel may show: buffers and caps, for all items, a kind, or one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, tables
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction, upsert
from peg.domain.errors import BadQuantity
from peg.domain.identity import Channel, OfferId

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Pieces kept back from a channel, and the most it may show."""

    buffer: int = 0
    cap: int | None = None


async def set_rule(session: AsyncSession, scope: str, channel: Channel, rule: Rule) -> None:
    """Set the rule of `all`, `kind:RING` or `sku:RING-…` on one channel.

    Raises:
        BadQuantity: a buffer or cap below zero.
    """
    require_transaction(session)
    if rule.buffer < 0 or (rule.cap is not None and rule.cap < 0):
        raise BadQuantity("a buffer and a cap are 0 pieces or more")
    row = {"scope": scope, "channel": channel.value, "buffer": rule.buffer, "cap": rule.cap}
    await session.execute(upsert(session, tables.rules, row, ["scope", "channel"]))


async def all_rules(session: AsyncSession) -> Mapping[tuple[str, Channel], Rule]:
    """Every rule by its scope and channel."""
    rows = (await session.execute(select(tables.rules).order_by(tables.rules.c.scope))).mappings()
    return {
        (row["scope"], Channel(row["channel"])): Rule(buffer=row["buffer"], cap=row["cap"])
        for row in rows
    }


async def limits_of(session: AsyncSession, wanted: Sequence[Offer]) -> Mapping[OfferId, Rule]:
    """The rule of each offer: the most particular one that there is, the strictest of its parts."""
    rows = (await session.execute(select(tables.rules))).mappings().all()
    known = {
        (row["scope"], row["channel"]): Rule(buffer=row["buffer"], cap=row["cap"]) for row in rows
    }
    if not known:
        return {offer.id: Rule() for offer in wanted}
    skus = sorted({part.sku for offer in wanted for part in offer.components})
    kinds = {sku: item.kind for sku, item in (await items.by_skus(session, skus)).items()}
    found = {}
    for offer in wanted:
        rules = [
            _rule(known, offer.ref.channel, part.sku, kinds.get(part.sku, ""))
            for part in offer.components
        ]
        caps = [rule.cap for rule in rules if rule.cap is not None]
        buffer = max((rule.buffer for rule in rules), default=0)
        found[offer.id] = Rule(buffer=buffer, cap=min(caps, default=None))
    return found


def _rule(known: Mapping[tuple[str, str], Rule], channel: Channel, sku: str, kind: str) -> Rule:
    for scope in (f"sku:{sku}", f"kind:{kind}", ALL):
        if (scope, channel.value) in known:
            return known[scope, channel.value]
    return Rule()
