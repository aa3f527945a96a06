"""How a marketplace is written to: with a condition (Shopify), or a listing as a whole (Etsy)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from peg.domain.identity import OfferRef
from peg.domain.money import Money
from peg.domain.offer import Reading
from peg.marketplaces.port import Result, Shown, Write

Decide = Callable[[Mapping[OfferRef, Reading]], Awaitable[Mapping[OfferRef, int]]]
"""Given a listing as it is right now: take in orders, then say what each of its offers should show.

Called between the read and the write; raises to stop the write.
"""

KeepBefore = Callable[[dict[str, Any]], Awaitable[None]]
"""Store the listing's former state, before the write is sent."""

READINGS_MAX = 3
"""So often a listing is read for one write: a sold piece does not stay on sale since others are
heard of all the time, and what is never sent in time is left for calmer hours."""


class ConditionalWriter(Protocol):
    """A marketplace that changes a figure only if it is still what we believe (Shopify)."""

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        """Up to 250 figures in one call; one stale figure does not hold up the others.

        `key` names this very attempt: a byte-same retry uses it again, a new decision never.
        Each write gets its result, SENT, STALE, REFUSED or UNKNOWN.
        """


class PlaceStocker(Protocol):
    """A marketplace that shows pieces only at places where their product is stocked (Shopify)."""

    async def stock_at(self, ref: OfferRef, place: str, *, key: str) -> Result:
        """Stock an offer at one more place, where it shows none from then on.

        Nothing is changed where it is stocked already. SENT, REFUSED or UNKNOWN; `key` names this
        very attempt, and may be sent again until it was answered.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a marketplace said when it was asked to cancel an order: SENT, REFUSED or UNKNOWN.

    SENT: it will be done; only the order itself tells when it was.
    """

    shown: Shown
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that goes back by the way it came: `parent` is the payment that it was received by."""

    parent: str
    gateway: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBack:
    """What was paid back with one refund; `odd` says what of it did not go as it should."""

    amount: Money
    odd: str = ""


class OrderCanceller(Protocol):
    """A marketplace on which a program may cancel an order, or a part of it (Shopify)."""

    async def cancel_order(self, order: str, *, note: str) -> Asked:
        """Cancel an order of which nothing was shipped, and pay its buyer back.

        Nothing of it is put back on sale: the pieces are somebody else's. It can be asked again at
        any time, since an order is cancelled once.
        """

    async def paid_back(self, order: str) -> Money:
        """What was paid back of an order so far."""

    async def payments_for(self, order: str, units: Mapping[str, int]) -> Sequence[Payment]:
        """What would be paid back for some units, by line, and how; nothing where nothing was paid.

        Shipping is left out: the rest of the order is sent.
        """

    async def take_out(
        self,
        order: str,
        units: Mapping[str, int],
        payments: Sequence[Payment],
        *,
        note: str,
        key: str,
    ) -> Asked:
        """Take units that were not shipped out of an order, and make these payments.

        Nothing of them is put back on sale. `note` tells this refund from others of the order;
        `key` names the very attempt, and it may be sent again with it until it was answered.
        """

    async def paid_back_with(self, order: str, note: str) -> PaidBack | None:
        """What came of the refund with this note; None: there is none."""


class ListingWriter(Protocol):
    """A marketplace that only takes a whole listing, unconditionally (Etsy)."""

    async def room_to_raise(self) -> None:
        """Wait until there are calls for a raise; from then on it waits like what is lowered.

        Whoever holds a listing's turn holds up what is sold of it.

        Raises:
            MarketplaceError: there is no call left for it.
        """

    async def withdraw(self, listing: str) -> Sequence[Result]:
        """Take a listing off sale and check it: two calls; a result for each of its offers."""

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, *, lowers: bool = False
    ) -> Sequence[Result]:
        """Read, decide, keep the former state, replace with only quantities changed, and check.

        Where `decide` raises `TooLate` it is read again, `READINGS_MAX` times in all.
        The difference is proved before it is sent: nothing but our quantities may differ.
        """

    async def restore(self, listing: str, decide: Decide, keep: KeepBefore) -> Sequence[Result]:
        """Put a withdrawn listing back: rewrite while it is off sale, check, activate, check.

        A listing whose return would cost a renewal gives ASK and is left alone.
        """


class ComparesListings(Protocol):
    """A marketplace of whole listings that tells what else of one has changed (Etsy)."""

    async def changed_beside(self, listing: str, before: Mapping[str, Any]) -> Sequence[str]:
        """What of a listing, as it is now, differs from a former state, but for its quantities.

        Raises:
            RemoteGone: the listing is deleted.
        """
