"""What was seen of sales and withdrawals lately: what exposure is computed from."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.exposure import (
    WITHDRAWALS_MIN,
    Measured,
    Pair,
    Waits,
    rate_per_s,
    share_lost,
)
from peg.domain.identity import ShopId
from peg.ledger import cancellations, order_rows
from peg.ledger.cases import COUNTER, all_cases
from peg.reads import sales
from peg.reads.on_sale import OnSale
from peg.shops import directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is looked at: sales from `since` to `until`, or from when their shop was connected.

    Attributes:
        withdrawals_min: so many of a pair of shops are believed.
    """

    since: datetime
    until: datetime
    withdrawals_min: int = WITHDRAWALS_MIN


async def measured(session: AsyncSession, on_sale: OnSale, period: Period) -> Measured:
    """The seconds until withdrawals, double sales, and how often offers are bought."""
    return Measured(
        waits=await _waits(session, period),
        double_sales=await _double_sales(session, period),
        rates_per_s=await _rates_per_s(session, on_sale, period),
        withdrawals_min=period.withdrawals_min,
    )


async def share_booked(session: AsyncSession) -> tuple[Decimal | None, int]:
    """What double sales have cost as a share of what had been paid, and of how many that is."""
    booked = [
        (one.cost, one.ordered)
        for one in await cancellations.booked(session)
        if one.cost is not None and one.ordered is not None
    ]
    return share_lost(booked), len(booked)


async def _waits(session: AsyncSession, period: Period) -> Mapping[Pair, Waits]:
    seconds: dict[Pair, list[float]] = defaultdict(list)
    placed = await order_rows.created_since(session, period.since)
    for sale in await sales.some(session, placed):
        for shop, waited in sale.withdrawn.items():
            seconds[sale.shop, shop].append(waited)
    return {pair: Waits(those) for pair, those in sorted(seconds.items())}


async def _double_sales(session: AsyncSession, period: Period) -> Mapping[Pair, int]:
    """Cases of orders on two shops; by the first order's and the last one's."""
    found: Counter[Pair] = Counter()
    for case in await all_cases(session, open_only=False):
        shops = [ShopId(one["shop"]) for one in case["orders"] if one["shop"] != COUNTER]
        if case["opened_at"] >= period.since and len(set(shops)) > 1:
            last = next(shop for shop in reversed(shops) if shop != shops[0])
            found[shops[0], last] += 1
    return found


async def _rates_per_s(
    session: AsyncSession, on_sale: OnSale, period: Period
) -> Mapping[ShopId, float]:
    found = {}
    for shop in await directory.all_shops(session):
        since = max(period.since, shop.connected_at)
        found[shop.id] = rate_per_s(
            await order_rows.lines_since(session, shop.id, since),
            offers=on_sale.count(shop.id),
            seconds=(period.until - since).total_seconds(),
        )
    return found
