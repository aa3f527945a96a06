"""How long sold pieces stayed on sale elsewhere, and what that is expected to cost."""

from datetime import datetime
from itertools import permutations

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items
from peg.domain.exposure import Measured, Pair, in_coins
from peg.domain.identity import ShopId, Sku
from peg.ledger import queries
from peg.reads.exposure_measured import Period
from peg.reads.risks import Risk, Risks, Terms, risks
from peg.shops import directory


class PairRow(BaseModel):
    """Sales of last pieces on one shop, and the seconds until another sold them no more.

    The figures are null where nothing was measured. `p95_s`: 95 of 100 took no longer, by the
    nearest rank. `double_sales`: cases with orders of both, the first of them on `sold_on`.
    """

    sold_on: ShopId
    withdrawn_from: ShopId
    withdrawals: int
    median_s: float | None
    p95_s: float | None
    worst_s: float | None
    mean_s: float | None
    double_sales: int


class PieceRow(BaseModel):
    """One piece that more than one shop sells.

    `shops`: the one that earns most with it first. `price`: the highest. `chance`: that the sale of
    its last one is a double one; `cost`: chance times what a double sale costs. Both are null where
    that cannot be told, and `why` says why not. `only_on`: the shop that shows it, if its cost was
    more than PEG_EXPOSURE_MAX allows; null: all of them do.
    """

    sku: Sku
    name: str
    available: int
    shops: list[ShopId]
    price: str | None
    chance: float | None
    cost: str | None
    why: str
    only_on: ShopId | None


class Exposure(BaseModel):
    """What was measured from `since` to `until`, and what it means for pieces on several shops.

    `double_sale_percent`: what a double sale is taken to cost, of the price: as the past ones did
    whose cost was booked, `booked` of them, or if there is none as PEG_EXPOSURE_COST_PERCENT says.
    `most`: pieces that are expected to cost more are on one shop only; null: none is.
    `withdrawals_min`: of a pair of shops with fewer nothing is concluded.
    """

    since: datetime
    until: datetime
    withdrawals_min: int
    double_sale_percent: str
    booked: int
    most: str | None
    pairs: list[PairRow]
    pieces: list[PieceRow]


async def exposure(
    session: AsyncSession,
    terms: Terms,
    period: Period,
    *,
    sku: Sku | None = None,
    limit: int | None = None,
) -> Exposure:
    """The pieces of which one is left, the costliest first; or one piece, however many are left.

    Raises:
        UnknownSku: no such item.
    """
    if sku is not None:
        await queries.position(session, sku)
    found = await risks(session, terms, period)
    some = [one for one in found.pieces if (one.available == 1 if sku is None else one.sku == sku)]
    some = some[:limit]
    known = await items.by_skus(session, [one.sku for one in some])
    shops = sorted(await directory.selling(session))
    return Exposure(
        since=period.since,
        until=period.until,
        withdrawals_min=period.withdrawals_min,
        double_sale_percent=_percent(found),
        booked=found.booked,
        most=None if terms.most is None else str(terms.most),
        pairs=[_pair(pair, found.measured) for pair in permutations(shops, 2)],
        pieces=[_piece(one, known[one.sku].name) for one in some],
    )


def _percent(found: Risks) -> str:
    return f"{found.share * 100:.0f}"


def _pair(pair: Pair, seen: Measured) -> PairRow:
    waits = seen.waits.get(pair)
    sold_on, withdrawn_from = pair
    return PairRow(
        sold_on=sold_on,
        withdrawn_from=withdrawn_from,
        withdrawals=len(waits.seconds) if waits else 0,
        median_s=round(waits.median_s, 3) if waits else None,
        p95_s=waits.p95_s if waits else None,
        worst_s=waits.worst_s if waits else None,
        mean_s=round(waits.mean_s, 3) if waits else None,
        double_sales=seen.double_sales.get(pair, 0),
    )


def _piece(risk: Risk, name: str) -> PieceRow:
    cost = None
    if risk.cost is not None and risk.price is not None:
        cost = str(in_coins(risk.cost, risk.price.currency))
    return PieceRow(
        sku=risk.sku,
        name=name,
        available=risk.available,
        shops=list(risk.shops),
        price=None if risk.price is None else str(risk.price),
        chance=risk.chance,
        cost=cost,
        why=risk.why,
        only_on=risk.only_on,
    )
