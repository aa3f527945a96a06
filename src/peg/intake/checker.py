"""The worker that reads doubtful offers again when their time has come."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from peg.bus.crew import all_to_their_end
from peg.bus.signals import Signals
from peg.catalog import offers
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.intake import checks, watches
from peg.intake.checks import CHECKS, URGENT_CHECKS, WATCHED, Check
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import MarketplaceError, UnexpectedAnswer

log = structlog.get_logger()

SWEEP_S = 0.5
AGAIN_AFTER = timedelta(seconds=5)
AGAIN_AFTER_MAX = timedelta(minutes=1)
DOUBLINGS_MAX = 4


class Checker:
    """Takes in the orders of a doubtful offer's shop, then reads the offer again.

    What a told sale makes doubtful is read at once, beside all other: its order is known already,
    and polls wait for their turn when many calls are made.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signals: Signals,
        *,
        polls: Polls,
        lookout: Lookout,
        patience: Patience,
    ) -> None:
        self._database = database
        self._clock = clock
        self._signals = signals
        self._polls = polls
        self._lookout = lookout
        self._patience = patience
        self._failures: dict[OfferId, int] = {}

    async def run(self, *, urgent: bool = False) -> None:
        """Check until cancelled: what is `urgent`, or else all other."""
        while True:
            if await self._check(urgent=urgent):
                await self._clock.sleep(self._patience.between_checks_s)
            else:
                await self._signals.wait(URGENT_CHECKS if urgent else CHECKS, timeout_s=SWEEP_S)

    async def check_once(self) -> int:
        """Read again what is due now, the urgent first; how many offers that were."""
        return await self._check(urgent=True) + await self._check(urgent=False)

    async def _check(self, *, urgent: bool) -> int:
        async with begin(self._database) as session:
            due = await checks.take_due(session, now=self._clock.now(), urgent=urgent)
            known = await offers.by_ids(session, [check.offer for check in due])
        by_shop: dict[ShopId, list[Check]] = {}
        for check in due:
            offer = known.get(check.offer)
            if offer is None:
                await self._drop(check.offer)
            else:
                by_shop.setdefault(offer.ref.shop, []).append(check)
        # One shop that cannot be read keeps its checks, and holds up no other shop.
        read = partial(self._look, urgent=True) if urgent else self._poll_and_look
        await all_to_their_end(*(read(*one) for one in sorted(by_shop.items())))
        return len(due)

    async def _poll_and_look(self, shop: ShopId, due: Sequence[Check]) -> None:
        polled_at = self._clock.now()
        try:
            await self._polls.poll(shop)
        except MarketplaceError as error:
            await self._postpone(shop, due, error)
            return
        watched = [check for check in due if check.why == WATCHED]
        async with begin(self._database) as session:
            await watches.end(session, watched, polled_at=polled_at, patience=self._patience)
        doubted = [check for check in due if check.why != WATCHED]
        if doubted:
            await self._look(shop, doubted)

    async def _look(self, shop: ShopId, due: Sequence[Check], *, urgent: bool = False) -> None:
        """Read the offers together; each by itself if one of them cannot be read."""
        try:
            await self._lookout.look([check.offer for check in due], urgent=urgent)
        except UnexpectedAnswer as error:
            if len(due) == 1:
                await self._postpone(shop, due, error)
                return
            for check in due:
                await self._look(shop, [check], urgent=urgent)
            return
        except MarketplaceError as error:
            await self._postpone(shop, due, error)
            return
        await self._settle(due)

    async def _settle(self, due: Sequence[Check]) -> None:
        """Drop the checks that nothing asked to repeat while they ran."""
        async with begin(self._database) as session:
            for check in due:
                await checks.settle(session, check)
                self._failures.pop(check.offer, None)

    async def _postpone(self, shop: ShopId, due: Sequence[Check], error: MarketplaceError) -> None:
        """Ask again later, and each time later than before."""
        log.warning("check.postponed", shop=shop, offers=len(due), error=str(error))
        async with begin(self._database) as session:
            for check in due:
                failures = self._failures.get(check.offer, 0)
                self._failures[check.offer] = failures + 1
                wait = min(AGAIN_AFTER * 2 ** min(failures, DOUBLINGS_MAX), AGAIN_AFTER_MAX)
                await checks.postpone(session, check.offer, due_at=self._clock.now() + wait)

    async def _drop(self, offer: OfferId) -> None:
        self._failures.pop(offer, None)
        async with begin(self._database) as session:
            await checks.done(session, offer)
