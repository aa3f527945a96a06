"""What can be set of the practice Etsy besides its faults."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Settings:
    """Limits of the app, and in market seconds how long lists lack a receipt or reads are old.

    Real apps have other limits; 10 a second and 10,000 a day are only plausible.
    """

    per_second: int = 10
    per_day: int = 10_000
    receipt_lag_s_min: float = 0.5
    receipt_lag_s_max: float = 5.0
    stale_s: float = 5.0
