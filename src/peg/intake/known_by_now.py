"""Orders that were kept since nobody knew what their lines sell: taken in once that is known."""

from collections.abc import Callable, Sequence

from peg.catalog import offers
from peg.db.batches import batches
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.ledger import kept

AT_ONCE_MAX = 50
"""Orders that are taken in by one transaction: others that write wait for no more."""


class KnownByNow:
    """Takes kept orders in once more. Each counts once, whoever else does the same."""

    def __init__(self, database: Database, clock: Clock, patience: Patience) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience

    async def take_in_all(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Every order with a line that nobody could assign; how many."""
        async with reading(self._database) as session:
            waiting = await kept.unresolved_orders(session)
        await self._take_in(waiting, progress)
        return len(waiting)

    async def take_in_matched(self) -> int:
        """Those with a line whose offer was matched since: whoever matched it was broken off."""
        async with reading(self._database) as session:
            known = await offers.by_refs(session, await kept.unresolved_refs(session))
            matched = [ref for ref, offer in known.items() if offer.components]
            lines = await kept.waiting_lines(session, matched) if matched else []
        orders = list(dict.fromkeys((one.ref.shop, one.order) for one in lines))
        await self._take_in(orders, lambda _count: None)
        return len(orders)

    async def _take_in(
        self, orders: Sequence[tuple[ShopId, str]], progress: Callable[[int], None]
    ) -> None:
        for batch in batches(orders, AT_ONCE_MAX):
            async with begin(self._database) as session:
                for shop, order in batch:
                    snapshot = await kept.kept_order(session, shop, order)
                    await take_in(session, snapshot, patience=self._patience, now=self._clock.now())
            progress(len(batch))
