"""Money and time as the API writes them."""

from datetime import datetime
from typing import Any

from marketsim.etsy.credentials import CURRENCY

DIVISOR = 100


def money(amount_minor: int) -> dict[str, Any]:
    """Etsy's Money."""
    return {"amount": amount_minor, "divisor": DIVISOR, "currency_code": CURRENCY}


def seconds(moment: datetime) -> int:
    """Epoch seconds."""
    return int(moment.timestamp())


def seconds_or_none(moment: datetime | None) -> int | None:
    """Epoch seconds of a moment that may not have come."""
    return None if moment is None else seconds(moment)
