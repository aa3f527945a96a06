"""The worker behind the inbox, step by step: what its loop does between two waits."""

import asyncio

from peg.domain.clock import Clock
from peg.intake.acceptor import Acceptor
from peg.intake.reception import ORDERS_FIRST


async def tried(acceptor: Acceptor) -> int:
    """Work on what is due now, each to its end; how many deliveries that were."""
    async with asyncio.TaskGroup() as work:
        batch = await acceptor.begin_on_what_waits(work)
    return len(batch.deliveries)


async def worked_off(acceptor: Acceptor, clock: Clock) -> None:
    """Orders first; then, a moment later, what their webhooks said of figures."""
    await all_tried(acceptor)
    await clock.sleep(ORDERS_FIRST.total_seconds())
    await all_tried(acceptor)


async def all_tried(acceptor: Acceptor) -> None:
    """Until nothing is due any more."""
    while await tried(acceptor):
        pass
