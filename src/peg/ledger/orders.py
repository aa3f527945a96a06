"""Apply an order's newest snapshot to the book: the difference to what was applied, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger import suspense
from peg.ledger.book import Posting, post
from peg.ledger.order_rows import (
    AppliedRow,
    applied_rows,
    keep_header,
    keep_line,
    known_header,
    store_applied,
)
from peg.ledger.places import place_for


class Outcome(Enum):
    """What applying a snapshot did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"  # a newer snapshot was applied before


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One item that a sale of an offer takes, and how many of it."""

    sku: Sku
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a line stands for in the catalogue.

    Attributes:
        inside: the line was sold before the offer's baseline was read, so its pieces are not among
            those that were available then.
    """

    offer: OfferId | None
    components: Sequence[Component]
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedLine:
    """What one line did.

    Attributes:
        offer: None while nobody knows what the line stands for.
        d_taken: units that the marketplace has newly taken off what it shows; below 0: put back.
        consumed_suspense: of these, units that had been missed there before.
    """

    line: str
    offer: OfferId | None
    d_taken: int
    consumed_suspense: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one snapshot did."""

    outcome: Outcome
    lines: Sequence[AppliedLine] = ()


async def apply(
    session: AsyncSession,
    order: OrderSnapshot,
    resolved: Mapping[str, Resolved],
    *,
    places: Mapping[str, LocationId],
    now: datetime,
) -> Applied:
    """Post what the snapshot says and was not posted yet.

    Args:
        session: the task's transaction.
        order: the whole order as it stood at one moment.
        resolved: by line id; a line that is missing here is kept and listed, never dropped.
        places: the marketplace's locations with ours.
        now: when it is posted.

    A snapshot older than the applied one changes nothing. A line that an answer leaves out keeps
    what was applied: an incomplete answer is no cancellation. A sale always posts, below zero too.
    """
    require_transaction(session)
    known = await known_header(session, order)
    if known is not None and (order.updated_at, order.fetched_at) < known:
        return Applied(outcome=Outcome.OLDER)
    await keep_header(session, order, now=now)
    before = await applied_rows(session, order)
    done: list[AppliedLine] = []
    postings: list[Posting] = []
    for line in order.lines:
        meaning = resolved.get(line.line)
        offer = meaning.offer if meaning else None
        await keep_line(session, order, line, offer=offer, resolved=meaning is not None)
        if meaning is None:
            done.append(AppliedLine(line=line.line, offer=None, d_taken=0))
            continue
        work = _LineWork(session=session, order=order, line=line, meaning=meaning, now=now)
        one, changes = await work.apply(before.get(line.line, {}), places)
        done.append(one)
        postings += changes
    await post(session, postings, now=now)
    changed = bool(postings) or any(one.d_taken for one in done)
    outcome = Outcome.CHANGED if changed else Outcome.SAME
    return Applied(outcome=Outcome.NEW if known is None else outcome, lines=tuple(done))


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineWork:
    """One line that is known to the catalogue."""

    session: AsyncSession
    order: OrderSnapshot
    line: LineSnapshot
    meaning: Resolved
    now: datetime

    async def apply(
        self, before: Mapping[Sku, AppliedRow], places: Mapping[str, LocationId]
    ) -> tuple[AppliedLine, list[Posting]]:
        """Post one line's difference, component by component."""
        first = not before
        d_taken = self.line.taken - _units_taken(before)
        inside = first and self.meaning.inside
        consumed = 0
        postings: list[Posting] = []
        if d_taken > 0 and not inside and self.meaning.offer is not None:
            consumed, released = await suspense.consume(
                self.session, self.meaning.offer, d_taken, now=self.now
            )
            postings += [
                self._posting(one.sku, one.location, suspended=-one.pieces) for one in released
            ]
        for sku, need in self._parts(before).items():
            postings += await self._component(sku, need, before.get(sku), places, inside=inside)
        line = AppliedLine(
            line=self.line.line,
            offer=self.meaning.offer,
            d_taken=0 if inside else d_taken,
            consumed_suspense=consumed,
        )
        return line, postings

    def _parts(self, before: Mapping[Sku, AppliedRow]) -> Mapping[Sku, int]:
        """What was applied once stays what the line stands for, whatever is mapped later."""
        if before:
            return {sku: row.need for sku, row in before.items()}
        needs: dict[Sku, int] = {}
        for component in self.meaning.components:
            needs[component.sku] = needs.get(component.sku, 0) + component.quantity
        return needs

    async def _component(
        self,
        sku: Sku,
        need: int,
        before: AppliedRow | None,
        places: Mapping[str, LocationId],
        *,
        inside: bool,
    ) -> list[Posting]:
        location = await place_for(self.session, sku, self.order.shop, self.line, before, places)
        after = AppliedRow.of(self.line, sku=sku, need=need, location=location)
        if after == before:
            return []
        await store_applied(self.session, self.order, self.line.line, after)
        gone = need * (self.line.shipped + self.line.written_off)
        committed = need * self.line.committed
        if inside:  # the baseline counted only what was available: these pieces come on top
            return [self._posting(sku, location, on_hand=committed, committed=committed)]
        if before is None:
            return [self._posting(sku, location, on_hand=-gone, committed=committed)]
        return self._difference(before, after)

    def _difference(self, before: AppliedRow, after: AppliedRow) -> list[Posting]:
        if before.location == after.location:
            return [
                self._posting(
                    after.sku,
                    after.location,
                    on_hand=before.gone - after.gone,
                    committed=after.committed - before.committed,
                )
            ]
        return [
            self._posting(
                before.sku, before.location, on_hand=before.gone, committed=-before.committed
            ),
            self._posting(
                after.sku, after.location, on_hand=-after.gone, committed=after.committed
            ),
        ]

    def _posting(
        self,
        sku: Sku,
        location: LocationId,
        *,
        on_hand: int = 0,
        committed: int = 0,
        suspended: int = 0,
    ) -> Posting:
        return Posting(
            sku=sku,
            location=location,
            on_hand=on_hand,
            committed=committed,
            suspended=suspended,
            cause=Cause.ORDER,
            source=self.order.shop,
            reference=self.order.order,
            happened_at=self.order.updated_at,
            note=f"{self.order.name}, {self.line.title}",
        )


def _units_taken(before: Mapping[Sku, AppliedRow]) -> int:
    """Units of the line that were applied as taken; the same for every component."""
    return next((row.taken // row.need for row in before.values()), 0)
