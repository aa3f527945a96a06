"""`peg orders never-sold`: an order that its shop told of and never had."""

from collections.abc import Mapping

from peg.cli.terminal import Here, Report
from peg.cli.words import Reason, seen
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.identity import Sku
from peg.domain.order import NeverSold
from peg.domain.stock import StockLevel
from peg.intake.never_sold import GivenBack
from peg.ledger import queries
from peg.wiring.peg import open_peg


async def never_sold(order: str, /, *, why: Reason, here: Here) -> int:
    """An order that its shop told of, and never had: its pieces can be sold again.

    Such as a test that the shop sent, or an order that was deleted there. The shop is asked first.
    An order that it shows is cancelled there, not here; where it cannot be asked nothing is
    changed. If it shows the order later after all, the order counts again.

    Args:
        order: its name, 1001 or "#1001", or its number, as `peg orders --json` tells it.
        why: kept in the book, for those who ask later.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        orders = peg.orders_never_sold(await peg.engine())
        done = await orders.give_back(order, who=here.who, why=why)
        async with reading(ground.database) as session:
            levels = {sku: (await queries.position(session, sku)).level for sku in done.pieces}
    return here.show(_said(done, levels))


def _said(done: GivenBack, levels: Mapping[Sku, StockLevel]) -> Report:
    order, said = done.order, done.order.never_sold
    return Report(
        facts={
            "shop": order.shop,
            "order": order.order,
            "name": order.name,
            "never_sold": {"who": said.who, "why": said.why, "at": said.at} if said else None,
            "already": done.already,
            "pieces": dict(done.pieces),
            "available": {sku: level.available for sku, level in levels.items()},
            "ticked_off": done.ticked_off,
        },
        sentence=_already(order.name, said) if done.already and said else _now(done, levels),
    )


def _already(name: str, said: NeverSold) -> str:
    return (
        f"{name} was never sold: {said.who} said so at {seen(said.at)} ({said.why}). Nothing was"
        " changed"
    )


def _now(done: GivenBack, levels: Mapping[Sku, StockLevel]) -> str:
    back = ", ".join(
        f"{sku}: {done.pieces[sku]} back, {level.available} available, {level.on_hand} on hand"
        for sku, level in levels.items()
    )
    ticked = counted(
        done.ticked_off, "delivery that told of it is", "deliveries that told of it are"
    )
    return (
        f"{done.order.name} counts no more; {back or 'it held no piece'}."
        + (f" {ticked} ticked off." if done.ticked_off else "")
        + " It goes back on sale once both shops were read again. If its shop shows the order after"
        " all, it counts again"
    )
