"""The person behind the counter, who changes stock by hand in either admin."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from marketsim.buyers.habits import Habits
from marketsim.clock import MarketClock
from marketsim.market import EditRefused, Happening, Market, Sold
from marketsim.pieces import MarketName, PieceId

Parts = tuple[tuple[PieceId, int], ...]

SHELF_PIECES_MAX = 999
"""What is offered beyond it is not counted at all, so that there is no figure to edit."""


class Shopkeeper:
    """Takes pieces away (a fair, a breakage), brings new ones, reactivates a listing at times.

    She edits only what lies quiet: a hand edit in the second of a sale says nothing that anybody
    could tell apart from the sale.
    """

    def __init__(
        self,
        markets: Mapping[MarketName, Market],
        *,
        habits: Habits,
        clock: MarketClock,
        rng: Random,
        tally: Counter[str],
    ) -> None:
        """Work in both admins; draw from `rng`."""
        self._markets = markets
        self._habits = habits
        self._clock = clock
        self._rng = rng
        self._tally = tally
        self._last_touched: dict[PieceId, datetime] = {}
        self._sold: set[Parts] = set()

    def note(self, happening: Happening) -> None:
        """Remember when a piece was last touched, and what was ever sold."""
        self._last_touched |= {piece: happening.at for piece, _ in happening.parts}
        if isinstance(happening, Sold):
            self._sold.add(happening.parts)

    def look_around(self) -> None:
        """Called once per order: now and then, do something."""
        if self._rng.random() < self._habits.edits_per_order:
            self._edit()
        if self._rng.random() < self._habits.reactivations_per_order:
            self._reactivate()

    def _edit(self) -> None:
        market = self._rng.choice(list(self._markets.values()))
        down = self._rng.random() < self._habits.edits_down_share
        units = market.units()
        quiet = [
            offered
            for offered in market.offered()
            if offered.quantity <= SHELF_PIECES_MAX
            and (down or offered.quantity > 1)
            and self._is_quiet(units[offered.unit])
        ]
        if not quiet:
            return
        chosen = self._rng.choice(quiet)
        delta = -1 if down else self._rng.randint(1, 3)
        try:
            market.edit_stock(chosen.unit, delta=delta)
        except EditRefused:
            return
        self._tally["edited_down" if down else "edited_up"] += 1

    def _is_quiet(self, parts: Parts) -> bool:
        """One piece, not a set of them, and long untouched."""
        if len(parts) != 1:
            return False
        touched = self._last_touched.get(parts[0][0])
        quiet_since = self._clock.now() - timedelta(seconds=self._habits.quiet_s)
        return touched is None or touched < quiet_since

    def _reactivate(self) -> None:
        market = self._rng.choice(list(self._markets.values()))
        sold = [
            unit
            for unit, parts in market.units().items()
            if parts in self._sold and market.buyable(unit) == 0
        ]
        if not sold:
            return
        try:
            market.reactivate(self._rng.choice(sold))
        except EditRefused:
            return
        self._tally["reactivated"] += 1
