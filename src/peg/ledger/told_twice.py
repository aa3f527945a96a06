"""Pieces that a person typed in on a shop, and a moment later told PEG of as well: counted once.

What she typed is in the book already; told again, the same pieces would stand there twice, and one
of them could be sold that does not exist. So what was typed is taken back by as many as both name,
and she is asked: the lower figure holds until she says that they are others. The other way round,
what PEG was told of first is no news once a shop shows it (`Expectation.to_come`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, Sku
from peg.domain.moment import for_people
from peg.domain.stock import Cause
from peg.ledger import pieces_asked
from peg.ledger.book import Posting
from peg.ledger.places import spread
from peg.ledger.tables import entries

TWICE_WITHIN = timedelta(minutes=10)
"""So soon a person who has typed a piece in on a shop types it on the other one, or tells PEG."""

RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Pieces of an item that an entry took in from a shop, and nothing has taken back since.

    `offer` is the entry's reference: the number of the offer that showed them.
    """

    entry: int
    shop: str
    offer: str
    location: LocationId
    pieces: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What she tells of so many pieces: `what` follows their number, as in "2 received"."""

    sku: Sku
    pieces: int
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """What was told, and which of it somebody had just typed in: as many as both name."""

    told: Told
    typed: Sequence[Typed]

    @property
    def pieces(self) -> int:
        """How many were told of twice."""
        return sum(one.pieces for one in self.typed)

    @property
    def places(self) -> Mapping[LocationId, int]:
        """Where the shops showed them."""
        lie: dict[LocationId, int] = {}
        for one in self.typed:
            lie[one.location] = lie.get(one.location, 0) + one.pieces
        return lie

    async def taken_back(
        self, session: AsyncSession, *, before: Sequence[Posting], is_counted: bool = False
    ) -> Sequence[Posting]:
        """What takes them out of the book again: to be posted in one with what was told.

        They leave where they were typed; or, where they are not for sale any more, from the fullest
        place, unless a shelf `is_counted`: what lies there is known. `before` is posted first.
        """
        postings: list[Posting] = []
        for one in self.typed:
            lie: Mapping[LocationId, int] = {one.location: one.pieces}
            if not is_counted:
                known = [*before, *postings]
                sku = self.told.sku
                lie = await spread(session, sku, one.pieces, first=one.location, before=known)
            postings += [self._back(one, place, pieces) for place, pieces in lie.items()]
        return postings

    def _back(self, one: Typed, place: LocationId, pieces: int) -> Posting:
        return Posting(
            sku=self.told.sku,
            location=place,
            on_hand=-pieces,
            cause=Cause.CORRECTED,
            source=one.shop,
            reference=one.offer,
            happened_at=self.told.at,
            note=f"taken back of entry {one.entry}: {self.told.what} as well, and counted once",
        )

    async def ask(self, session: AsyncSession, *, more: int) -> None:
        """Have what was told meet what is asked already; then ask whether they are others.

        `more` is how many came by it that may be those which are asked about.
        """
        sku, now = self.told.sku, self.told.at
        await pieces_asked.meet(session, sku, more, typed=self.pieces, now=now)
        if not self.typed:
            return
        oldest_first = sorted(self.typed, key=lambda one: one.entry)
        facts = {
            "typed": [
                f"{one.pieces} typed in on {one.shop.partition(':')[0]} at {for_people(one.at)}"
                for one in oldest_first
            ],
            "told": [f"{self.told.pieces} {self.told.what} at {for_people(now)}"],
            "more": self.pieces,
            "parts": {sku: self.pieces},
            "seen_at": oldest_first[0].at.isoformat(),
        }
        await pieces_asked.ask_about(session, oldest_first[-1].offer, facts, now=now)


async def find(
    session: AsyncSession,
    told: Told,
    *,
    first: LocationId | None = None,
    but_at: LocationId | None = None,
    since: datetime | None = None,
) -> Twice:
    """Which of the pieces hands have just added on shops: those at `first`, then the newest.

    Not those that lie `but_at` where they cannot be meant, nor what was typed before `since`.
    """
    require_transaction(session)
    oldest = told.at - TWICE_WITHIN
    found = await _standing(session, told.sku, oldest if since is None else max(since, oldest))
    meant = [one for one in found if one.location != but_at]
    typed, left = [], told.pieces
    for one in sorted(meant, key=lambda one: (one.location != first, -one.entry)):
        if share := min(left, one.pieces):
            typed.append(replace(one, pieces=share))
            left -= share
    return Twice(told=told, typed=typed)


async def received_after(session: AsyncSession, sku: Sku, moment: datetime) -> Told | None:
    """What was received just after something was typed, of which PEG believed nothing then."""
    book = entries.c
    query = (
        select(func.coalesce(func.sum(book.on_hand), 0), func.max(book.posted_at))
        .where(book.sku == sku, book.cause == Cause.RECEIVED)
        .where(book.posted_at.between(moment, moment + TWICE_WITHIN))
    )
    pieces, at = (await session.execute(query)).one()
    return Told(sku=sku, pieces=pieces, what=RECEIVED, at=at) if pieces else None


async def _standing(session: AsyncSession, sku: Sku, oldest: datetime) -> Sequence[Typed]:
    """What was taken back after it was typed is in the book no more."""
    book = entries.c
    query = (
        select(entries)
        .where(book.sku == sku, book.posted_at >= oldest)
        .where(book.cause.in_((Cause.EDITED, Cause.CORRECTED)))
        .order_by(book.id)
    )
    found: dict[tuple[str, str], list[Typed]] = {}
    for row in (await session.execute(query)).mappings():
        mine = found.setdefault((row["source"], row["reference"]), [])
        if row["on_hand"] < 0:
            mine[:] = _without(mine, -row["on_hand"])
        elif row["cause"] == Cause.EDITED:
            mine.append(
                Typed(
                    entry=row["id"],
                    shop=row["source"],
                    offer=row["reference"],
                    location=LocationId(row["location"]),
                    pieces=row["on_hand"],
                    at=row["posted_at"],
                )
            )
    return [one for mine in found.values() for one in mine]


def _without(typed: Sequence[Typed], pieces: int) -> Sequence[Typed]:
    """The newest were taken back."""
    left = []
    for one in reversed(typed):
        gone = min(pieces, one.pieces)
        pieces -= gone
        if one.pieces > gone:
            left.append(replace(one, pieces=one.pieces - gone))
    return left[::-1]
