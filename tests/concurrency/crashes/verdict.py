"""Whether the promises held: the shops' own record against the book's bare rows.

Nothing here uses PEG's code. `unrest` is what may still come right by itself; `breaches` may not.
"""

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from tests.concurrency.crashes.fair import Fair
from tests.support.bare_book import DIRTY

MARKETS = ("shopify", "etsy")
RESTS_WITHIN_S = 90.0
LOOK_S = 0.1
UNCOUNTED = 1_000_000
"""What a practice shop shows of a unit whose stock it does not count."""

Rows = Sequence[sqlite3.Row]


async def came_to_rest(fair: Fair, *, within_s: float = RESTS_WITHIN_S) -> float:
    """Wait until nothing is under way and every offer shows what there is; how long that took.

    Raises:
        NoRest: it does not come to that.
    """
    begun_s = time.monotonic()
    while left := await unrest(fair):
        if time.monotonic() - begun_s > within_s:
            raise NoRest(left)
        await asyncio.sleep(LOOK_S)
    return time.monotonic() - begun_s


class NoRest(AssertionError):
    """What is still not as it should be, a sentence each."""

    def __init__(self, left: Sequence[str]) -> None:
        super().__init__("\n".join(left))
        self.left = left


async def unrest(fair: Fair) -> list[str]:
    """What is not as it should be at this moment."""
    units = (await fair.control.read("units"))["units"]
    shelf = (await fair.control.read("pieces"))["pieces"]
    shops = {name: await fair.control.read(f"truth/{name}") for name in MARKETS}
    with closing(_open(fair)) as book:
        asked = {str(row[0]) for row in book.execute(ASKED)}
        positions = {row["sku"]: row for row in book.execute(POSITIONS)}
        return [
            *(f"delivery {row[0]} waits: {row[1]}" for row in book.execute(UNHANDLED)),
            *(
                f"offer {row['offer']} is not at its target: {row['last_outcome']}"
                for row in book.execute(DIRTY)
                if not {str(row["offer"]), *json.loads(row["skus"])} & asked
            ),
            *_shown_otherwise(units, fair.names, asked),
            *_counted_otherwise(shelf, fair.names, positions),
            *_lines_otherwise(book, shops, units, fair.names),
        ]


async def breaches(fair: Fair) -> list[str]:
    """What is broken for good."""
    attempts = {name: (await fair.control.read(f"webhooks/{name}"))["attempts"] for name in MARKETS}
    with closing(_open(fair)) as book:
        return [*_lost(book, attempts), *_sums(book)]


async def counted(fair: Fair) -> tuple[int, int]:
    """How many orders there were, and how many deliveries of a shop were acknowledged."""
    truth = await fair.control.read("truth")
    told = [(await fair.control.read(f"webhooks/{name}"))["counts"] for name in MARKETS]
    orders = sum(truth["sales"][name]["orders"] for name in MARKETS)
    return orders, sum(counts.get("accepted", 0) for counts in told)


def _shown_otherwise(
    units: Sequence[Mapping[str, Any]], names: Mapping[str, str], asked: set[str]
) -> Iterator[str]:
    """An offer that shows more than there is, or less although nobody is asked about it.

    Shopify counts by place: of a set whose pieces lie apart it may show less.
    """
    for unit in units:
        if unit["allowed"] is None or unit["buyable"] == UNCOUNTED:
            continue
        allowed = max(unit["allowed"], 0)
        is_asked = bool({names[one] for one in unit["pieces"]} & asked)
        may_lie_apart = unit["market"] == "shopify" and len(unit["pieces"]) > 1
        if unit["buyable"] > allowed or (
            unit["buyable"] < allowed and not is_asked and not may_lie_apart
        ):
            yield f"{unit['market']} {unit['unit']} shows {unit['buyable']}, there are {allowed}"


def _counted_otherwise(
    shelf: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    positions: Mapping[str, sqlite3.Row],
) -> Iterator[str]:
    for piece in shelf:
        row = positions.get(names.get(piece["piece"], ""))
        if row is not None and row["left_over"] != piece["remaining"]:
            yield f"{row['sku']}: the book has {row['left_over']}, there are {piece['remaining']}"


