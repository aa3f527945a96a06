"""How long an offer may take to follow what happened elsewhere: what it waits for, and its end."""

from collections.abc import Iterator
from datetime import datetime

from marketsim.pieces import Where
from marketsim.truth.records import Cause, Offer, Wait


def begin(offer: Offer, cause: Cause, *, sold_on: Where, at: datetime, allowed: int) -> None:
    """The offer must come down to `allowed` from now on.

    What it showed too many of before, since a hand took pieces off elsewhere and it has not
    followed, is owed to that edit, however soon it comes down by what is sold now.
    """
    edits = [wait for wait in offer.waits if wait.cause == "edit"] if cause != "edit" else []
    owed = max((offer.buyable - wait.allowed for wait in edits), default=0)
    for wait in edits:
        wait.allowed = min(wait.allowed, allowed)
    wait = Wait(since=at, cause=cause, sold_on=sold_on, allowed=allowed + max(0, owed))
    offer.waits.append(wait)


def settled(offer: Offer) -> Iterator[Wait]:
    """Take off the offer's waits those that are over, one by one."""
    waits, offer.waits = offer.waits, []
    for wait in waits:
        if offer.buyable <= wait.allowed:
            yield wait
        else:
            offer.waits.append(wait)
