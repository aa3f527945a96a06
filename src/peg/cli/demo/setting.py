"""How a rehearsal is set: what goes wrong in it, how quick its people are, what it must keep to."""

from peg.intake.patience import Patience

USUAL = "usual"
FAULTS = {
    USUAL: "*.webhook_delayed=0",
    "none": "chance=0",
    "hard": (
        "*.webhook_delayed=0,*.webhook_lost=0.2,*.webhook_doubled=0.2,*.webhook_reordered=0.2,"
        "shopify.http_500=0.05,etsy.server_error=0.05,*.response_lost=0.02,etsy.stale_read=0.05"
    ),
}
"""What goes wrong, by the word for it; whatever is not named stands as `marketsim faults` lists it.

A delivery delayed by hours would outlast any demo; the polls stand in for it.
"""

QUICK = Patience(confirm_s=1.5, may_rise_s=8.0, receipt_lag_s=6.0, seen_in_passing_s=15.0)
"""People and marketplaces of the rehearsal are quick, so PEG waits less than in earnest."""

POLL_S = {
    "PEG_POLL_SHOPIFY_S": "10",
    "PEG_POLL_ETSY_S": "10",
    "PEG_GLANCE_S": "3",
    "PEG_RECONCILE_S": "60",
}
IMPORT_AGAIN_AFTER_S = 31.0
"""A shop that failed often within a minute is asked again after half a minute, and not before."""

CEILING_S = 60.0
"""The window's stated ceiling: a poll of 10 s, the receipts' lag of 5 s, waits and retries."""

SETTLES_WITHIN_S = 180.0
QUICK_PEOPLE = {
    "unpaid_s": 8.0,
    "cancelled_s": 5.0,
    "shipped_s": 6.0,
    "rivals_gap_s": 2.0,
}
AT_ONCE = {"cart_s": 0.0}
"""Who thinks for a while before ordering does not order at equal gaps."""