def _lost(
    book: sqlite3.Connection, attempts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    """Deliveries that were acknowledged and are not kept; what is never worked on gives no rest."""
    kept = {row["delivery"] for row in book.execute(KEPT)}
    for market, told in attempts.items():
        for one in told:
            if one["status"] is None or not 200 <= one["status"] < 300:
                continue
            if one["notice"] not in kept:
                name = f"{market} delivery {one['notice']} ({one['topic']})"
                yield f"{name} was acknowledged, and is lost"


def _lines_otherwise(
    book: sqlite3.Connection,
    shops: Mapping[str, Mapping[str, Any]],
    units: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
) -> Iterator[str]:
    """Orders of which more or less of an item was applied, or posted, than was sold."""
    parts = {(unit["market"], unit["unit"]): unit["pieces"] for unit in units}
    sold: Counter[tuple[str, str, str]] = Counter()
    for market, order, unit, quantity in _sold(shops):
        for piece, count in parts[market, unit].items():
            sold[market, order, names[piece]] += count * quantity
    applied = {_key(row): row["pieces"] for row in book.execute(APPLIED)}
    for key in sorted(sold.keys() | applied.keys()):
        wanted, found = sold.get(key, 0), applied.get(key, 0)
        if wanted != found:
            market, order, sku = key
            yield f"{market} order {order}: {wanted} {sku} sold, {found} applied"
    for row in book.execute(POSTED_OTHERWISE):
        yield f"{row['shop']} order {row['order_id']}: the entries of {row['sku']} say otherwise"


def _sold(shops: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, int]]:
    for order in shops["shopify"]["orders"]:
        for line in order["lines"]:
            yield "shopify", order["id"].rsplit("/", 1)[-1], line["unit"], line["quantity"]
    for receipt in shops["etsy"]["receipts"]:
        for line in receipt["lines"]:
            yield "etsy", str(receipt["id"]), line["unit"], line["quantity"]


def _sums(book: sqlite3.Connection) -> Iterator[str]:
    for row in book.execute(ENTRIES_OTHERWISE):
        yield f"the entries of {row['sku']} do not add up to its position"
    for row in book.execute(BELOW_ZERO):
        yield f"{row['sku']} is below zero without a case"


def _key(row: sqlite3.Row) -> tuple[str, str, str]:
    return row["shop"].partition(":")[0], row["order_id"], row["sku"]


def _open(fair: Fair) -> sqlite3.Connection:
    book = sqlite3.connect(fair.home / "peg.db", isolation_level=None)
    book.row_factory = sqlite3.Row
    return book


UNHANDLED = "SELECT delivery, last_error FROM inbox WHERE handled_at IS NULL"
KEPT = "SELECT delivery FROM inbox"
POSITIONS = "SELECT sku, on_hand - committed - suspended AS left_over FROM positions"
ASKED = """
SELECT subject FROM questions WHERE answered_at IS NULL
UNION SELECT sku FROM components WHERE offer IN
    (SELECT CAST(subject AS INTEGER) FROM questions WHERE answered_at IS NULL)
UNION SELECT sku FROM cases WHERE closed_at IS NULL
"""
APPLIED = """
SELECT shop, order_id, sku, sum(committed + shipped + restocked + written_off) AS pieces
FROM applied GROUP BY shop, order_id, sku
"""
POSTED_OTHERWISE = """
SELECT shop, order_id, sku FROM (
    SELECT source AS shop, reference AS order_id, sku, committed FROM entries WHERE cause = 'order'
    UNION ALL SELECT shop, order_id, sku, -committed FROM applied
) GROUP BY shop, order_id, sku HAVING sum(committed) <> 0
"""
ENTRIES_OTHERWISE = """
SELECT p.sku FROM positions p LEFT JOIN entries e ON e.sku = p.sku GROUP BY p.sku
HAVING p.on_hand <> coalesce(sum(e.on_hand), 0) OR p.committed <> coalesce(sum(e.committed), 0)
    OR p.suspended <> coalesce(sum(e.suspended), 0)
"""
BELOW_ZERO = """
SELECT sku FROM positions WHERE on_hand - committed - reserved - safety_stock - suspended < 0
    AND sku NOT IN (SELECT sku FROM cases WHERE closed_at IS NULL)
"""
