"""Every way in which this Shopify surprises, with how often it does so by default."""

from collections.abc import Mapping
from types import MappingProxyType

from marketsim.faults import Fault
from marketsim.webhooks import webhook_faults

_ALWAYS_ON = (
    ("idempotency_required", "Stock writes and refunds without @idempotent are refused."),
    ("change_from_required", "A stock write without changeFromQuantity is refused; null is given."),
    ("previous_attempt_failed", "A key whose first attempt failed is refused when used again."),
    ("key_mismatch_refused", "A key that is used again with other parameters is refused."),
    ("key_running_refused", "A key whose first request is still being worked on is refused."),
    ("key_outlived", "A key is forgotten after 24 hours: its write is made once more."),
    ("throttled_as_200", "What the bucket cannot pay is answered by 200, without Retry-After."),
    (
        "admission_by_requested",
        "The bucket must hold all that a call might cost, not what it will.",
    ),
    ("charge_by_actual", "A call is charged what came of it, not what it was said to cost."),
    (
        "max_cost",
        "A call that might cost more than 1,000 points is refused, however full the bucket.",
    ),
    ("max_cost_without_status", "That refusal says nothing of the bucket."),
    ("null_quantity_after_change", "quantityAfterChange is always null."),
    ("null_group_on_zero_delta", "A write that changes nothing returns no group and no error."),
    ("stale_total_inventory", "totalInventory shows the sum of up to 30 s ago."),
    ("paired_changes", "A write of available tells of on_hand as well, and the other way round."),
    (
        "inactive_level",
        "A write where the item was never stocked makes an inactive level.",
    ),
    ("untracked_by_default", "A new variant's stock is not tracked unless asked for."),
    ("negative_available", "A till, a draft, an app and selling on take available below zero."),
    ("duplicate_skus", "Two items may have the same SKU."),
    (
        "sixty_day_window",
        "Without read_all_orders, orders older than 60 days are missing.",
    ),
    ("date_misparse", "An unquoted time in a search is cut at its first colon, silently."),
    (
        "unknown_filter_ignored",
        "An unknown search field matches all; only a warning says so.",
    ),
    ("nested_truncation", "A nested list is cut at what was asked for, and only pageInfo says so."),
    ("deleted_as_null", "A deleted product is null, in its orders too, without an error."),
    ("plain_user_errors", "Some mutations' user errors have no code."),
    ("async_jobs", "Cancelling, async productSet, files and bulk operations end later."),
    ("retry_payload_stale", "A webhook that is tried again says what was, not what is by now."),
    ("subscription_deleted", "A webhook subscription is deleted after 8 failures in a row."),
    ("tokens_expire", "A client credentials token lives a day, a refreshable one an hour."),
    ("refresh_race", "A refresh ends the access token before it, and those of a lost race."),
    ("version_falls_forward", "An outdated API version is answered by the oldest living one."),
    ("wide_ids", "Ids lie above 2^53, where a JSON number read as a float loses digits."),
    ("local_times", "Webhooks write times by the shop's own clock, and GraphQL by UTC."),
    ("comma_tags", "Webhooks write tags as one text with commas, and GraphQL as a list."),
    ("mixed_amounts", "Webhooks write some amounts as texts and some as numbers."),
    ("inventory_echo", "One's own stock writes come back as webhooks without a cause."),
    ("products_update_flood", "products/update is sent for every change of stock as well."),
)
_AT_TIMES = (
    ("same_key_stale", 0.5, "A same-key retry after success says STALE instead of the success."),
    (
        "response_lost",
        0.0005,
        "What was asked is done, and the connection breaks before its answer.",
    ),
    ("connection_dropped", 0.0005, "The connection breaks before anything is done."),
    ("bad_gateway_after_write", 0.0005, "A write is applied, then 502 is answered."),
    (
        "partial_data",
        0.0005,
        "One part of an answer is null, an INTERNAL_SERVER_ERROR beside it.",
    ),
    ("timed_out", 0.0005, "What was asked is done; the answer is an error TIMEOUT without data."),
    ("pages_cost_each", 0.0, "A page costs as often as it has records, not the root of that."),
    ("throttled", 0.0, "THROTTLED although the bucket is full enough; counted as injected."),
    ("latency", 0.005, "An answer takes 0.1 to 2 s longer (half before the work, half after it)."),
    ("routing_lags", 0.01, "An order says only 5 s after it was placed from where it ships."),
    ("search_lags", 0.005, "A search leaves out what changed within the last 3 s."),
    ("checkout_race", 0.0, "A buyer passes the checkout although the last piece has just gone."),
    ("token_expires_early", 0.0, "The token of this call is revoked: 401 from now on."),
    ("shop_not_permitted", 0.0, "Client credentials are refused: app and shop are strangers."),
    ("bulk_fails", 0.005, "A bulk operation fails half-way, leaving partial data."),
    ("file_fails", 0.005, "A file's processing fails."),
    ("job_fails", 0.005, "An order cancellation's job ends without having cancelled."),
    (
        "refund_keeps_fulfillable",
        0.0,
        "What an app refunds unstocked stays among what is to be shipped: sources disagree.",
    ),
    ("refund_refused", 0.0, "An app's refund is refused, as where the shop's balance is too low."),
    ("refund_payment_fails", 0.0, "A refund is made, and its payment back fails."),
    ("http_400", 0.0, "400: bad request."),
    ("http_402", 0.0, "402: the shop is frozen for not paying Shopify."),
    ("http_403", 0.0, "403: the shop's owner has not approved the scope."),
    ("http_404", 0.0, "404: no such address for a while."),
    ("http_422", 0.0, "422: unprocessable."),
    ("http_423", 0.0, "423: the shop is locked."),
    ("http_429", 0.0005, "429 with Retry-After, from the edge rather than from the bucket."),
    ("http_430", 0.0, "430: Shopify's security thinks this client is an attacker."),
    ("http_500", 0.0005, "500 before anything was done."),
    ("http_503", 0.0005, "503 before anything was done."),
)


def _named(name: str, rate: float, about: str) -> tuple[str, Fault]:
    full = f"shopify.{name}"
    return full, Fault(name=full, rate=rate, about=about)


FAULTS: Mapping[str, Fault] = MappingProxyType(
    dict(_named(name, 1.0, about) for name, about in _ALWAYS_ON)
    | dict(_named(*known) for known in _AT_TIMES)
    | webhook_faults("shopify")
)
