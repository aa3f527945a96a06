"""How long PEG waits before it believes something: each wait with its reason."""

from dataclasses import dataclass, field
from datetime import timedelta

from peg.intake.many import Many

CLOCKS_APART = timedelta(seconds=2)
"""A marketplace stamps whole seconds, of a clock that is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds of waiting.

    Attributes:
        confirm_s: between the first sight of too many pieces and believing them.
        may_rise_s: a marketplace may put a cancelled piece back by itself for so long.
        order_lag_s: a missing piece's order may arrive so late at least, and later where its shop
            has told of one later; then a person has taken it.
        order_lag_s_most: no missing piece waits for its order for longer. Shopify sends a webhook
            again for four hours; an order that comes later still undoes what was concluded.
        old_state_s: Etsy may go on for so long to show what was before a sale or a write, in each
            kind of reading.
        receipt_lag_s: a sale shows in Etsy's receipts at most so much later; more pieces than
            expected are not believed there before.
        seen_in_passing_s: what was watched, and of which no sale was told, is seen within so long
            by a glance or a comparison; if not, it is read, together with all others of its kind.
        between_polls_s: two polls of a shop's orders begin at least so far apart.
        between_checks_s: doubtful offers are gathered for so long and read together.
        many: so many offers changing at once are believed only after a person was asked.
    """

    confirm_s: float = 2.0
    may_rise_s: float = 120.0
    order_lag_s: float = 1800.0
    order_lag_s_most: float = 21_600.0
    old_state_s: float = 6.0
    receipt_lag_s: float = 60.0
    seen_in_passing_s: float = 300.0
    between_polls_s: float = 1.0
    between_checks_s: float = 1.0
    many: Many = field(default_factory=Many)

    def confirm(self) -> timedelta:
        """`confirm_s` as a span."""
        return timedelta(seconds=self.confirm_s)

    def may_rise(self) -> timedelta:
        """`may_rise_s` as a span."""
        return timedelta(seconds=self.may_rise_s)

    def order_lag(self) -> timedelta:
        """`order_lag_s` as a span."""
        return timedelta(seconds=self.order_lag_s)

    def order_lag_most(self) -> timedelta:
        """`order_lag_s_most` as a span."""
        return timedelta(seconds=self.order_lag_s_most)

    def old_state(self) -> timedelta:
        """`old_state_s` as a span."""
        return timedelta(seconds=self.old_state_s)

    def receipt_lag(self) -> timedelta:
        """`receipt_lag_s` as a span."""
        return timedelta(seconds=self.receipt_lag_s)

    def seen_in_passing(self) -> timedelta:
        """`seen_in_passing_s` as a span."""
        return timedelta(seconds=self.seen_in_passing_s)
