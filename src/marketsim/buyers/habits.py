"""How the people of a run behave."""

import math
from dataclasses import dataclass
from typing import Literal

NATURAL_ORDERS_PER_DAY = 20.0


Rhythm = Literal["season", "even"]
RHYTHMS: tuple[Rhythm, ...] = ("season", "even")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Rates and time constants of buyers and shopkeeper; all seconds are market seconds.

    Attributes:
        orders: after so many the shop closes and everything pending settles; None: never.
        pace: orders per market minute; the natural rhythm of 20 orders a day in an average week is
            compressed to it, or, where `orders` says how many, one week to the whole run. None:
            natural.
        rhythm: "season" follows week of the year and hour of the day; "even" comes every
            60 / pace seconds exactly, and orders as long after as `cart_s` has it.
        shopify_share: of all orders.
        conversion: orders per visit; the other visits only look.
        cart_share: of the visits without an order, how many filled a cart.
        cart_s: mean time between choosing and ordering.
        several_share: orders of two or three equal pieces, where there are as many.
        basket_share: orders that hold a second, different piece.
        rivals_share: orders for a piece that somebody else wants on the other marketplace.
        rivals_gap_s: the two come at most so far apart.
        payment_s: mean time between order and payment.
        unpaid_share: orders that are never paid; they are cancelled after `unpaid_s`.
        cancelled_share: paid orders that are cancelled before they ship, after `cancelled_s`.
        restocked_share: of those, how many put their pieces back.
        refunded_share: orders of which a piece is refunded, before or after shipping.
        shipped_s: mean time between payment and shipping; a refund comes as long after.
        edits_per_order: how often a person changes stock by hand.
        edits_down_share: of those, how many take a piece away.
        quiet_s: a person edits only pieces that nobody touched in the last so many seconds.
        reactivations_per_order: how often a person puts a withdrawn listing back (ghost unit).
    """

    orders: int | None = None
    pace: float | None = None
    rhythm: Rhythm = "season"
    shopify_share: float = 0.5
    conversion: float = 0.02
    cart_share: float = 0.08
    cart_s: float = 2.0
    several_share: float = 0.06
    basket_share: float = 0.05
    rivals_share: float = 0.02
    rivals_gap_s: float = 3.0
    payment_s: float = 3.0
    unpaid_share: float = 0.03
    unpaid_s: float = 20.0
    cancelled_share: float = 0.04
    cancelled_s: float = 10.0
    restocked_share: float = 0.7
    refunded_share: float = 0.04
    shipped_s: float = 12.0
    edits_per_order: float = 0.03
    edits_down_share: float = 0.6
    quiet_s: float = 10.0
    reactivations_per_order: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if name.endswith(("_share", "_per_order", "conversion")) and not 0 <= value <= 1:
                raise ValueError(f"{name} lies between 0 and 1, got {value}")
            if name.endswith("_s") and not 0 <= value < math.inf:
                raise ValueError(f"{name} is not negative and not endless, got {value}")
        if self.conversion == 0:
            raise ValueError("conversion: without orders there is nothing to practise")
        if self.orders is not None and self.orders < 1:
            raise ValueError(f"orders: at least one, got {self.orders}")
        if self.rhythm not in RHYTHMS:
            raise ValueError(f"rhythm: season or even, got {self.rhythm!r}")
        if self.pace is not None and not 0 < self.pace < math.inf:
            raise ValueError(f"pace: more than none a minute and not endless, got {self.pace}")
        if self.unpaid_share + self.cancelled_share + self.refunded_share > 1:
            raise ValueError("unpaid, cancelled and refunded are shares of the same orders")
