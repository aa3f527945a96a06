"""The one writer of Etsy's inventories, shared by everything that changes a listing.

Etsy has no conditional write: what was sold between our read and our write is overwritten. So a
listing is read, decided upon, replaced and read again at once: a raise waits for calls before it
takes the listing's turn, and for none after that, and a reading that grew old all the same is not
written upon. What cannot be seen that way (a sale
in between that left other pieces) shows in the receipts, which the caller reads afterwards. The
caller also holds the listing's lock: two writers would overwrite each other.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.offer import Shelf
from peg.marketplaces.etsy import replacement
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.listing_state import (
    COSTS_A_FEE,
    Plan,
    View,
    judge,
    leaves_nothing,
    plan,
    stays_off,
)
from peg.marketplaces.etsy.looks import Looks
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    MarketplaceError,
    MaybeApplied,
    Refused,
    RemoteGone,
    Result,
    Shown,
    TooLate,
)
from peg.marketplaces.writers import READINGS_MAX, Decide, KeepBefore

READ_HOLDS = timedelta(seconds=3)
"""What was read longer ago is read again before it is written upon: a buyer may have come."""

LOOK_AGAIN_S = (0.3, 1.0)
"""Waits before a check is repeated: Etsy's first read after a write is stale now and then."""


class InventoryWriter:
    """Writes listings of one shop; fulfils `ListingWriter`."""

    def __init__(self, *, shop: ShopId, client: EtsyClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._looks = Looks(shop=shop, client=client, clock=clock)

    async def room_to_raise(self) -> None:
        """Wait until there are calls for a raise.

        Raises:
            BudgetSpent: there are none left for it today.
        """
        await self._client.room_to_raise()

    async def withdraw(self, listing: str) -> Sequence[Result]:
        """Take a listing off sale and check it: two calls.

        Etsy may refuse this for a listing without stock, which nobody can buy anyway.

        Raises:
            RemoteGone: the listing is deleted.
        """
        refusal, doubt = "", "Etsy said yes, and it still shows as active"
        try:
            with self._looks.writing():
                await self._client.withdraw(listing)
        except MaybeApplied:
            doubt = "no answer came, and it still shows as active"
        except Refused as error:
            refusal = str(error)
        view = await self._look_until(listing, lambda seen: bool(refusal) or not seen.on_sale)
        if refusal:
            return view.all(Shown.REFUSED if view.on_sale else Shown.ALREADY, refusal)
        if view.on_sale:
            return view.all(Shown.UNKNOWN, doubt)
        return view.all(Shown.SENT, "")

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, *, lowers: bool = False
    ) -> Sequence[Result]:
        """Read, decide, keep the former state, replace only quantities, check: three calls.

        All quantities zero cannot be sent: the listing is withdrawn instead.

        Raises:
            RemoteGone: the listing is deleted.
            TooLate: its turn never came in time, so nothing was sent.
            UnexpectedAnswer: what was read lacks something, so nothing was sent.
        """
        for _ in range(READINGS_MAX - 1):
            with suppress(TooLate):
                return await self._rewrite(listing, decide, keep, lowers=lowers)
        return await self._rewrite(listing, decide, keep, lowers=lowers)

    async def _rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, *, lowers: bool
    ) -> Sequence[Result]:
        if not lowers:
            return await self._rewritten(listing, decide, keep, Lane.IN_TURN)
        with self._looks.writing() as ends:  # what is lowered beside it is checked in one call
            return await self._rewritten(listing, decide, keep, Lane.LOWER_STOCK, ends)

    async def _rewritten(
        self,
        listing: str,
        decide: Decide,
        keep: KeepBefore,
        lane: Lane,
        is_sent: Callable[[], None] = lambda: None,
    ) -> Sequence[Result]:
        view = await self._looks.look(listing, lane)
        wanted = await decide(view.readings)
        if leaves_nothing(view, wanted):
            if not view.on_sale:
                return stays_off(view, wanted, f"nobody can buy it: {view.state}")
            await keep(view.before_image())
            is_sent()
            return await self.withdraw(listing)
        if view.shelf is Shelf.SOLD_OUT:
            return view.all(Shown.ASK, "sold out on Etsy: putting it back costs a renewal")
        planned = plan(view, wanted)
        if planned.body is None:
            return judge(planned, view)
        await keep(view.before_image())
        try:
            return judge(*await self._replace(planned, planned.body, is_sent))
        except Refused as error:
            return view.all(Shown.REFUSED, str(error))

    async def restore(self, listing: str, decide: Decide, keep: KeepBefore) -> Sequence[Result]:
        """Put a withdrawn listing back: quantities while it is off sale, check, activate, check.

        A listing whose return would cost a fee gives ASK and is left alone.

        Raises:
            RemoteGone: the listing is deleted.
            UnexpectedAnswer: what was read lacks something, so nothing was sent.
        """
        view = await self._looks.look(listing, Lane.IN_TURN)
        if view.shelf is Shelf.LISTED:
            return await self.rewrite(listing, decide, keep)
        if view.state in COSTS_A_FEE:
            return view.all(Shown.ASK, f"Etsy has it as {view.state}: putting it back costs a fee")
        wanted = await decide(view.readings)
        if leaves_nothing(view, wanted):
            return stays_off(view, wanted, "stays withdrawn: there is nothing to sell")
        planned = plan(view, wanted)
        await keep(view.before_image())
        try:
            return await self._put_back(planned)
        except Refused as error:
            return view.all(Shown.REFUSED, str(error))

    async def changed_beside(self, listing: str, before: Mapping[str, Any]) -> Sequence[str]:
        """What of a listing, as it is now, differs from a former state, but for its quantities.

        Raises:
            RemoteGone: the listing is deleted.
        """
        view = await self._looks.look(listing, Lane.CHECKS)
        return replacement.changed_beside_quantities(before["inventory"], view.inventory)

    async def _put_back(self, planned: Plan) -> Sequence[Result]:
        if planned.body is not None:
            results = judge(*await self._replace(planned, planned.body))
            if any(one.shown in {Shown.UNKNOWN, Shown.STALE} for one in results):
                return results
        activated = planned.activating()
        try:
            with self._looks.writing():
                await self._client.activate(planned.before.listing)
        except MaybeApplied:
            activated = activated.left_unanswered()
        after = await self._look_until(
            planned.before.listing,
            lambda seen: seen.shelf is not planned.before.shelf,
        )
        return judge(activated, after)

    async def _replace(
        self,
        planned: Plan,
        body: bytes,
        is_sent: Callable[[], None] = lambda: None,
    ) -> tuple[Plan, View]:
        before = planned.before
        can_be_bought = before.shelf is Shelf.LISTED
        variations = replacement.variations_of(before.inventory)
        try:
            with self._looks.writing():
                await self._client.replace_inventory(
                    before.listing,
                    body,
                    variations=variations,
                    send_before=before.read_at + READ_HOLDS if can_be_bought else None,
                )
        except MaybeApplied:
            planned = planned.left_unanswered()
        is_sent()
        after = await self._look_until(before.listing, lambda seen: _moved(planned, seen))
        return planned, after

    async def _look_until(self, listing: str, changed: Callable[[View], bool]) -> View:
        """Read until the write can be seen, three times at most.

        Raises:
            RemoteGone: the listing was deleted meanwhile.
            MaybeApplied: it cannot be read. The write was sent, so nobody may believe that the
                former figure still stands: what is missing of it would seem lost.
        """
        try:
            view = await self._looks.look(listing, Lane.IN_TURN)
            for wait_s in LOOK_AGAIN_S:
                if changed(view):
                    break
                await self._clock.sleep(wait_s)
                view = await self._looks.look(listing, Lane.IN_TURN)
        except RemoteGone:
            raise
        except MarketplaceError as error:
            raise MaybeApplied(f"the write was sent and cannot be checked: {error}") from error
        return view


def _moved(done: Plan, seen: View) -> bool:
    """Whether no figure that was changed is the former one: a stale read looks like that.

    A sale of another product beside the write is no sign of it: the stale state may have that, too.
    """
    former = done.before.figures
    return seen.state != done.before.state or not any(
        seen.figures.get(ref) == former[ref] != wanted for ref, wanted in done.wanted.items()
    )
