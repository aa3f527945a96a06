"""One line of an order: what it stands for, where it counts, and what of it is new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.baseline import Inside
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot, Share
from peg.domain.stock import Cause
from peg.ledger import explaining
from peg.ledger.book import Posting
from peg.ledger.explaining import Released
from peg.ledger.first_figures import SOLD_BEFORE
from peg.ledger.line_effects import (
    AppliedRow,
    Rows,
    Step,
    Units,
    brought_of,
    brought_to,
    steps,
)
from peg.ledger.line_meaning import Resolved
from peg.ledger.line_places import LinePlaces
from peg.ledger.line_shares import Change, changes, settle
from peg.ledger.order_rows import Kept, line_row, shares_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one line asks for: rows to store, what to post, and what of it is new.

    Attributes:
        told: the line as it is to be kept.
        applied: rows that differ from before.
        dropped: items that the line was believed to take from a place, and does not.
        changes: what the marketplace newly did to its own figures.
        guessed: units were laid to one of several places, as far as those were known.
        stands: something of it counts in the book; of a cancelled line nothing does.
    """

    line: LineSnapshot
    told: dict[str, Any]
    applied: Sequence[AppliedRow] = ()
    dropped: Sequence[tuple[Sku, LocationId]] = ()
    postings: Sequence[Posting] = ()
    changes: Sequence[Change] = ()
    guessed: bool = False
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWork:
    """One line as told now, beside what was kept and applied of it.

    Attributes:
        meaning: None while nobody knows what the line stands for.
        added_later: the order was known as a whole, without this line.
        unsure_inside: that it is inside the first figures is assumed, until the shop is read.
        earlier: what the order's lines before this one post.
    """

    session: AsyncSession
    order: OrderSnapshot
    line: LineSnapshot
    meaning: Resolved | None
    kept: Kept | None
    before: Rows
    added_later: bool
    unsure_inside: bool
    places: Mapping[str, LocationId]
    earlier: Sequence[Posting]
    now: datetime

    async def do(self) -> Done:
        """Find out what is new; nothing is written but the suspense that it explains."""
        settled = settle(self.line, shares_kept(self.kept))
        if self.meaning is None and not self.before:
            return Done(line=self.line, told=self._told(settled.shares))
        if self._is_cut_short():
            return Done(line=self.line, told=dict(self.kept or {}) or self._told(settled.shares))
        changes, released = await self._explain(self._changes(settled.shares))
        explained = entries_of(self.order, self.line, released=released)
        rows = {
            (row.sku, row.location): row
            for sku, need in self._needs().items()
            for row in await self._rows(sku, need, settled.shares, [*self.earlier, *explained])
        }
        why = SOLD_BEFORE if _brings(rows) and not _brings(self.before) else ""
        moves = steps(self.before, rows)
        return Done(
            line=self.line,
            told=self._told(settled.shares),
            applied=[row for key, row in rows.items() if row != self.before.get(key)],
            dropped=[key for key in self.before if key not in rows],
            postings=[*explained, *entries_of(self.order, self.line, moves=moves, why=why)],
            changes=changes,
            guessed=settled.guessed,
            stands=any(row.committed or row.gone or row.brought for row in rows.values()),
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
    def _assumed_place(self) -> str | None:
        """What was assumed once stays: the marketplace's figures were followed there."""
        if self._settled and self.kept is not None and self.kept["assumed_place"] is not None:
            return str(self.kept["assumed_place"])
        return self.meaning.assumed_place if self.meaning else None

    @property
    def _inside(self) -> bool:
        """Whether it was sold before the first figures were read, which did not count it."""
        if self.before:
            return _brings(self.before)
        told = self.meaning is not None and self.meaning.inside is Inside.YES
        return told and not self.added_later

    @property
    def _followed(self) -> bool:
        """Whether it was not sure before, and the first figures of its offer tell of it already."""
        if self.meaning is None or not self.meaning.sure or not self.before or self._settled:
            return False
        return self.meaning.inside is not Inside.NO

    def _told(self, shares: Sequence[Share]) -> dict[str, Any]:
        return line_row(
            self.order,
            self.line,
            shares=shares,
            assumed=self._assumed_place,
            unsure_inside=self.unsure_inside,
            offer=self._offer,
            resolved=self._sure,
        )

    def _is_cut_short(self) -> bool:
        """An incomplete answer that tells of fewer pieces sold is not believed; a person is."""
        told, applied = Units.told(self.line), Units.applied(self.before)
        fewer = told.taken < applied.taken or told.gone < applied.gone
        return fewer and not self.order.complete and self.order.never_sold is None

    def _needs(self) -> Mapping[Sku, int]:
        """Pieces that one unit takes of each item."""
        guessed_still = self.meaning is None or not (self.meaning.sure or self.meaning.anew)
        if self.before and (self._settled or guessed_still):
            return {row.sku: row.need for row in self.before.values()}
        needs: dict[Sku, int] = {}
        for component in self.meaning.components if self.meaning else ():
            needs[component.sku] = needs.get(component.sku, 0) + component.quantity
        return needs

    async def _rows(
        self, sku: Sku, need: int, shares: Sequence[Share], before: Sequence[Posting]
    ) -> list[AppliedRow]:
        """What is to be applied of one item, place by place."""
        here = [row for row in self.before.values() if row.sku == sku]
        lie = LinePlaces(
            session=self.session,
            shop=self.order.shop,
            places=self.places,
            kept=shares_kept(self.kept),
            units=shares,
            before=before,
        )
        at = await lie.of(sku, need, here)
        brought = self._brought(here, need, {place: share.taken for place, share in at.items()})
        return [
            AppliedRow.of(
                at.get(location, Share()),
                sku=sku,
                need=need,
                location=location,
                brought=brought.get(location, 0),
            )
            for location in sorted(at.keys() | brought.keys())
        ]

    def _brought(
        self, here: Sequence[AppliedRow], need: int, taken: Mapping[LocationId, int]
    ) -> Mapping[LocationId, int]:
        """Pieces of an item to put on the shelf, by place.

        The first figures left out what was sold before; what was never sold they did not.
        """
        if self.order.never_sold is not None:
            return {}
        if not self.before:
            return taken if self._inside else {}
        if not here and self._followed:
            return taken  # the first figures of what it took came after it
        known = here or _of_one_item(self.before)  # the line is newly known to take this one
        return brought_to(brought_of(known, need), taken)

    def _changes(self, shares: Sequence[Share]) -> Sequence[Change]:
        """What of it the marketplace's figures were not known to have followed yet."""
        if (self._inside or self._followed) and not self._settled:
            return ()
        followed = shares_kept(self.kept) if self._settled else ()
        return changes(followed, shares, self._assumed_place)

    async def _explain(
        self, fresh: Sequence[Change]
    ) -> tuple[Sequence[Change], Sequence[Released]]:
        """Let the sale explain what had been missed where it was sold."""
        if self._offer is None:
            return fresh, ()
        explained: list[Change] = []
        released: list[Released] = []
        for change in fresh:
            units: int = 0
            found: Sequence[Released] = ()
            if change.sold:
                units, found = await explaining.consume(
                    self.session,
                    self._offer,
                    change.sold,
                    place=change.place if change.told else None,
                    sold_at=self.order.created_at,
                    now=self.now,
                )
            released += found
            explained.append(replace(change, explained=units, doubtful=self._is_early(found)))
        return explained, released

    def _is_early(self, missed: Sequence[Released]) -> bool:
        """Whether some were missed before, or in the very second that, the order was placed."""
        return any(one.shown_at and one.shown_at <= self.order.created_at for one in missed)


NEVER_SOLD = "never sold, says"
"""How the note of an order that a person took back goes on."""


def entries_of(
    order: OrderSnapshot,
    line: LineSnapshot,
    *,
    released: Iterable[Released] = (),
    moves: Iterable[Step] = (),
    why: str = "",
) -> list[Posting]:
    """The postings of one line: what it explains, then what it takes, and why if that is odd."""
    happened_at, said = order.updated_at, order.never_sold
    if said is not None:
        happened_at, why = said.at, f"{NEVER_SOLD} {said.who}: {said.why}"
    explained = [(one.sku, one.location, one.on_hand, 0, -one.suspended) for one in released]
    taken = [(one.sku, one.location, one.on_hand, one.committed, 0) for one in moves]
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
            happened_at=happened_at,
            note=", ".join(filter(None, (order.name, line.title, why))),
        )
        for sku, location, on_hand, committed, suspended in [*explained, *taken]
    ]


def _brings(rows: Rows) -> bool:
    """Whether pieces are put on the shelf on top of the first figures."""
    return any(row.brought for row in rows.values())


def _of_one_item(rows: Rows) -> Sequence[AppliedRow]:
    first = next(iter(rows.values()))
    return [row for row in rows.values() if row.sku == first.sku]
