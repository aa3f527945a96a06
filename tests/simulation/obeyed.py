"""Whether PEG keeps to what the owner told it: what is kept stays off sale, a pause is one."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tests.simulation.stage import Stage

from marketsim.market import OfferChanged
from marketsim.truth.records import Offer

ON_ITS_WAY_S = 30.0
"""What was sent before the pause arrives after it; what was not is never sent."""


class Obeyed:
    """Looks at what shops show of kept pieces, and at writes that should not have been."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._shown_since: dict[tuple[str, str], datetime] = {}

    def wrote(self, change: OfferChanged) -> str | None:
        """What is wrong with a write of PEG's; None where it was allowed to write."""
        paused_s = self._stage.wishes.paused_for_s(change.market)
        if paused_s <= ON_ITS_WAY_S:
            return None
        return f"{change.market} {change.unit} was written, paused for {paused_s:.0f} s by then"

    def too_long(self, seen_s: float) -> Iterator[str]:
        """Offers that show kept pieces for longer than that, as far as nothing was broken.

        While she wants no writes to its shop an offer shows what it did.
        """
        now = self._stage.world.clock.now()
        for key, offer in self._stage.world.truth.offers.items():
            kept = self._kept(offer)
            paused = self._stage.wishes.paused_for_s(offer.market) > 0
            if paused or not kept or not offer.tracked or offer.buyable <= self._free(offer):
                self._shown_since.pop(key, None)
                continue
            since = self._shown_since.setdefault(key, now)
            if self._stage.calm_s(since, now, in_pauses=True) > seen_s:
                who = f"{offer.market} {offer.unit}"
                yield f"{who} shows {offer.buyable} since {since:%H:%M:%S}, and {kept} are kept"

    def _kept(self, offer: Offer) -> int:
        return max((self._stage.wishes.kept(piece) for piece, _ in offer.parts), default=0)

    def _free(self, offer: Offer) -> int:
        """How many units could be sold without what is kept."""
        truth, wishes = self._stage.world.truth, self._stage.wishes
        could = [
            (truth.remaining[piece] - wishes.kept(piece)) // count for piece, count in offer.parts
        ]
        return max(0, min(could))


def never_ended(book: sqlite3.Connection, late: Callable[[datetime], bool]) -> Iterator[str]:
    """Holds that stand although the moment until which they were kept is `late` by now."""
    for number, sku, told in book.execute(KEPT_UNTIL).fetchall():
        if late(datetime.fromisoformat(told).replace(tzinfo=UTC)):
            yield f"hold {number} of {sku} never ended"


def holds_amiss(book: sqlite3.Connection, late: Callable[[datetime], bool]) -> Iterator[str]:
    """Holds that never ended, and pieces that are kept although no hold keeps them, or not kept."""
    yield from never_ended(book, late)
    for sku, reserved, kept in book.execute(KEPT_OTHERWISE).fetchall():
        yield f"{reserved} of {sku} are kept, and its holds keep {kept}"


def handed_over_without_a_case(
    book: sqlite3.Connection, stage: Stage, told: Callable[[datetime], bool]
) -> Iterator[str]:
    """What was sold online and handed over to somebody else, and PEG told nobody.

    Args:
        told: whether so long after such a moment PEG has heard of the sale, or it was given up.
    """
    had = {sku for (sku,) in book.execute("SELECT sku FROM cases").fetchall()}
    cancelled = stage.cancelled_orders()
    for double in stage.world.truth.double_sales:
        first = double.first.order if double.first is not None else None
        sku = stage.names.get(double.piece)
        known = first is not None and first not in cancelled and told(double.at)
        if double.market == "counter" and known and sku not in had:
            yield f"{sku} was sold by {first}, then handed over: no case was opened"


KEPT_UNTIL = "SELECT id, sku, until FROM holds WHERE ended_at IS NULL AND until IS NOT NULL"
KEPT_OTHERWISE = """
SELECT positions.sku, reserved, coalesce(kept, 0) FROM positions LEFT JOIN (
    SELECT holds.sku, sum(pieces) AS kept FROM held JOIN holds ON holds.id = hold
    WHERE ended_at IS NULL GROUP BY holds.sku
) AS by_holds ON by_holds.sku = positions.sku
WHERE reserved <> coalesce(kept, 0)
"""
