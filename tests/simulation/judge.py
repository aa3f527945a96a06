"""Whether the promises hold, judged from the marketplaces' truth and the book's bare rows.

Nothing here uses PEG's code: the book is read with SQL, the shelf from the practice shops.
"""

import asyncio
import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.simulation.bare_rows import (
    ASKED,
    BELOW_ZERO,
    ENTRIES,
    LEVELS,
    OFFER,
    POSITIONS,
    TWICE,
    UNHANDLED,
)
from tests.simulation.obeyed import Obeyed, handed_over_without_a_case, holds_amiss
from tests.simulation.one_figure import shows_the_lowest
from tests.simulation.shelf import differences, edited, raised_too_high
from tests.simulation.stage import OPENING, Stage
from tests.support.bare_book import DIRTY

from marketsim.market import Happening, OfferChanged
from marketsim.pieces import PieceId
from marketsim.truth.records import DoubleSale
from marketsim.truth.watch import APPS

CEILING_S = 300.0
"""A piece is on sale elsewhere no longer than this: a poll of 120 s, the receipts' lag, the work
of a busy minute. Time in which something was broken does not count."""

CROSSED_S = 60.0
"""A raise may cross a sale made since its proof was read."""

SEEN_S = 600.0
"""What nobody tells, as what a person does, a glance sees, every 300 s or less, or the next one."""

PAID_OR_GIVEN_UP_S = 7200.0
"""Etsy tells of a sale once it is paid; one that is not was given up by then."""

LOOKS_EVERY_S = 60.0

HIDES_FOR = timedelta(seconds=1800)
"""Whoever takes a piece by hand close to a sale looks like it, until its order had its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that did not hold. `invariant` is its name in DESIGN.md."""

    invariant: str
    sentence: str
    at_s: float

    def __str__(self) -> str:
        return f"{self.invariant} at {self.at_s / 3600:.3f} h: {self.sentence}"


