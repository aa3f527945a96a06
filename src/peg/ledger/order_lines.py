"""One line of an order: what it stands for, where it counts, and what of it is new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger import suspense
from peg.ledger.book import Posting
from peg.ledger.line_effects import NO_UNITS, AppliedRow, Step, Units, steps
from peg.ledger.order_rows import Kept, line_row
from peg.ledger.places import place_for
from peg.ledger.suspense import Released


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One item that a sale of an offer takes, and how many of it."""

    sku: Sku
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a line stands for in the catalogue.

    Attributes:
        offer: None where the items are known, and the offer is not.
        inside: the line was sold before the offer's baseline was read, so its pieces are not among
            those that were available then.
        sure: False where it holds more than it can have taken, until somebody tells.
    """

    offer: OfferId | None
    components: Sequence[Component]
    inside: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one line asks for: rows to store, steps to post, and what of it is new.

    Attributes:
        told: the line as it is to be kept.
        applied: rows that differ from before.
        dropped: items that the line was believed to take, and does not.
    """

    line: LineSnapshot
    told: dict[str, Any]
    applied: Sequence[AppliedRow] = ()
    dropped: Sequence[Sku] = ()
    steps: Sequence[Step] = ()
    released: Sequence[Released] = ()
    sold: int = 0
    explained: int = 0
    put_back: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWork:
    """One line as told now, beside what was kept and applied of it.

    Attributes:
        meaning: None while nobody knows what the line stands for.
        added_later: the order was known as a whole, without this line.
    """

    session: AsyncSession
    order: OrderSnapshot
    line: LineSnapshot
    meaning: Resolved | None
    kept: Kept | None
    before: Mapping[Sku, AppliedRow]
    added_later: bool
    places: Mapping[str, LocationId]
    now: datetime

    async def do(self) -> Done:
        """Find out what is new; nothing is written but the suspense that it explains."""
        if self.meaning is None and not self.before:
            told = line_row(self.order, self.line, offer=None, resolved=False)
            return Done(line=self.line, told=told)
        if self._is_cut_short():
            return Done(line=self.line, told=dict(self.kept or {}) or self._told())
        needs = self._needs()
        rows = [await self._row(sku, need) for sku, need in needs.items()]
        dropped = [sku for sku in self.before if sku not in needs]
        sold, put_back = self._new_units()
        moved = self._units_moved()
        explained, released = await self._explain(sold + moved)
        moves = [
            *(step for row in rows for step in steps(self.before.get(row.sku), row)),
            *(step for sku in dropped for step in steps(self.before[sku], None)),
        ]
        return Done(
            line=self.line,
            told=self._told(),
            applied=[row for row in rows if row != self.before.get(row.sku)],
            dropped=dropped,
            steps=moves,
            released=released,
            sold=sold,
            explained=explained,
            put_back=put_back,
            moved=moved,
        )

    @property
    def _settled(self) -> bool:
        """Whether it is known for sure what the applied rows stand for."""
        return bool(self.before) and bool(self.kept and self.kept["resolved"])

    @property
    def _sure(self) -> bool:
        return self._settled or (self.meaning is not None and self.meaning.sure)

    @property
    def _offer(self) -> OfferId | None:
        """What was sure once stays, whatever is mapped later."""
        if self._settled and self.kept is not None and self.kept["offer"] is not None:
            return OfferId(self.kept["offer"])
        return self.meaning.offer if self.meaning and self._sure else None

    @property
    def _inside(self) -> bool:
        """Whether it was sold before the first figures were read, which did not count it."""
        if self.before:
            return self._units_brought > 0
        return self.meaning is not None and self.meaning.inside and not self.added_later

    @property
    def _units_brought(self) -> int:
        """Units to be put on the shelf on top of the first figures."""
        row = next(iter(self.before.values()), None)
        if row is not None:
            return row.brought // row.need
        return self.line.taken if self._inside else 0

    def _told(self) -> dict[str, Any]:
        return line_row(self.order, self.line, offer=self._offer, resolved=self._sure)

    def _is_cut_short(self) -> bool:
        """An incomplete answer that tells of fewer pieces sold is not believed."""
        told, applied = Units.told(self.line), Units.applied(self.before)
        fewer = told.taken < applied.taken or told.gone < applied.gone
        return fewer and not self.order.complete

    def _needs(self) -> Mapping[Sku, int]:
        """Pieces that one unit takes of each item."""
        guessed_still = self.meaning is None or not self.meaning.sure
        if self.before and (self._settled or guessed_still):
            return {sku: row.need for sku, row in self.before.items()}
        needs: dict[Sku, int] = {}
        for component in self.meaning.components if self.meaning else ():
            needs[component.sku] = needs.get(component.sku, 0) + component.quantity
        return needs

    async def _row(self, sku: Sku, need: int) -> AppliedRow:
        before = self.before.get(sku)
        return AppliedRow.of(
            self.line,
            sku=sku,
            need=need,
            location=await place_for(
                self.session, sku, self.order.shop, self.line, before, self.places
            ),
            brought=need * self._units_brought,
        )

    def _new_units(self) -> tuple[int, int]:
        """Units sold and put back of which the marketplace's figures were not followed yet."""
        if self._settled:
            return Units.told(self.line).since(Units.applied(self.before))
        return (0, 0) if self._inside else Units.told(self.line).since(NO_UNITS)

    def _units_moved(self) -> int:
        """Units that the marketplace now takes from another of its places than before."""
        before = self.kept["remote_location"] if self.kept and self._settled else None
        if None in {before, self.line.remote_location} or before == self.line.remote_location:
            return 0
        return min(Units.applied(self.before).taken, self.line.taken)

    async def _explain(self, sold: int) -> tuple[int, Sequence[Released]]:
        """Let the sale explain what had been missed where it was sold."""
        if not sold or self._offer is None:
            return 0, ()
        return await suspense.consume(
            self.session,
            self._offer,
            sold,
            place=self.line.remote_location,
            sold_at=self.order.created_at,
            now=self.now,
        )


def entries_of(order: OrderSnapshot, done: Iterable[Done]) -> list[Posting]:
    """The postings of an order's lines."""
    return [
        Posting(
            sku=sku,
            location=location,
            on_hand=on_hand,
            committed=committed,
            suspended=suspended,
            cause=Cause.ORDER,
            source=order.shop,
            reference=order.order,
            happened_at=order.updated_at,
            note=f"{order.name}, {one.line.title}",
        )
        for one in done
        for sku, location, on_hand, committed, suspended in _figures(one)
    ]


def _figures(one: Done) -> Iterable[tuple[Sku, LocationId, int, int, int]]:
    for released in one.released:
        yield released.sku, released.location, released.on_hand, 0, -released.suspended
    for step in one.steps:
        yield step.sku, step.location, step.on_hand, step.committed, 0
