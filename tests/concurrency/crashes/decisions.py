"""Kill `peg cases resolve` amid its work: typed again, it ends that once.

No `peg run` is at work, which would hear of what the dead command had done: the command alone has
to find out.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.concurrency.crashes.chain import Told
from tests.concurrency.crashes.errand import send
from tests.concurrency.crashes.fair import Fair
from tests.concurrency.crashes.points import Act, Point
from tests.concurrency.crashes.verdict import breaches, counted

from peg.wiring.ground import open_ground
from peg.wiring.peg import open_peg

QUIETLY = {
    "etsy.receipt_lag": 0.0,
    "shopify.routing_lags": 0.0,
    "shopify.job_fails": 0.0,
}
KILLED = -9
LOOKS_MAX, LOOK_S = 20, 0.5
TYPED_AGAIN = 2
"""Once is to end it; what is typed once more is to change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldTwice:
    """A single piece that both shops have sold; Shopify's order is to give it up.

    Attributes:
        unit: of the piece on Shopify.
        keep: Etsy's order.
        pays_minor: what comes back to the buyer.
        has_more: the order takes another piece too.
    """

    case: int
    order: str
    unit: str
    keep: str
    pays_minor: int
    has_more: bool


async def kill_decisions(
    fair: Fair, points: Sequence[Point], *, log: Path, code: Path | None = None
) -> AsyncIterator[Told]:
    """At each point kill the command, type it again, and judge what came of both.

    `code`: a copy of PEG's source, if that is to be killed.
    """
    await fair.http.put(f"{fair.environment['PEG_SHOPIFY_URL']}/_control/faults", json=QUIETLY)
    await _let_it_cancel(fair, log)
    for point in points:
        sold = await sell_twice(fair, has_more=point.act is Act.GIVES_UP_A_PART)
        words = ("cases", "resolve", str(sold.case), "--keep", sold.keep)
        told = Told(what=str(point))
        if await send(fair.environment, *words, log=log, point=point, code=code) != KILLED:
            told.broken.append("the command did not come to this point: mend the table of points")
        for _ in range(TYPED_AGAIN):
            await send(fair.environment, *words, log=log, code=code)
        told.broken += [*await _ended_otherwise(fair, sold), *await breaches(fair)]
        told.orders, told.letters = await counted(fair)
        yield told


async def _let_it_cancel(fair: Fair, log: Path) -> None:
    """Connect Shopify by the app's own credentials, which have every right that it was given."""
    told = (await fair.control.read("connection"))["shopify"]
    options = {
        "--shop": told["shop"],
        "--client-id": told["client_id"],
        "--client-secret": told["client_secret"],
    }
    words = [word for pair in options.items() for word in pair]
    assert await send(fair.environment, "connect", "shopify", *words, log=log) == 0


async def sell_twice(fair: Fair, *, has_more: bool) -> SoldTwice:
    """Both shops sell the same piece, and PEG learns of it from their orders."""
    units = await fair.on_both(single=True)
    also = (await fair.on_both(single=False))["shopify"]
    bought = {}
    for market, unit in units.items():
        more = {also: 1} if has_more and market == "shopify" else {}
        asked = await fair.control.act("orders", market=market, unit=unit, also=more)
        bought[market] = str(asked["order"])
        await fair.control.act("orders/pay", market=market, order=bought[market])
    case = await _learnt_of(fair)
    there = await _on_shopify(fair, bought["shopify"])
    (line,) = [one for one in there["lines"] if one["unit"] == units["shopify"]]
    pays = await _price(fair, line["unit"]) if has_more else there["paid_minor"]
    return SoldTwice(
        case=case,
        order=bought["shopify"],
        unit=units["shopify"],
        keep=bought["etsy"].rpartition("/")[2],
        pays_minor=pays,
        has_more=has_more,
    )


async def _learnt_of(fair: Fair) -> int:
    """The case that opens once PEG has read both orders: a shop may list one a little late."""
    async with open_ground(fair.environment, log_level="error") as ground, open_peg(ground) as peg:
        engine = await peg.engine()
        for _ in range(LOOKS_MAX):
            for shop in engine.shops:
                await engine.polls.poll(shop)
            with closing(_open(fair)) as book:
                (newest,) = book.execute("SELECT max(id) AS id FROM cases WHERE closed_at IS NULL")
            if newest["id"] is not None:
                return int(newest["id"])
            await asyncio.sleep(LOOK_S)
    raise TimeoutError


async def _ended_otherwise(fair: Fair, sold: SoldTwice) -> list[str]:
    return [*_on_the_shop(await _on_shopify(fair, sold.order), sold), *_in_the_book(fair, sold)]


def _on_the_shop(there: dict[str, Any], sold: SoldTwice) -> Iterator[str]:
    if there["refunded_minor"] != sold.pays_minor:
        yield f"{there['refunded_minor']} were paid back, and not {sold.pays_minor}"
    if (there["cancelled_at"] is None) is not sold.has_more:
        yield f"the order was cancelled: {there['cancelled_at']}"
    for line in there["lines"]:
        left = 0 if line["unit"] == sold.unit or not sold.has_more else line["quantity"]
        if (line["current"], line["unfulfilled"]) != (left, left):
            yield f"{line['sku']} has {line['current']} left, and not {left}"


def _in_the_book(fair: Fair, sold: SoldTwice) -> Iterator[str]:
    with closing(_open(fair)) as book:
        (case,) = book.execute("SELECT * FROM cases WHERE id = ?", (sold.case,))
        decided = book.execute('SELECT * FROM cancellations WHERE "case" = ?', (sold.case,))
        rows = decided.fetchall()
    if case["closed_at"] is None:
        yield f"case {sold.case} is open"
    if len(rows) != 1:
        yield f"{len(rows)} decisions are kept"
    for row in rows:
        if row["ended_at"] is None or row["paid_back_minor"] != sold.pays_minor:
            yield f"decided: ended {row['ended_at']}, paid back {row['paid_back_minor']}"


async def _on_shopify(fair: Fair, order: str) -> dict[str, Any]:
    orders = (await fair.control.read("truth/shopify"))["orders"]
    return next(one for one in orders if one["id"] == order)


async def _price(fair: Fair, unit: str) -> int:
    products = (await fair.control.read("truth/shopify"))["products"]
    variants = [it for product in products for it in product["variants"] if it["id"] == unit]
    price: int = variants[0]["price_minor"]
    return price


def _open(fair: Fair) -> sqlite3.Connection:
    book = sqlite3.connect(fair.home / "peg.db", isolation_level=None)
    book.row_factory = sqlite3.Row
    return book