@dataclass(slots=True)
class Judge:
    """Looks after every step, and once more at the end; `enough` once one of `until` is broken."""

    stage: Stage
    until: Collection[str] = ()
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    violations: list[Violation] = field(default_factory=list)
    _book: sqlite3.Connection = field(init=False)
    _obeyed: Obeyed = field(init=False)
    _seen_commits: int = -1
    _double_sales: int = 0
    _looked_s: float = 0.0

    def __post_init__(self) -> None:
        self._book = sqlite3.connect(self.stage.home / "peg.db", isolation_level=None)
        self._book.row_factory = sqlite3.Row
        self._obeyed = Obeyed(self.stage)
        for practice in self.stage.world.practices.values():
            practice.market.listen(self._hear)

    def after_step(self) -> None:
        """What must hold at every moment."""
        if self.stage.disk.commits != self._seen_commits:
            self._seen_commits = self.stage.disk.commits
            self._sums()
        if self.stage.life.process.gave_up:
            self._fails("I4", self.stage.life.process.gave_up)
        truth = self.stage.world.truth
        for double in truth.double_sales[self._double_sales :]:
            self._sold_twice(double)
        self._double_sales = len(truth.double_sales)
        now_s = (self.stage.world.clock.now() - OPENING).total_seconds()
        if now_s - self._looked_s > LOOKS_EVERY_S:
            self._looked_s = now_s
            self._shown_too_long()
            self._obeyed_her()

    def at_the_end(self) -> None:
        """What must hold once everything has come to rest."""
        self._orders_taken_in()
        self._letters_kept()
        self._offers_at_rest()
        self._pieces_as_they_lie()
        self._cases_open(told_s=0.0)

    def close(self) -> None:
        """Look no more."""
        self._book.close()

    def _hear(self, happening: Happening) -> None:
        if isinstance(happening, OfferChanged):
            self.stage.trace.note(
                f"{happening.market} {happening.unit} shows {happening.buyable} by {happening.by}"
            )
            if happening.by == "app":
                self._raised(happening)
            unwanted = self._obeyed.wrote(happening) if happening.by in APPS else None
            if unwanted:
                self._fails("I7", unwanted)

    def _fails(self, invariant: str, sentence: str) -> None:
        at_s = (self.stage.world.clock.now() - OPENING).total_seconds()
        found = Violation(invariant=invariant, sentence=sentence, at_s=at_s)
        if all(found.sentence != known.sentence for known in self.violations):
            self.violations.append(found)
            if invariant in self.until:
                self.enough.set()
            self.stage.trace.note(f"VIOLATION {found}")

    def _sums(self) -> None:
        """I1: entries add up to levels, levels to positions; below zero only with a case."""
        entries = {tuple(row[:2]): tuple(row[2:]) for row in self._book.execute(ENTRIES)}
        sums: dict[str, list[int]] = {}
        for row in self._book.execute(LEVELS):
            sku, place, *parts = row
            if any(parts) and tuple(parts) != entries.get((sku, place)):
                self._fails("I1", f"the entries of {sku} at {place} do not add up to its level")
            sums[sku] = [a + b for a, b in zip(sums.get(sku, [0] * 6), parts, strict=True)]
        for sku, *parts in self._book.execute(POSITIONS):
            if parts != sums.get(sku, [0] * 6):
                self._fails("I1", f"the levels of {sku} do not add up to its position")
        for row in self._book.execute(BELOW_ZERO):
            self._fails("I1", f"{row['sku']} is at {row['available']} without a case")
        for row in self._book.execute(TWICE):
            self._fails("I2", f"line {row['line']} of {row['order_id']} stands for more than it is")

    def _sold_twice(self, double: DoubleSale) -> None:
        """I5: only inside the window; I3: never because PEG had raised it."""
        counts = double.market != "counter" and self.stage.answers_for([double.piece], double.at)
        if not double.tracked or not counts:
            return
        window, at = double.window, double.at
        who = f"{double.piece} was sold again on {double.market} ({double.order})"
        if window is None:
            self._fails("I5", f"{who} although nothing showed it")
        elif window.opened_by == "raised by app":
            left_s = (window.since - double.first.at).total_seconds() if double.first else 1e9
            if left_s > CROSSED_S:
                self._fails("I3", f"{who}: PEG had raised it {left_s:.0f} s after it was gone")
        elif window.opened_by == "raised by person":
            self._late(who, window.since, at, "a person had put it back", within_s=CEILING_S)
        else:
            since = max(window.since, self.stage.answers_since([double.piece]))
            self._late(who, since, at, "it was shown", within_s=CEILING_S)

    def _raised(self, change: OfferChanged) -> None:
        """I3: PEG raises nothing above what lies there, whether or not somebody buys it."""
        truth = self.stage.world.truth
        if raised_too_high(truth, change):
            self._fails(
                "I3",
                f"{change.market} {change.unit} was raised to {change.buyable}, there are"
                f" {truth.allowed(change.parts)}",
            )

    def _obeyed_her(self) -> None:
        """I4: what she keeps is off sale, until its time is over."""
        late = partial(self._is_late, by_s=SEEN_S)
        for sentence in (*self._obeyed.too_long(SEEN_S), *holds_amiss(self._book, late)):
            self._fails("I4", sentence)
        self._cases_open(told_s=PAID_OR_GIVEN_UP_S)

    def _is_late(self, moment: datetime, *, by_s: float) -> bool:
        """Whether a moment of PEG's clock is past by so long a time in which nothing was broken."""
        now = self.stage.world.clock.now()
        past = self.stage.life.ground.clock.now() - moment
        calm_s = self.stage.calm_s(now - past, now, in_pauses=True)
        return past > timedelta(seconds=by_s) and calm_s > by_s

    def _shown_too_long(self) -> None:
        """I5: no offer stays above what lies there, whether or not somebody buys it."""
        truth, now = self.stage.world.truth, self.stage.world.clock.now()
        for offer in truth.offers.values():
            window = offer.window
            if window is None or not offer.tracked or window.opened_by == "opening":
                continue
            if not self.stage.answers_for(_pieces(offer.parts), now):
                continue
            hidden = window.opened_by == "sale" and edited(truth, offer.parts, now - HIDES_FOR)
            since = max(window.since, self.stage.answers_since(_pieces(offer.parts)))
            if self._calm_s(since, now) > SEEN_S and not hidden:
                at_s = (window.since - OPENING).total_seconds()
                self._fails(
                    "I5",
                    f"{offer.market} {offer.unit} shows too much since {at_s / 3600:.3f} h"
                    f" ({window.opened_by})",
                )

    def _late(self, who: str, since: datetime, at: datetime, why: str, *, within_s: float) -> None:
        calm_s = self._calm_s(since, at)
        if calm_s > within_s:
            self._fails("I5", f"{who}: {why} for {calm_s:.0f} s in which nothing was broken")

    def _calm_s(self, since: datetime, until: datetime) -> float:
        return self.stage.calm_s(since, until)

    def _orders_taken_in(self) -> None:
        """I2: each order of a marketplace stands in the book."""
        kept = {
            (row["shop"].partition(":")[0], row["order_id"])
            for row in self._book.execute("SELECT shop, order_id FROM orders")
        }
        for market, orders in self.stage.world.truth.orders.items():
            for order in sorted(orders):
                number = order.rsplit("/", 1)[-1]
                if (market, number) not in kept:
                    self._fails("I2", f"order {number} of {market} is not in the book")

    def _letters_kept(self) -> None:
        """I6: what was acknowledged is in the inbox, and nothing waits or is dead."""
        kept = {row[0] for row in self._book.execute("SELECT delivery FROM inbox")}
        for name, practice in self.stage.world.practices.items():
            for attempt in practice.courier.record():
                if attempt.accepted and attempt.kind != "forged" and attempt.notice not in kept:
                    self._fails("I6", f"{name} was told that {attempt.notice} is kept; it is not")
                if attempt.accepted and attempt.kind == "forged":
                    self._fails("I6", f"a forged delivery was believed: {attempt.notice}")
        for row in self._book.execute(UNHANDLED):
            self._fails("I6", f"delivery {row['delivery']} ({row['topic']}): {row['last_error']}")

    def _offers_at_rest(self) -> None:
        """I4: every offer shows what the shelf allows, or less where a person is asked."""
        asked = self._asked()
        for offer in self.stage.world.truth.offers.values():
            allowed = self.stage.world.truth.allowed(offer.parts) if offer.parts else 0
            if not self.stage.answers_for(_pieces(offer.parts), self.stage.world.clock.now()):
                continue
            if offer.tracked and offer.buyable > allowed and not self._told(offer.unit, asked):
                self._fails(
                    "I4", f"{offer.market} {offer.unit} shows {offer.buyable}, there are {allowed}"
                )
        for row in self._book.execute(DIRTY):
            skus = json.loads(row["skus"])
            is_asked = str(row["offer"]) in asked or not asked.isdisjoint(skus)
            if not is_asked and not shows_the_lowest(self.stage, skus):
                self._fails(
                    "I4", f"offer {row['offer']} is not at its target: {row['last_outcome']}"
                )

    def _pieces_as_they_lie(self) -> None:
        """I1, I2: the book allows what lies on the shelf unsold."""
        receipts = self.stage.world.practices["etsy"].market.truth()["receipts"]
        cancelled = {str(one["id"]) for one in receipts if one["status"] == "canceled"}
        truth, names = self.stage.world.truth, self.stage.names_known()
        for sentence in differences(self._book, truth, names, cancelled=cancelled):
            self._fails("I2", sentence)

    def _told(self, unit: str, asked: set[str]) -> bool:
        listing, _, rest = unit.rpartition("/")
        rows = self._book.execute(OFFER, (unit.split("/", maxsplit=1)[0], rest, listing)).fetchall()
        return any(str(row["id"]) in asked or set(json.loads(row["skus"])) & asked for row in rows)

    def _asked(self) -> set[str]:
        rows = self._book.execute(ASKED).fetchall()
        return {str(row[0]) for row in rows}

    def _cases_open(self, *, told_s: float) -> None:
        """I5: what was sold and then handed over to somebody else has had a case."""
        now = self.stage.world.clock.now()
        told = partial(self._is_calm_since, until=now, by_s=told_s)
        for sentence in handed_over_without_a_case(self._book, self.stage, told):
            self._fails("I5", sentence)

    def _is_calm_since(self, moment: datetime, *, until: datetime, by_s: float) -> bool:
        return self.stage.calm_s(moment, until, in_pauses=True) >= by_s

    def find(self, query: str) -> list[dict[str, Any]]:
        """Rows of the book, for whoever looks into a failure."""
        return [dict(row) for row in self._book.execute(query)]


def _pieces(parts: Iterable[tuple[PieceId, int]]) -> list[PieceId]:
    return [piece for piece, _ in parts]
