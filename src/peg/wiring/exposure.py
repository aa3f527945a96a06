"""By which settings exposure is looked at."""

from datetime import datetime, timedelta

from peg.reads.exposure_measured import Period
from peg.reads.risks import Terms
from peg.settings.fields import Settings

DAYS = 30
"""Looked back upon unless somebody says otherwise."""


def terms_of(settings: Settings) -> Terms:
    """What the jeweller has said of double sales."""
    return Terms(
        cost_percent=settings.exposure_cost_percent,
        most=settings.exposure_max,
        fees=settings.fees,
    )


def period_of(settings: Settings, now: datetime, *, days: int = DAYS) -> Period:
    """The days up to now, as far as PEG knows what it wrote to the shops."""
    known = min(days, settings.attempts_kept_days)
    return Period(since=now - timedelta(days=known), until=now)
