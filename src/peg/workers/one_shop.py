"""Shows last pieces on one shop only where a double sale is expected to cost too much.

It only ever takes off sale what more than one shop sells, and leaves it on one of them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId, Sku
from peg.propagation import withheld
from peg.propagation.withheld import Cause, Withheld
from peg.propagation.withholding import give_back, withhold
from peg.reads.exposure_measured import Period
from peg.reads.risks import Risks, Terms, risks
from peg.workers.one_shop_rules import Alone, on_one_shop

log = structlog.get_logger()

Held = Mapping[str, Sequence[Withheld]]
"""What is off sale already, by piece."""


class OneShop:
    """Looks at times which pieces should be on one shop only."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        terms: Terms,
        period: Callable[[datetime], Period],
    ) -> None:
        self._database = database
        self._clock = clock
        self._terms = terms
        self._period = period

    async def look(self) -> None:
        """Take off sale elsewhere what costs too much, and put back what does no more."""
        async with reading(self._database) as session:
            held = await withheld.by_about(session, Cause.EXPOSURE)
            wanted = await self._wanted(session, held)
        for sku, alone in wanted.items():
            await self._change(sku, alone, held.get(sku, ()))

    async def _wanted(self, session: AsyncSession, held: Held) -> Mapping[Sku, Alone | None]:
        """What holds from now on; None: on every shop again."""
        most = self._terms.most
        if most is None:
            return dict.fromkeys(map(Sku, held))
        found = await risks(session, self._terms, self._period(self._clock.now()))
        alone = on_one_shop(found, most)
        ended = [
            Sku(sku)
            for sku, rows in held.items()
            if sku not in alone and not await _may_come_back(session, Sku(sku), rows, found)
        ]
        return {**dict.fromkeys(ended), **alone}

    async def _change(self, sku: Sku, alone: Alone | None, rows: Sequence[Withheld]) -> None:
        elsewhere = alone.elsewhere if alone else frozenset()
        over = [one for one in rows if one.offer not in elsewhere]
        new = elsewhere - {one.offer for one in rows}
        if not (over or new):
            return
        async with begin(self._database) as session:
            now = self._clock.now()
            await give_back(session, over, now=now)
            if alone and new:
                taken = await offers.by_ids(session, sorted(new))
                await withhold(
                    session,
                    list(taken.values()),
                    cause=Cause.EXPOSURE,
                    about=sku,
                    why=_why(alone.shop),
                    now=now,
                )
        kept_on = alone.shop if alone else None
        log.info("exposure.changed", sku=sku, kept_on=kept_on, off=len(new), back=len(over))


async def _may_come_back(
    session: AsyncSession, sku: Sku, rows: Sequence[Withheld], found: Risks
) -> bool:
    """Whether it is sold or kept for somebody: cancelled or released, it is as it was."""
    if found.available.get(sku, 0) > 0:
        return False
    known = await offers.by_ids(session, [one.offer for one in rows])
    return any(not one.gone for one in known.values())


def _why(shop: ShopId) -> str:
    return f"on {shop} alone: a double sale may cost more than you allow (`peg exposure`)"
