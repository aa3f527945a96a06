"""A jeweller decides a case of the little shop, as `peg cases resolve` does."""

from collections.abc import Mapping
from typing import Any

from tests.support.little_shop import LittleShop

from marketsim.market import OrderId
from peg.db.transaction import begin, reading
from peg.domain.claim import Policy
from peg.ledger import cancellations
from peg.propagation.resolving import decide, plan
from peg.reads.case_file import CaseFile, case_file


async def told(shop: LittleShop, number: int) -> CaseFile:
    """All of a case."""
    async with reading(shop.rehearsal.ground.database) as session:
        return await case_file(session, number, policy=Policy.EARLIEST_PAID, fees={})


async def decides(shop: LittleShop, number: int, *, keep: OrderId) -> Mapping[str, str]:
    """She keeps one order; why others could not be cancelled."""
    ground = shop.rehearsal.ground
    async with begin(ground.database) as session:
        made = await plan(session, number, [number_of(keep)], policy=Policy.EARLIEST_PAID)
        await decide(session, made, who="mira", now=ground.clock.now())
        decided = await cancellations.of_case(session, number)
    return await shop.rehearsal.engine.canceller().cancel_all(decided)


def number_of(order: OrderId) -> str:
    """The marketplace's number of an order, as PEG keeps it."""
    return order.rpartition("/")[2]


def on_shopify(shop: LittleShop, order: OrderId) -> Mapping[str, Any]:
    """An order as Shopify itself has it."""
    orders = shop.rehearsal.shopify.market.truth()["orders"]
    told: Mapping[str, Any] = next(one for one in orders if one["id"] == order)
    return told
