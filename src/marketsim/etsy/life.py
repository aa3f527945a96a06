"""A listing's life: published, withdrawn, sold out, renewed, expired and deleted."""

import heapq
from datetime import datetime, timedelta

from marketsim.etsy.fees import LISTING_FEE_MINOR, Account
from marketsim.etsy.notices import Notices
from marketsim.etsy.records import Listing, State
from marketsim.etsy.refusals import bad
from marketsim.etsy.stock import Stock
from marketsim.etsy.store import Store
from marketsim.faults import Faults
from marketsim.market import By

LISTING_LASTS = timedelta(days=120)


class Life:
    """Changes states by Etsy's rules, and charges for them."""

    def __init__(
        self, store: Store, stock: Stock, faults: Faults, account: Account, notices: Notices
    ) -> None:
        """Work on the listings of `store`."""
        self._store = store
        self._stock = stock
        self._faults = faults
        self._account = account
        self._notices = notices
        self._ends: list[tuple[datetime, int]] = []

    def begin(self, listing: Listing) -> None:
        """Take in a new listing, and remember when it ends."""
        self._store.add(listing)
        heapq.heappush(self._ends, (listing.ends_at, listing.id))

    def activate(self, listing: Listing, *, by: By) -> None:
        """Put it on sale: publish a draft, renew what is over, show again what was withdrawn.

        Raises:
            Refusal: something that a listing on sale must have is missing.
        """
        if listing.state == "active":
            return
        self._check_complete(listing)
        if listing.state == "sold_out":
            self._revive(listing)
        if listing.quantity == 0:
            raise bad("A listing without any quantity cannot be made active.")
        if listing.state in {"draft", "expired"}:
            self._renew(listing, "listing")
        self._set_state(listing, "active")
        self._stock.announce(listing, by=by)

    def deactivate(self, listing: Listing, *, by: By) -> None:
        """Take it off sale, keeping its quantities.

        Raises:
            Refusal: its state does not allow it, or it has no stock (a trap).
        """
        if listing.state == "inactive":
            return
        if listing.state in {"draft", "expired"}:
            raise bad(f"A listing in state {listing.state} cannot be made inactive.")
        if listing.quantity == 0 and self._faults.strikes("etsy.deactivate_zero_fails"):
            raise bad("The listing could not be deactivated: its quantity is 0.")
        listing.reads_edit = self._faults.strikes("etsy.inactive_reads_edit")
        self._set_state(listing, "inactive")
        self._stock.announce(listing, by=by)

    def restore(self, listing: Listing, *, by: By) -> None:
        """Back on sale because pieces have come back to a sold-out listing."""
        if listing.state == "sold_out" and listing.quantity > 0:
            if by == "person":
                self._renew(listing, "renew_sold")
            self._set_state(listing, "active")

    def sold(self, listing: Listing) -> None:
        """Pieces were bought: what has more is renewed for a fee, what has none is sold out."""
        if listing.quantity > 0:
            self._renew(listing, "renew_after_sale")
        self.sell_out(listing)

    def sell_out(self, listing: Listing) -> None:
        """Nothing is left: it is off sale by itself."""
        if listing.state == "active" and listing.quantity == 0:
            self._set_state(listing, "sold_out")
            self._notices.of_inventory("out_of_stock", listing)

    def delete(self, listing: Listing, *, by: By) -> None:
        """Remove it for good."""
        del self._store.listings[listing.id]
        self._store.took_a_step()
        self._stock.announce(listing, by=by)
        self._notices.of_listing("deleted", listing)
        self._notices.of_inventory("deleted", listing)

    def take_away(self, listing: Listing) -> None:
        """Etsy itself hides it from everybody, until it gives it back."""
        del self._store.listings[listing.id]
        self._store.took_a_step()
        self._stock.announce(listing, by="marketplace")

    def give_back(self, listing: Listing) -> None:
        """It stands again where it stood, as if nothing had been."""
        self._store.listings[listing.id] = listing
        self._store.took_a_step()
        self._stock.announce(listing, by="marketplace")

    def end_due(self) -> None:
        """Renew or end the listings whose four months are over."""
        now = self._store.now()
        while self._ends and self._ends[0][0] <= now:
            _, number = heapq.heappop(self._ends)
            listing = self._store.listings.get(number)
            if listing is None or listing.ends_at > now or listing.state != "active":
                continue
            if listing.details.should_auto_renew:
                self._renew(listing, "renew_expired")
            else:
                self._set_state(listing, "expired")
                self._stock.announce(listing, by="marketplace")

    def _revive(self, listing: Listing) -> None:
        """Etsy renews a sold-out listing with one piece, whatever there was before."""
        if not self._faults.strikes("etsy.sold_out_renews"):
            return
        newest = max(listing.products, key=lambda each: (each.is_enabled, each.sold_at_step))
        for product in listing.products:
            product.quantity = 0
        listing.set_quantity(newest, 1)
        self._store.took_a_step()
        self._renew(listing, "renew_sold")

    def _renew(self, listing: Listing, kind: str) -> None:
        now = self._store.now()
        listing.ends_at = now + LISTING_LASTS
        heapq.heappush(self._ends, (listing.ends_at, listing.id))
        self._account.post(
            -LISTING_FEE_MINOR, kind, reference_type="listing", reference_id=listing.id, at=now
        )

    def _check_complete(self, listing: Listing) -> None:
        details = listing.details
        wanted = (
            (bool(listing.images), "an image"),
            (details.type == "download" or details.shipping_profile_id, "a shipping profile"),
            (details.type == "download" or details.return_policy_id, "a return policy"),
        )
        missing = [name for there, name in wanted if not there]
        if missing:
            raise bad(f"The listing cannot be made active without {' and '.join(missing)}.")

    def _set_state(self, listing: Listing, state: State) -> None:
        listing.state = state
        listing.state_at = listing.updated_at = self._store.now()
        if state != "inactive":
            listing.reads_edit = False
        self._notices.of_listing("updated", listing)
