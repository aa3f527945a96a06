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
    """No open proposal of that number: there never was one, or it was decided."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, number: int, was: str | None) -> None:
        why = _DECIDED.get(was or "", "no pair has the number {0}: `peg match list` shows them")
        super().__init__(why.format(number))


_DECIDED = {
    "accepted": "pair {0} was accepted already: `peg match compose` says what else an offer sells",
    "rejected": "pair {0} was rejected: `peg match reopen {0}` first, if they are one piece",
}


class NotReopened(PegError):
    """A pair that cannot wait for a decision again."""

    kind: ClassVar[ErrorKind] = "conflict"


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
    found = await _read(session, proposals.c.id == number, _IS_OPEN)
    if not found:
        raise NoSuchProposal(number, await _state(session, number))
    return found[0]


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
        raise NoSuchProposal(number, await _state(session, number))
    pair = [OfferId(row["shopify_offer"]), OfferId(row["etsy_offer"])]
    return _kept(row, await offers.by_ids(session, pair))


async def reopen(session: AsyncSession, number: int) -> KeptProposal:
    """A rejected pair waits for a decision again, as if nobody had said anything.

    Raises:
        NoSuchProposal: there is none of that number.
        NotReopened: it was not rejected, or both offers are known as pieces by now.
    """
    require_transaction(session)
    state = await _state(session, number)
    if state is None:
        raise NoSuchProposal(number, None)
    if state != "rejected":
        already = "waits already" if state == "open" else "was accepted"
        raise NotReopened(f"pair {number} {already}: only a rejected one can be opened again")
    (one,) = await _read(session, proposals.c.id == number)
    if one.shopify.components and one.etsy.components:
        raise NotReopened(
            f"pair {number}: {one.shopify.name!r} (offer {one.shopify.id}) and {one.etsy.name!r}"
            f" (offer {one.etsy.id}) are known as two pieces by now. If they are one, say what one"
            " of them sells with `peg match compose`"
        )
    change = update(proposals).where(proposals.c.id == number)
    await session.execute(change.values(state="open", decided_at=None, who=None))
    return one


async def _state(session: AsyncSession, number: int) -> str | None:
    """Whether a pair waits, and if not, what was decided; None: there is none."""
    query = select(proposals.c.state).where(proposals.c.id == number)
    state: str | None = await session.scalar(query)
    return state


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
