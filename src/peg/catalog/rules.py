"""How much of an item a channel may show: buffers and caps, for all items, a kind, or one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, tables
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction, upsert
from peg.domain.errors import BadQuantity
from peg.domain.identity import Channel, OfferId

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What somebody said of one scope on one channel; None where nothing was said.

    Attributes:
        buffer: pieces that are never shown there.
        cap: the most that is shown there.
    """

    buffer: int | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        if (self.buffer or 0) < 0 or (self.cap or 0) < 0:
            raise BadQuantity("a buffer and a cap are 0 pieces or more")

    def over(self, wider: "Rule") -> "Rule":
        """This rule, with a wider one where it says nothing."""
        return Rule(
            buffer=wider.buffer if self.buffer is None else self.buffer,
            cap=wider.cap if self.cap is None else self.cap,
        )


async def set_rule(session: AsyncSession, scope: str, channel: Channel, rule: Rule) -> None:
    """Set figures of `all`, `kind:RING` or `sku:RING-…` on one channel; the other one stays."""
    require_transaction(session)
    figures = rule.over((await all_rules(session)).get((scope, channel), Rule()))
    row = {
        "scope": scope,
        "channel": channel.value,
        "buffer": figures.buffer,
        "cap": figures.cap,
    }
    await session.execute(upsert(session, tables.rules, row, ["scope", "channel"]))


async def drop_rule(session: AsyncSession, scope: str, channel: Channel) -> bool:
    """Limit the scope on a channel no more; whether it was limited."""
    require_transaction(session)
    rules = tables.rules
    named = delete(rules).where(rules.c.scope == scope, rules.c.channel == channel.value)
    return await session.scalar(named.returning(rules.c.scope)) is not None


async def all_rules(session: AsyncSession) -> Mapping[tuple[str, Channel], Rule]:
    """Every rule by its scope and channel."""
    query = select(tables.rules).order_by(tables.rules.c.scope, tables.rules.c.channel)
    return {
        (row["scope"], Channel(row["channel"])): Rule(buffer=row["buffer"], cap=row["cap"])
        for row in (await session.execute(query)).mappings()
    }


async def limits_of(session: AsyncSession, wanted: Sequence[Offer]) -> Mapping[OfferId, Rule]:
    """What holds for each offer: for each figure the most particular word that there is.

    Of a set's parts the strictest counts.
    """
    known = await all_rules(session)
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
        buffers = [rule.buffer for rule in rules if rule.buffer is not None]
        caps = [rule.cap for rule in rules if rule.cap is not None]
        found[offer.id] = Rule(buffer=max(buffers, default=None), cap=min(caps, default=None))
    return found


def _rule(known: Mapping[tuple[str, Channel], Rule], channel: Channel, sku: str, kind: str) -> Rule:
    rule = Rule()
    for scope in (f"sku:{sku}", f"kind:{kind}", ALL):
        rule = rule.over(known.get((scope, channel), Rule()))
    return rule
