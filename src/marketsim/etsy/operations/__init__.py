"""The operations of the API, one file for each part of Etsy's reference."""

from marketsim.etsy.operation import Operation
from marketsim.etsy.operations import (
    inventories,
    listing_reads,
    listing_writes,
    payments,
    receipts,
    shops,
    taxonomies,
)

# /listings/batch must be asked before /listings/{listing_id}
ALL: tuple[Operation, ...] = (
    *shops.OPERATIONS,
    *taxonomies.OPERATIONS,
    *listing_reads.OPERATIONS,
    *inventories.OPERATIONS,
    *listing_writes.OPERATIONS,
    *receipts.OPERATIONS,
    *payments.OPERATIONS,
)
