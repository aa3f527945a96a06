"""Cancel the orders that a person gave up in a case. Nothing else in PEG cancels an order.

Each stands in the book before its shop is asked. A command that ends half way, however it ends, is
typed again: the order is read first, and what is cancelled already is not asked for again.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

import structlog

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.ledger import cancellations
from peg.ledger.cancellations import Cancellation
from peg.ledger.given_back import TAKEN_OUT
from peg.marketplaces.port import Marketplace, MarketplaceError, Shown
from peg.marketplaces.writers import Asked, OrderCanceller, PaidBack
from peg.propagation.pauses import go_on
from peg.propagation.taking_out import PartTaker, note_of, sent_meanwhile

log = structlog.get_logger()

LOOK_S = 2.0
LOOKS_MAX = 10
"""A shop carries a cancellation out within seconds; after so many looks it is left to the polls."""

ACCEPTED = "accepted, and not carried out yet"


class CancellingShop(Marketplace, OrderCanceller, Protocol):
    """A shop whose orders a program may read and cancel."""


class Canceller:
    """Cancels orders on the shops that allow it to a program."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, CancellingShop],
        *,
        patience: Patience,
        rng: Random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._patience = patience
        self._parts = PartTaker(database, clock, shops, rng=rng)

    async def cancel_all(self, decided: Sequence[Cancellation]) -> Mapping[str, str]:
        """Those of what was decided that PEG can cancel; why some could not be, by `shop/order`."""
        failed = {}
        for one in decided:
            if not one.by_hand and one.ended_at is None:
                try:
                    await self.cancel(one)
                    await self._book_cost(one)
                except MarketplaceError as error:
                    failed[f"{one.shop}/{one.order_id}"] = str(error)
        return failed

    async def book_costs(self, decided: Sequence[Cancellation]) -> None:
        """What was asked for and seen done, and has no cost since a command broke off before that.

        Raises:
            MarketplaceError: a shop could not be asked.
        """
        for one in decided:
            await self._book_cost(one)

    async def cancel(self, one: Cancellation) -> None:
        """Have one order cancelled and paid back, and wait until that is seen.

        Raises:
            Paused: writes to its shop are stopped; nothing was sent.
            MarketplaceError: its shop could not be asked, or the order not be read.
        """
        order = await self._unless_done(one)
        if order is None:
            return
        if sent := sent_meanwhile(one, order):
            await self._note(one, sent)
            return
        asked = await self._ask(one)
        log.info(
            "case.cancel_asked",
            case=one.case,
            shop=one.shop,
            order=one.order_id,
            outcome=asked.shown.value,
            why=asked.sentence,
        )
        if asked.shown is Shown.REFUSED and await self._unless_done(one) is not None:
            await self._note(one, f"refused: {asked.sentence}")
            return
        for _ in range(LOOKS_MAX):
            if await self._unless_done(one) is None:
                return
            await self._clock.sleep(LOOK_S)
        await self._note(one, ACCEPTED if asked.shown is Shown.SENT else asked.sentence)

    async def _ask(self, one: Cancellation) -> Asked:
        """Ask the shop, with that stored before, and nothing sent where writes are stopped."""
        try:
            return await (self._parts.ask(one) if one.units else self._ask_for_all(one))
        except MarketplaceError as error:
            await self._note(one, str(error))
            raise

    async def _ask_for_all(self, one: Cancellation) -> Asked:
        async with begin(self._database) as session:
            await go_on(session, one.shop)
            await cancellations.sending(session, one, now=self._clock.now())
        return await self._shops[one.shop].cancel_order(one.order_id, note=note_of(one))

    async def _unless_done(self, one: Cancellation) -> OrderSnapshot | None:
        """Read the order and take it in; None where it has given up what it was to give up."""
        order = await self._shops[one.shop].order(one.order_id)
        async with begin(self._database) as session:
            await take_in(session, order, patience=self._patience, now=self._clock.now())
            known = await cancellations.as_it_is(session, one)
        return order if known.ended_at is None else None

    async def _book_cost(self, one: Cancellation) -> None:
        """What was paid back, once it was; its shop knows of shipping and tax too."""
        async with reading(self._database) as session:
            if (await cancellations.as_it_is(session, one)).ended_at is None:
                return
        shop = self._shops[one.shop]
        if not one.units:
            back: PaidBack | None = PaidBack(amount=await shop.paid_back(one.order_id))
        else:
            back = await shop.paid_back_with(one.order_id, note_of(one))
        if back is None:
            return  # a person has taken it out, and knows what they paid back
        async with begin(self._database) as session:
            await cancellations.book_cost(session, one, paid_back=back.amount, fee=None)
            if back.odd:
                await cancellations.change(session, one.id, outcome=f"{TAKEN_OUT}; {back.odd}")

    async def _note(self, one: Cancellation, outcome: str) -> None:
        async with begin(self._database) as session:
            await cancellations.came_to(session, one, outcome)
