"""What becomes of an order after it was placed."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Literal

from marketsim.buyers.habits import Habits
from marketsim.clock import MarketClock
from marketsim.market import Market, NoSuchOrder, OrderClosed, OrderId

Fate = Literal["unpaid", "cancelled", "refunded", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order and the chance that decides its fate; each order has its own stream."""

    market: Market
    order: OrderId
    rng: Random

    def fate(self, habits: Habits) -> Fate:
        """Draw it."""
        drawn = self.rng.random()
        shares: tuple[tuple[Fate, float], ...] = (
            ("unpaid", habits.unpaid_share),
            ("cancelled", habits.cancelled_share),
            ("refunded", habits.refunded_share),
        )
        for fate, share in shares:
            if drawn < share:
                return fate
            drawn -= share
        return "kept"


async def meet_fate(
    placed: Placed, *, habits: Habits, clock: MarketClock, tally: Counter[str]
) -> None:
    """Wait, pay, ship, cancel or refund as drawn; an order closed by others is left alone."""
    try:
        await _live(placed, placed.fate(habits), habits=habits, clock=clock, tally=tally)
    except (NoSuchOrder, OrderClosed):
        tally["closed_by_others"] += 1


async def _live(
    placed: Placed, fate: Fate, *, habits: Habits, clock: MarketClock, tally: Counter[str]
) -> None:
    market, order, rng = placed.market, placed.order, placed.rng
    if fate == "unpaid":
        await clock.sleep(habits.unpaid_s)
        market.cancel(order, restock=True)
        tally["never_paid"] += 1
        return
    await clock.sleep(_around(habits.payment_s, rng))
    market.pay(order)
    tally["paid"] += 1
    if fate == "cancelled":
        await clock.sleep(_around(habits.cancelled_s, rng))
        market.cancel(order, restock=rng.random() < habits.restocked_share)
        tally["cancelled"] += 1
        return
    if fate == "refunded" and rng.random() < 0.3:
        await clock.sleep(_around(habits.cancelled_s, rng))
        market.refund(order, quantity=1, restock="cancel")
        tally["refunded"] += 1
        return
    await clock.sleep(_around(habits.shipped_s, rng))
    market.fulfil(order)
    tally["shipped"] += 1
    if fate == "refunded":
        await clock.sleep(_around(habits.shipped_s, rng))
        back = rng.random() < habits.restocked_share
        market.refund(order, quantity=1, restock="return" if back else "no_restock")
        tally["refunded"] += 1


def _around(mean_s: float, rng: Random) -> float:
    """Half the mean at least, and a long tail, but never more than five times the mean."""
    return min(5 * mean_s, mean_s / 2 + rng.expovariate(2 / mean_s)) if mean_s else 0.0
