"""The trap of reads that still show what was before a write, a sale or an edit by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

from marketsim.etsy.records import READS, Before, Listing, Read
from marketsim.faults import Faults


def remember(faults: Faults, listing: Listing, *, now: datetime, stale_s: float) -> None:
    """Before a change: now and then, keep what the first read of each kind will still show.

    `stale_s`: no read later than so many seconds from now is stale.
    """
    if faults.strikes("etsy.stale_read"):
        was = replace(
            listing,
            products=[replace(product) for product in listing.products],
            images=list(listing.images),
            attributes=dict(listing.attributes),
            questions=list(listing.questions),
            before=None,
        )
        until = now + timedelta(seconds=stale_s)
        listing.before = Before(listing=was, since=now, until=until, unread=set(READS))


def as_seen(listing: Listing, read: Read, *, now: datetime) -> Listing:
    """The listing as this read would see it: as it is, or as it was."""
    before = listing.before
    if before is None or read not in before.unread or before.until <= now:
        return listing
    return before.listing


def see(listing: Listing, read: Read, *, now: datetime) -> Listing:
    """The listing as this read sees it; the next read of this kind sees what is."""
    seen = as_seen(listing, read, now=now)
    if listing.before is not None:
        listing.before.unread.discard(read)
    return seen
