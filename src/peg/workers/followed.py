"""How fast the other shops follow sales: each is measured once, and what still waits is told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.identity import Channel
from peg.ledger import order_rows
from peg.ledger.order_headers import OrderKey
from peg.monitoring.metrics import Metrics
from peg.reads import sales
from peg.reads.following import AIMED_WITHIN, Elsewhere, Followed
from peg.reads.sales import Sale

LOOK_BACK = timedelta(days=1)
"""Sales of the last day may still wait when a process begins; and so long a sale that was measured
is remembered, since a cancellation tells of it once more."""

Pair = tuple[Channel, Channel]
"""Where a piece was sold, and where the other shops have to follow."""


class FollowedSales:
    """Watches the sales that the other shops have yet to follow."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._begun_at = clock.now()
        self._watched: set[OrderKey] | None = None
        self._told: set[OrderKey] = set()
        self._measured: dict[tuple[OrderKey, Channel], datetime] = {}

    def tell(self, order: OrderKey) -> None:
        """An order is new in the book, or changed it."""
        self._told.add(order)

    async def look(self) -> None:
        """Measure what was followed since the last look, and how long the others wait."""
        told, self._told = self._told, set()
        async with reading(self._database) as session:
            watched = await self._to_watch(session) | told
            found = await sales.some(session, watched)
        now = self._clock.now()
        for sale in found:
            for part in sale.elsewhere:
                self._measure(sale, part)
        self._watched = {_key(sale) for sale in found if not _is_settled(sale, now)}
        self._tell_what_waits(found, now)
        self._forget(now)

    async def _to_watch(self, session: AsyncSession) -> set[OrderKey]:
        if self._watched is None:
            return set(await order_rows.created_since(session, self._begun_at - LOOK_BACK))
        return self._watched

    def _measure(self, sale: Sale, part: Elsewhere) -> None:
        """Once, and by the process that lived when the sale was followed: none counts it again."""
        if part.seconds is None:
            return
        followed_at = sale.created_at + timedelta(seconds=part.seconds)
        key = (_key(sale), part.channel)
        since = max(self._begun_at, self._clock.now() - LOOK_BACK)
        if followed_at >= since and key not in self._measured:
            self._measured[key] = followed_at
            self._metrics.sale_followed_s.labels(sale.channel, part.channel).observe(part.seconds)

    def _tell_what_waits(self, found: Sequence[Sale], now: datetime) -> None:
        ages_s: dict[Pair, list[float]] = defaultdict(list)
        for sale in found:
            for part in sale.elsewhere:
                if part.followed is Followed.WAITING:
                    age_s = max(0.0, (now - sale.created_at).total_seconds())
                    ages_s[sale.channel, part.channel].append(age_s)
        for sold_on in Channel:
            for followed_on in Channel:
                waiting = ages_s[sold_on, followed_on]
                labels = (sold_on, followed_on)
                self._metrics.sales_waiting.labels(*labels).set(len(waiting))
                self._metrics.sale_waiting_s.labels(*labels).set(max(waiting, default=0.0))

    def _forget(self, now: datetime) -> None:
        gone = [key for key, at in self._measured.items() if at < now - LOOK_BACK]
        for key in gone:
            del self._measured[key]


def _key(sale: Sale) -> OrderKey:
    return sale.shop, sale.order


def _is_settled(sale: Sale, now: datetime) -> bool:
    """Nothing more is to come; what looks in step may only not have its targets yet."""
    if sale.followed is Followed.WAITING:
        return False
    if sale.known_at is None or all(part.seconds is not None for part in sale.elsewhere):
        return True
    return sale.known_at + AIMED_WITHIN < now
