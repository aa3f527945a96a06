"""What can be set of the practice Etsy besides its faults."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Settings:
    """Limits of the app, and how long some traps last, in market seconds.

    Real apps have other limits; 10 a second and 10,000 a day are only plausible.

    Attributes:
        receipt_lag_s_min: a new receipt stays out of lists for so long at least.
        receipt_lag_s_max: the same at most.
        stale_s: reads may be old for so long after a change.
        exhausted_s: a day's quota that was used up early stays so.
    """

    per_second: int = 10
    per_day: int = 10_000
    receipt_lag_s_min: float = 0.5
    receipt_lag_s_max: float = 5.0
    stale_s: float = 5.0
    exhausted_s: float = 86_400.0
