"""Cancel the orders that a person gave up in a case. Nothing else in PEG cancels an order.

Each stands in the book before its shop is asked. A command that ends half way, however it ends, is
typed again: the order is read first, and what is cancelled already is not asked for again.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.ledger import cancellations
from peg.ledger.cancellations import Cancellation
from peg.marketplaces.port import Marketplace, MarketplaceError, Shown
from peg.marketplaces.writers import Asked, OrderCanceller
from peg.propagation.pauses import go_on

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
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._patience = patience

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

    async def cancel(self, one: Cancellation) -> None:
        """Have one order cancelled and paid back, and wait until that is seen.

        Raises:
            Paused: writes to its shop are stopped; nothing was sent.
            MarketplaceError: its shop could not be asked, or the order not be read.
        """
        if await self._is_done(one):
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
        if asked.shown is Shown.REFUSED and not await self._is_done(one):
            await self._note(one, f"refused: {asked.sentence}")
            return
        for _ in range(LOOKS_MAX):
            if await self._is_done(one):
                return
            await self._clock.sleep(LOOK_S)
        await self._note(one, ACCEPTED if asked.shown is Shown.SENT else asked.sentence)

    async def _ask(self, one: Cancellation) -> Asked:
        """Ask the shop, with that stored before, and nothing sent where writes are stopped."""
        async with begin(self._database) as session:
            await go_on(session, one.shop)
            await cancellations.sending(session, one, now=self._clock.now())
        try:
            return await self._shops[one.shop].cancel_order(one.order_id, note=_note(one))
        except MarketplaceError as error:
            await self._note(one, str(error))
            raise

    async def _is_done(self, one: Cancellation) -> bool:
        """Read the order and take it in: whether nothing of it waits for its pieces any more."""
        order = await self._shops[one.shop].order(one.order_id)
        async with begin(self._database) as session:
            await take_in(session, order, patience=self._patience, now=self._clock.now())
            found = await cancellations.of_case(session, one.case)
        return any(each.id == one.id and each.ended_at is not None for each in found)

    async def _book_cost(self, one: Cancellation) -> None:
        """What was paid back, once it was; its shop knows of shipping and tax too."""
        async with reading(self._database) as session:
            found = await cancellations.of_case(session, one.case)
        if any(each.id == one.id and each.ended_at is not None for each in found):
            paid_back = await self._shops[one.shop].paid_back(one.order_id)
            async with begin(self._database) as session:
                await cancellations.book_cost(session, one, paid_back=paid_back, fee=None)

    async def _note(self, one: Cancellation, outcome: str) -> None:
        async with begin(self._database) as session:
            await cancellations.came_to(session, one, outcome)


def _note(one: Cancellation) -> str:
    """What the shop's own history of the order will say."""
    return f"{one.sku} was sold twice; cancelled with PEG by {one.who} (case {one.case})"
