"""Every way in which this Etsy surprises, with how often it does so by default."""

from collections.abc import Mapping
from types import MappingProxyType

from marketsim.faults import Fault
from marketsim.webhooks import webhook_faults

_ALWAYS_ON = (
    ("all_zero_refused", "An inventory without any piece is refused."),
    ("sold_out_renews", "Activating a sold-out listing sets quantity 1 and renews it for a fee."),
    ("ids_change", "Product, offering and value ids are new after every inventory write."),
    ("read_fields_refused", "What GET adds (product_id, scale_name, ...) is refused by PUT."),
    ("partial_put_drops", "Products that an inventory write leaves out are gone."),
    ("unknown_fields_ignored", "Unknown filters and fields (sku=, updated since) do nothing."),
    ("guessed_value_id", "An unknown value_id is accepted, and another value is stored."),
    ("listed_errors", "A body of the wrong shape is answered by a list of path/type/message."),
    ("oauth_errors", "What concerns tokens is refused in OAuth's shape, with error_description."),
    ("updated_misses_refunds", "updated_timestamp does not move when money is refunded."),
    ("modified_misses_cancels", "min_last_modified does not find cancelled or refunded receipts."),
    ("cancelled_hidden", "Receipts that were cancelled are left out unless asked for."),
    ("receipt_lag", "A new receipt is missing from lists for a while; stock falls at once."),
    ("ghost_unit", "A listing put back by hand shows the quantity left in it, at least 1."),
    ("quantity_is_silent", "inventory.updated is not sent when only quantities changed."),
)
_AT_TIMES = (
    ("deactivate_zero_fails", 0.5, "Deactivating a listing without stock is refused."),
    ("inactive_reads_edit", 0.1, "A listing made inactive says that its state is edit."),
    ("page_duplicates", 0.05, "A page repeats a row of the page before; a full one lacks another."),
    ("blank_skus", 0.05, "A listing's SKUs are blank in includes=Inventory."),
    ("transaction_nulls", 0.01, "A sale's transaction has neither sku nor product_id."),
    ("quota_counts_twice", 0.01, "A call counts twice against the day."),
    ("webhook_bare_signature", 0.1, "A webhook's signature stands without its v1, prefix."),
    ("webhook_odd_payload", 0.005, "A webhook's payload is unlike the documentation."),
    ("write_without_effect", 0.001, "A write answers 200 and changes nothing."),
    ("stale_read", 0.01, "After a write or sale, the first read of each kind shows what was."),
    ("created_but_500", 0.01, "A listing is created, then 500 is answered."),
    ("cancel_restocks", 0.0, "A cancelled order's pieces are put back on sale by Etsy."),
    ("old_refresh_lives", 0.0, "A refresh token that was used can be used again."),
    ("refresh_500", 0.01, "The token endpoint is broken for this call."),
    ("grant_revoked", 0.0, "At a refresh: the seller has revoked the app's access."),
    ("throttled", 0.0, "429 though the second was not full; counted as injected."),
    (
        "quota_exhausted_early",
        0.0,
        "The day's calls are used up early, for exhausted_s or until this is 0.",
    ),
    (
        "field_gone",
        0.0,
        "A field is gone from every listing, receipt or inventory until this is 0.",
    ),
    ("shipment_forbidden", 0.0, "createReceiptShipment answers 403, as in some regions."),
    ("latency", 0.005, "An answer takes 0.05 to 2 s longer (half before the work, half after)."),
    ("server_error", 0.001, "500 or 503 before anything was done."),
    ("error_after_write", 0.001, "A write is applied, then 500 is answered."),
    ("connection_dropped", 0.0005, "The connection breaks before anything is done."),
    (
        "response_lost",
        0.0005,
        "What was asked is done, then the connection breaks before the answer.",
    ),
)

UNLIKE_THE_CONTRACT = frozenset(
    {
        "etsy.field_gone",
        "etsy.inactive_reads_edit",
        "etsy.listed_errors",
        "etsy.webhook_odd_payload",
    }
)
"""Faults whose answers do not validate against Etsy's own OpenAPI document, as in reality."""


def _named(name: str, rate: float, about: str) -> tuple[str, Fault]:
    full = f"etsy.{name}"
    return full, Fault(name=full, rate=rate, about=about)


FAULTS: Mapping[str, Fault] = MappingProxyType(
    dict(_named(name, 1.0, about) for name, about in _ALWAYS_ON)
    | dict(_named(*known) for known in _AT_TIMES)
    | webhook_faults("etsy")
)
