"""Orders that were kept since nobody knew what their lines sell: taken in once that is known."""

from collections.abc import Callable, Sequence

import structlog

from peg.catalog import offers
from peg.db.batches import batches
from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.ledger import kept

log = structlog.get_logger()

Kept = tuple[ShopId, str]
"""The shop and the number of a kept order."""

AT_ONCE_MAX = 50
"""Orders that are taken in by one transaction: others that write wait for no more."""


class KnownByNow:
    """Takes kept orders in once more. Each counts once, whoever else does the same."""

    def __init__(self, database: Database, clock: Clock, patience: Patience) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience

    async def take_in_all(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Every order with a line that nobody could assign; how many were taken in."""
        async with reading(self._database) as session:
            waiting = await kept.unresolved_orders(session)
        return await self._take_in(waiting, progress)

    async def take_in_matched(self) -> int:
        """Those with a line whose offer was matched since: whoever matched it was broken off."""
        async with reading(self._database) as session:
            known = await offers.by_refs(session, await kept.unresolved_refs(session))
            matched = [ref for ref, offer in known.items() if offer.components]
            lines = await kept.waiting_lines(session, matched) if matched else []
        orders = list(dict.fromkeys((one.ref.shop, one.order) for one in lines))
        return await self._take_in(orders, lambda _count: None)

    async def _take_in(self, orders: Sequence[Kept], progress: Callable[[int], None]) -> int:
        done = 0
        for batch in batches(orders, AT_ONCE_MAX):
            done += await self._as_far_as_possible(batch)
            progress(len(batch))
        return done

    async def _as_far_as_possible(self, batch: Sequence[Kept]) -> int:
        """All at once; each by itself if one of them fails, which then waits on alone."""
        try:
            async with begin(self._database) as session:
                for shop, order in batch:
                    snapshot = await kept.kept_order(session, shop, order)
                    await take_in(session, snapshot, patience=self._patience, now=self._clock.now())
        except DatabaseUnavailable:
            raise  # no order's fault, and no better with the next
        except Exception:  # one order's fault is no other's; it is logged, and stays kept
            if len(batch) == 1:
                ((shop, order),) = batch
                log.exception("order.not_taken_in_again", shop=shop, order=order)
                return 0
            return sum([await self._as_far_as_possible([one]) for one in batch])
        return len(batch)
