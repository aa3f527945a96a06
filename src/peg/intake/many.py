"""How many offers changing at once are very many: pure."""

from dataclasses import dataclass
from datetime import timedelta

OFFERS_ALWAYS_MANY = 250
"""However large the shop: what one call of Shopify changes is nobody's work by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """So many offers of one shop within so short a time: a tool, an import or a fault did that.

    Both must be reached. Twenty in ten minutes are more than a person types in; in a shop of a
    thousand they are a shelf that was tidied, so they must be a fifth of the shop besides.

    Attributes:
        offers_min: fewer are never many.
        share: of the shop's offers.
        within_s: counted over so long.

    >>> Many().are_many(24, of=120), Many().are_many(24, of=121), Many().are_many(19, of=19)
    (True, False, False)
    """

    offers_min: int = 20
    share: float = 0.2
    within_s: float = 600.0

    def are_many(self, changed: int, *, of: int) -> bool:
        """Whether a person is asked before anything follows from them."""
        return changed >= OFFERS_ALWAYS_MANY or (
            changed >= self.offers_min and changed >= self.share * of
        )

    def within(self) -> timedelta:
        """`within_s` as a span."""
        return timedelta(seconds=self.within_s)
