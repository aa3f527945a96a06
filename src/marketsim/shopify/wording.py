"""How values are written: UTC and shop-local times, decimal strings, and the numbers in ids."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from marketsim.shopify.credentials import SHOP_TIMEZONE

_ZONE = ZoneInfo(SHOP_TIMEZONE)


class NotMoney(Exception):
    """The text is no amount of money of at most two decimals."""


@lru_cache(maxsize=65_536)
def utc(moment: datetime) -> str:
    """As GraphQL writes times: `2026-11-23T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=65_536)
def local(moment: datetime) -> str:
    """As webhooks write times: `2026-11-23T07:00:00-05:00`, by the shop's own clock."""
    return moment.astimezone(_ZONE).isoformat(timespec="seconds")


@lru_cache(maxsize=65_536)
def decimal(minor: int) -> str:
    """Cents as a decimal string: `12.50`."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def minor(text: str) -> int:
    """A decimal string as cents.

    Raises:
        NotMoney: it is no number, or finer than a cent.
    """
    try:
        cents = Decimal(text) * 100
    except InvalidOperation:
        raise NotMoney(text) from None
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise NotMoney(text)
    return int(cents)
