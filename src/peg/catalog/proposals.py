"""Keep what is proposed, and do what a person decides about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.catalog.tables import proposals
from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId
from peg.domain.proposal import Pair, Proposal

_SUREST_FIRST = select(proposals).order_by(proposals.c.confidence.desc(), proposals.c.id)
_IS_OPEN = proposals.c.state == "open"


class NoSuchProposal(PegError):
    """No open proposal of that number."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, number: int) -> None:
        super().__init__(f"no open proposal has the number {number}: `peg match list` shows them")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProposal:
    """A proposal that waits for a person."""

    id: int
    shopify: Offer
    etsy: Offer
    confidence: int
    reasons: Sequence[str]
    proposed_at: datetime

    def other(self, offer: OfferId) -> Offer:
        """The one that this offer may be the same as."""
        return self.etsy if self.shopify.id == offer else self.shopify


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPair:
    """By number, a proposal that waits for a person, and its offers."""

    id: int
    shopify: OfferId
    etsy: OfferId


async def propose(session: AsyncSession, new: Sequence[Proposal], *, now: datetime) -> None:
    """Keep proposals of known offers; a pair that was decided about is not proposed again."""
    require_transaction(session)
    refs = [ref for one in new for ref in (one.shopify, one.etsy)]
    known = await offers.by_refs(session, refs)
    for one in new:
        if known[one.shopify].components and known[one.etsy].components:
            continue  # both are known already, and as two pieces
        row = {
            "shopify_offer": known[one.shopify].id,
            "etsy_offer": known[one.etsy].id,
            "confidence": one.confidence,
            "reasons": list(one.reasons),
            "state": "open",
            "proposed_at": now,
        }
        await session.execute(insert_or_ignore(session, proposals).values(row))


async def close_known(session: AsyncSession, *, now: datetime) -> None:
    """Decide what decided itself: both offers are known by now, as one piece or as two."""
    require_transaction(session)
    for one in await open_proposals(session):
        if one.shopify.components and one.etsy.components:
            same = one.shopify.components == one.etsy.components
            await decide(session, one.id, accepted=same, who="import", now=now)


async def open_proposals(session: AsyncSession) -> Sequence[KeptProposal]:
    """What waits for a decision, the most confident first."""
    return await _read(session, _IS_OPEN)


async def open_pairs(session: AsyncSession) -> Sequence[OpenPair]:
    """The same by number, in the same order: for those who ask often, or only how many."""
    query = _SUREST_FIRST.where(_IS_OPEN).with_only_columns(
        proposals.c.id, proposals.c.shopify_offer, proposals.c.etsy_offer
    )
    return [
        OpenPair(id=number, shopify=OfferId(shopify), etsy=OfferId(etsy))
        for number, shopify, etsy in await session.execute(query)
    ]


async def open_of(session: AsyncSession, offer: OfferId) -> Sequence[KeptProposal]:
    """What waits for a decision about one offer, the most confident first."""
    named = (proposals.c.shopify_offer == offer) | (proposals.c.etsy_offer == offer)
    return await _read(session, _IS_OPEN, named)


async def rejected(session: AsyncSession) -> Sequence[KeptProposal]:
    """What a person has said to be two things, the most confident first."""
    return await _read(session, proposals.c.state == "rejected")


async def rejected_pairs(session: AsyncSession) -> frozenset[Pair]:
    """Pairs that a person has said are two things."""
    return frozenset((one.shopify.ref, one.etsy.ref) for one in await rejected(session))


async def proposal(session: AsyncSession, number: int) -> KeptProposal:
    """One proposal that waits.

    Raises:
        NoSuchProposal: there is none of that number, or it was decided.
    """
    for one in await open_proposals(session):
        if one.id == number:
            return one
    raise NoSuchProposal(number)


async def decide(
    session: AsyncSession, number: int, *, accepted: bool, who: str, now: datetime
) -> KeptProposal:
    """Note the decision, once.

    Raises:
        NoSuchProposal: there is none of that number, or it was decided.
    """
    require_transaction(session)
    statement = (
        update(proposals)
        .where(proposals.c.id == number, _IS_OPEN)
        .values(state="accepted" if accepted else "rejected", decided_at=now, who=who)
        .returning(*proposals.c)
    )
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NoSuchProposal(number)
    pair = [OfferId(row["shopify_offer"]), OfferId(row["etsy_offer"])]
    return _kept(row, await offers.by_ids(session, pair))


async def _read(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[KeptProposal]:
    query = _SUREST_FIRST.where(*which)
    rows = (await session.execute(query)).mappings().all()
    ids = {OfferId(row[side]) for row in rows for side in ("shopify_offer", "etsy_offer")}
    known = await offers.by_ids(session, sorted(ids))
    return [_kept(row, known) for row in rows]


def _kept(row: Any, known: Mapping[OfferId, Offer]) -> KeptProposal:
    return KeptProposal(
        id=row["id"],
        shopify=known[row["shopify_offer"]],
        etsy=known[row["etsy_offer"]],
        confidence=row["confidence"],
        reasons=row["reasons"],
        proposed_at=row["proposed_at"],
    )
