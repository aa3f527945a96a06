"""`peg orders`: orders as they were taken in, and what the book took for each."""

from cyclopts import App

from peg.cli.cells import Note, Title
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Lines, and_more, pieces_told, seen
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.identity import fold_sku
from peg.intake import aside as put_aside
from peg.intake import unread as unread_orders
from peg.reads import orders as order_reads
from peg.reads.unresolved import unresolved

app = App(name="orders", help="Orders as they were taken in.", help_format="plaintext")
app.command("peg.cli.never_sold:never_sold", name="never-sold")


@app.default
async def list_(
    *, limit: Lines = 50, unknown: bool = False, unread: bool = False, here: Here
) -> int:
    """Orders as they were taken in, the newest first.

    Args:
        limit: so many.
        unknown: only lines of which nobody knows for sure what they sold: kept, and that held.
        unread: only orders that cannot be read, and why: kept as told, and tried again.
    """
    if unknown:
        return await _unresolved(here)
    if unread:
        return await _unread(here)
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await order_reads.recent(session, limit=limit + 1)
        odd = await unread_orders.waiting_count(session)
    shown = found[:limit]
    report = Report(
        facts=[one.model_dump(mode="json") for one in shown],
        columns=("order", "shop", "sold", "state", "lines"),
        rows=[
            (one.name, called(one.shop), seen(one.created_at), _state(one), _lines(one))
            for one in shown
        ],
        sentence=(
            (f"the newest {len(shown)}{and_more(found, limit)}" if found else "no orders yet")
            + (f"; {odd} cannot be read: `peg orders --unread` says why" if odd else "")
        ),
    )
    return here.show(report)


async def _unread(here: Here) -> int:
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await order_reads.unread(session)
        aside = await put_aside.dead_orders_count(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("order", "shop", "first seen", "last tried", "why"),
        rows=[
            (
                one.order or "without a number",
                called(one.shop),
                seen(one.first_at),
                seen(one.last_at),
                Note(one.why),
            )
            for one in found
        ],
        sentence=_what_of_unread(len(found), aside),
        exit_code=1 if found or aside else 0,
    )
    return here.show(report)


def _what_of_unread(count: int, aside: int) -> str:
    if count:
        said = "they are tried again by themselves; `--json` shows what the shop said"
    else:
        said = "none waits to be read" if aside else "every order could be read"
    told = counted(
        aside, "delivery that tells of orders was", "deliveries that tell of orders were"
    )
    return f"{said}; {told} put aside: `peg dead`" if aside else said


async def _unresolved(here: Here) -> int:
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await unresolved(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("order", "shop", "sold", "SKU typed", "title", "units", "held", "what to do"),
        rows=[
            (
                one.name,
                called(one.shop),
                seen(one.created_at),
                one.sku,
                Title(one.title),
                one.committed,
                pieces_told(one.pieces),
                Note(one.remedy),
            )
            for one in found
        ],
        sentence=counted(len(found), "line") if found else "every line is known",
        exit_code=1 if found else 0,
    )
    return here.show(report)


def _state(order: order_reads.Order) -> str:
    if order.never_sold is not None:
        return "never sold"
    if order.cancelled_at is not None:
        return "cancelled"
    if any(line.committed for line in order.lines):
        return "to ship" if order.paid else "not paid"
    return "done"


def _lines(order: order_reads.Order) -> str:
    return "; ".join(map(_line, order.lines))


def _line(line: order_reads.Line) -> str:
    """What the book took for it, however it went on; what was typed, where that is another word."""
    if not line.resolved:
        may_be = pieces_told(line.pieces, between=" or ")
        known = f"unknown, may be {may_be}" if may_be else "unknown"
        return f"{_many(line)}{line.sku or line.title} ({known})"
    if not line.pieces:
        return line.sku or line.title
    typed = fold_sku(line.sku)
    as_typed = f" (typed {line.sku})" if typed and [*line.pieces] != [typed] else ""
    return f"{pieces_told(line.pieces)}{as_typed}"


def _many(line: order_reads.Line) -> str:
    units = line.committed + line.shipped + line.restocked + line.written_off
    return f"{units} x " if units > 1 else ""
