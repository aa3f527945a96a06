"""How bad each alert is: the worst are told first, however many newer ones can wait."""

from collections.abc import Mapping
from enum import IntEnum


class Severity(IntEnum):
    """What comes of it while nobody looks; the lowest number is the worst."""

    SELLS_TWICE = 0
    """A piece was sold twice, or may be from this minute on."""

    NOT_IN_STEP = 1
    """A shop, or much of it, is not seen or not kept in step."""

    IS_SAFE = 2
    """It waits for somebody, and the lower figure holds meanwhile."""

    CAN_WAIT = 3
    """Good to know."""


SEVERITY: Mapping[str, Severity] = {
    **dict.fromkeys(
        (
            "oversold",
            "ghost_unit",
            "sells_on",
            "twin_unknown",
            "listing_unknown",
            "invariant_broken",
        ),
        Severity.SELLS_TWICE,
    ),
    **dict.fromkeys(
        (
            *("shop_revoked", "shop_frozen", "shop_unreadable", "stock_unreadable"),
            *("writes_forbidden", "write_refused", "calls_spent", "task_crashed", "drift"),
            *("database_locked", "database_unwritable", "delivery_dead"),
            *("webhooks_missing", "webhooks_refused", "webhooks_silent"),
        ),
        Severity.NOT_IN_STEP,
    ),
    **dict.fromkeys(
        (
            *("many_changed", "many_raises", "changed_back", "offers_vanished", "listing_gone"),
            *("place_not_stocked", "calls_short", "data_request", "blind_side"),
            "unmatched_lowered",
        ),
        Severity.IS_SAFE,
    ),
    **dict.fromkeys(
        ("delivery_of_no_use", "order_time", "low_stock", "variation_renamed"), Severity.CAN_WAIT
    ),
}
"""For every alert that PEG raises."""
