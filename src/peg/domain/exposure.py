"""How likely the sale of a last piece is sold twice, and what that is expected to cost. Pure.

Between a sale on one shop and the withdrawal on the others, somebody may buy the piece there too.
Buyers are taken to come as a Poisson process: at `r` a second, none comes within `t` seconds with
probability exp(-r t).

Source: Ross, Introduction to Probability Models, chapter 5 (the exponential distribution and the
Poisson process). With the mean of the measured seconds for `t` the chance is never too low: it
bends down with `t`, so that the mean of the chances is at most the chance of the mean (Jensen).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from statistics import fmean, median

from peg.domain.identity import ShopId
from peg.domain.money import Money, minor_digits

Pair = tuple[ShopId, ShopId]
"""Where a piece was sold, and where it had to be withdrawn."""

WITHDRAWALS_MIN = 5
"""So many must have been measured of a pair of shops before its seconds are believed."""

ENDS_BELOW = Decimal("0.8")
"""What is shown on one shop only stays so until it costs less than that part of what is allowed:
each sale moves the figures a little, and a piece must not come and go with them."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between sales on one shop and the withdrawals on another; at least one of them."""

    seconds: Sequence[float]

    def __post_init__(self) -> None:
        if not self.seconds or min(self.seconds) < 0:
            raise ValueError(f"a withdrawal takes its time, and comes after its sale: {self}")

    @property
    def median_s(self) -> float:
        """Half of them took no longer."""
        return median(self.seconds)

    @property
    def p95_s(self) -> float:
        """95 of 100 took no longer: the nearest rank, so one that was measured.

        >>> Waits([4.0, 1.0, 2.0, 3.0]).p95_s
        4.0
        """
        rank = -(-95 * len(self.seconds) // 100)
        return sorted(self.seconds)[rank - 1]

    @property
    def worst_s(self) -> float:
        """None took longer."""
        return max(self.seconds)

    @property
    def mean_s(self) -> float:
        """What the chance is computed with."""
        return fmean(self.seconds)

    @property
    def total_s(self) -> float:
        """So long pieces that were sold could be bought once more."""
        return math.fsum(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was seen within a period.

    Attributes:
        waits: by pair of shops.
        double_sales: likewise, first sale and last.
        rates_per_s: how often one offer of a shop is bought there.
        withdrawals_min: so many of a pair are believed.
    """

    waits: Mapping[Pair, Waits]
    double_sales: Mapping[Pair, int] = field(default_factory=dict)
    rates_per_s: Mapping[ShopId, float]
    withdrawals_min: int = WITHDRAWALS_MIN

    def hazard_per_s(self, pair: Pair) -> float:
        """How often a piece that was just sold is bought on the other shop as well.

        Two people who want one piece at one time are no chance alone: both may have seen the same
        post. So it is what was seen of double sales, where that is more than how often any offer
        is bought.
        """
        exposed_s = self.waits[pair].total_s
        seen = self.double_sales.get(pair, 0) / exposed_s if exposed_s else 0.0
        return max(self.rates_per_s[pair[1]], seen)

    def lacking(self, shops: Sequence[ShopId]) -> Sequence[Pair]:
        """The pairs of these shops of which too little is known to tell a chance."""
        return [
            pair
            for pair in _pairs(shops)
            if pair not in self.waits or len(self.waits[pair].seconds) < self.withdrawals_min
        ]

    def chance(self, shops: Sequence[ShopId]) -> float:
        """Of a piece on these shops, that the sale of the last one is a double one.

        Each shop has its share of the sales, and after a sale there the piece is exposed on all the
        others: of several Poisson processes side by side the expected arrivals add up.
        """
        sold_per_s = math.fsum(self.rates_per_s[shop] for shop in shops)
        if not sold_per_s:
            return 0.0
        return math.fsum(
            self.rates_per_s[sold_on] / sold_per_s * self._chance_after(sold_on, shops)
            for sold_on in shops
        )

    def _chance_after(self, sold_on: ShopId, shops: Sequence[ShopId]) -> float:
        expected = math.fsum(
            self.hazard_per_s(pair) * self.waits[pair].mean_s
            for pair in _pairs(shops)
            if pair[0] == sold_on
        )
        return -math.expm1(-expected)


def rate_per_s(bought: int, *, offers: int, seconds: float) -> float:
    """How often one of a shop's offers is bought, by what was bought of all of them.

    Args:
        bought: order lines: who takes three of a piece at once is one buyer.
        offers: how many can be bought there.
        seconds: of the period.
    """
    return bought / (offers * seconds) if offers and seconds > 0 else 0.0


def share_lost(booked: Sequence[tuple[Money, Money]]) -> Decimal | None:
    """What a double sale costs as a share of its price, by what past ones did; None: none is known.

    Args:
        booked: of each what it cost, and what had been paid; both in one currency.
    """
    shares = [Decimal(cost.minor) / paid.minor for cost, paid in booked if paid.minor > 0]
    return sum(shares, start=Decimal(0)) / len(shares) if shares else None


def expected_cost(price: Money, *, chance: float, share: Decimal) -> Decimal:
    """Chance times what a double sale costs, in whole units of the price's currency; not rounded.

    >>> expected_cost(Money(20_000, "USD"), chance=0.25, share=Decimal("0.5"))
    Decimal('25.00000')
    """
    return price.decimal() * Decimal(chance) * share


def in_coins(cost: Decimal, currency: str) -> Money:
    """A computed amount, rounded once: to the nearest coin, of two as near to the even one.

    >>> str(in_coins(Decimal("0.0049"), "USD")), str(in_coins(Decimal("0.015"), "USD"))
    ('0.00 USD', '0.02 USD')
    """
    minor = cost.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN)
    return Money(int(minor), currency)


def exceeds(cost: Decimal, most: Decimal, *, limited: bool) -> bool:
    """Whether a piece should be on one shop only, which it is already if `limited`."""
    return cost > (most * ENDS_BELOW if limited else most)


def brings_in(price: Money, *, rate_per_s: float, fee_percent: Decimal) -> Fraction:
    """What a shop earns the jeweller with a piece, in coins a second: to compare shops by."""
    kept = 1 - Fraction(fee_percent) / 100
    return Fraction(price.minor) * kept * Fraction(rate_per_s)


def _pairs(shops: Sequence[ShopId]) -> Sequence[Pair]:
    return [(sold_on, other) for sold_on in shops for other in shops if other != sold_on]
