"""Keep what is proposed, and do what a person decides about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId
from peg.onboarding.matching import Pair, Proposal
from peg.onboarding.tables import proposals

_OPEN = (
    select(proposals)
    .where(proposals.c.state == "open")
    .order_by(proposals.c.confidence.desc(), proposals.c.id)
)


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
    rows = (await session.execute(_OPEN)).mappings().all()
    ids = {OfferId(row[side]) for row in rows for side in ("shopify_offer", "etsy_offer")}
    known = await offers.by_ids(session, sorted(ids))
    return [_kept(row, known) for row in rows]


async def open_pairs(session: AsyncSession) -> Sequence[OpenPair]:
    """The same by number, in the same order: for those who ask often, or only how many."""
    query = _OPEN.with_only_columns(
        proposals.c.id, proposals.c.shopify_offer, proposals.c.etsy_offer
    )
    return [
        OpenPair(id=number, shopify=OfferId(shopify), etsy=OfferId(etsy))
        for number, shopify, etsy in await session.execute(query)
    ]


async def rejected_pairs(session: AsyncSession) -> frozenset[Pair]:
    """Pairs that a person has said are two things."""
    query = select(proposals).where(proposals.c.state == "rejected")
    rows = (await session.execute(query)).mappings().all()
    ids = {OfferId(row[side]) for row in rows for side in ("shopify_offer", "etsy_offer")}
    known = await offers.by_ids(session, sorted(ids))
    return frozenset(
        (known[row["shopify_offer"]].ref, known[row["etsy_offer"]].ref) for row in rows
    )


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
        .where(proposals.c.id == number, proposals.c.state == "open")
        .values(state="accepted" if accepted else "rejected", decided_at=now, who=who)
        .returning(*proposals.c)
    )
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NoSuchProposal(number)
    pair = [OfferId(row["shopify_offer"]), OfferId(row["etsy_offer"])]
    return _kept(row, await offers.by_ids(session, pair))


def _kept(row: Any, known: Mapping[OfferId, Offer]) -> KeptProposal:
    return KeptProposal(
        id=row["id"],
        shopify=known[row["shopify_offer"]],
        etsy=known[row["etsy_offer"]],
        confidence=row["confidence"],
        reasons=row["reasons"],
    )
