"""Work that is done again and again, and goes on when a marketplace failed."""

from collections.abc import Awaitable, Callable

import structlog

from peg.domain.clock import Clock
from peg.marketplaces.port import Marketplace, MarketplaceError

log = structlog.get_logger()


def every(
    clock: Clock,
    seconds: float,
    work: Callable[[], Awaitable[object]],
    *,
    at_once: bool = True,
    of: Marketplace | None = None,
) -> Callable[[], Awaitable[None]]:
    """A loop that does `work`; less often while the marketplace it is `of` is short of calls."""

    async def loop() -> None:
        if not at_once:
            await clock.sleep(seconds)
        while True:
            try:
                await work()
            except MarketplaceError as error:
                log.warning("round.failed", error=type(error).__name__, sentence=str(error))
            await clock.sleep(seconds * (of.slowed if of else 1.0))

    return loop
