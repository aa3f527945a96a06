"""Shows last pieces on one shop only where a double sale is expected to cost too much.

It only ever takes off sale what more than one shop sells, and leaves it on one of them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.local import LocalBus
from peg.bus.signals import Signals
from peg.catalog import offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId, Sku
from peg.domain.messages import StockChanged
from peg.ledger import queries
from peg.propagation import board, withheld
from peg.propagation.board import Standing
from peg.propagation.outcomes import COSTS_A_FEE
from peg.propagation.retarget import aims_unwithheld
from peg.propagation.withheld import Cause, Withheld
from peg.propagation.withholding import give_back, withhold
from peg.reads.exposure_measured import Period
from peg.reads.risks import Risks, Terms, risks
from peg.workers.one_shop_rules import Alone, on_one_shop

log = structlog.get_logger()

LOOKED_AT_S = 3600.0
"""All sales of a month are looked through for it."""

SOON_S = 60.0
"""After a piece has become the last: more are gathered, and the shops come to show the figure."""

ON_ITS_WAY = timedelta(minutes=2)
"""What is put on sale again shows nothing for a moment: for as long as a proof is good for."""

LAST_PIECES = "exposure:last_pieces"
"""The signal that a piece has become the last, or comes back."""

Held = Mapping[str, Sequence[Withheld]]
"""What is off sale already, by piece."""


class OneShop:
    """Looks at times which pieces should be on one shop only; soon where one is the last by now."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signals: Signals,
        terms: Terms,
        period: Callable[[datetime], Period],
        *,
        soon_s: float = SOON_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._signals = signals
        self._terms = terms
        self._period = period
        self._soon_s = soon_s
        self._is_settled = True

    def listen(self, bus: LocalBus) -> None:
        """Hear of changes."""
        bus.subscribe_to_all(StockChanged, self.on_stock_changed)

    async def on_stock_changed(self, messages: Sequence[StockChanged]) -> None:
        """Put on every shop again what there are two of by now; a last piece is looked at soon."""
        if self._terms.most is None:
            return
        skus = {message.sku for message in messages}
        async with reading(self._database) as session:
            held = await withheld.by_about(session, Cause.EXPOSURE)
            pieces = {
                sku: (await queries.position(session, sku)).level.available for sku in sorted(skus)
            }
        for sku, available in pieces.items():
            if available > 1 and sku in held:
                await self._change(sku, None, held[sku])
        if 1 in pieces.values():
            self._signals.raise_(LAST_PIECES)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            wait_s = LOOKED_AT_S if self._is_settled else self._soon_s
            if await self._signals.wait(LAST_PIECES, timeout_s=wait_s):
                await self._clock.sleep(self._soon_s)

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
        now = self._clock.now()
        found = await risks(session, self._terms, self._period(now))
        alone = on_one_shop(found, most)
        over = {
            Sku(sku): rows
            for sku, rows in held.items()
            if sku not in alone and not await _may_come_back(session, Sku(sku), rows, found)
        }
        coming = {
            sku
            for sku, rows in over.items()
            if found.available.get(sku, 0) == 1 and await _on_its_way(session, sku, rows, now)
        }
        self._is_settled = not coming and not await _are_driven(session, found.available, now)
        return {**{sku: None for sku in over if sku not in coming}, **alone}

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


async def _on_its_way(
    session: AsyncSession, sku: Sku, rows: Sequence[Withheld], now: datetime
) -> bool:
    """Whether the shop that it is on alone is about to be told to show it again, or just was."""
    off_sale = {one.offer for one in rows}
    theirs = [one for one in await offers.of_skus(session, [sku]) if one.id not in off_sale]
    aims = await aims_unwithheld(session, theirs)
    standings = await board.standings(session, [one for one, aim in aims.items() if aim.listed])
    return any(not one.target.total or _is_driven(one, now) for one in standings.values())


async def _are_driven(session: AsyncSession, available: Mapping[Sku, int], now: datetime) -> bool:
    """Whether a last piece is not shown yet, and was not told to be for long."""
    standings = await board.standings(session, await board.dirty_offers(session))
    driven = [offer for offer, one in standings.items() if _is_driven(one, now)]
    known = await offers.by_ids(session, driven)
    return any(available.get(part.sku) == 1 for one in known.values() for part in one.components)


def _is_driven(one: Standing, now: datetime) -> bool:
    """A fee is no matter of moments: a person has to pay it."""
    asks = one.attempts > 0 and one.last_outcome == COSTS_A_FEE
    lately = one.behind_since is not None and one.behind_since + ON_ITS_WAY > now
    return one.target.total > 0 and lately and one.refused_at is None and not asks


def _why(shop: ShopId) -> str:
    return f"on {shop} alone: a double sale may cost more than you allow (`peg exposure`)"
