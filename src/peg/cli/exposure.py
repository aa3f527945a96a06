"""How long what was sold stayed on sale elsewhere, and what that may cost: `exposure`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from cyclopts import Parameter

from peg.cli.cells import Title
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Lines, and_more, sku_of
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.domain.moment import for_people
from peg.reads.exposure import Exposure, PairRow, PieceRow
from peg.reads.exposure import exposure as read
from peg.reads.risks import CURRENCIES, TOO_FEW
from peg.wiring.exposure import DAYS, period_of, terms_of

Called = Callable[[ShopId], str]


async def exposure(
    sku: Annotated[str | None, Parameter(name="--sku")] = None,
    *,
    days: Lines = DAYS,
    limit: Lines = 20,
    here: Here,
) -> int:
    """How long what was sold stayed on sale elsewhere, and what its being sold twice may cost.

    Pieces that more than one shop sells and of which one is left, the highest expected cost first:
    the chance that its sale is a double one, times what a double sale costs.

    Args:
        sku: only this piece, however many are left of it.
        days: from so many days until now; PEG knows its writes for PEG_ATTEMPTS_KEPT_DAYS.
        limit: so many pieces.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await read(
            session,
            terms_of(ground.settings),
            period_of(ground.settings, ground.clock.now(), days=days),
            sku=None if sku is None else sku_of(sku),
            limit=limit + 1,
        )
    shown = found.model_copy(update={"pieces": found.pieces[:limit]})
    report = Report(
        facts=shown.model_dump(mode="json"),
        columns=("piece", "name", "shops", "price", "sold twice", "expected cost"),
        rows=[
            (
                one.sku,
                Title(one.name),
                f"{called(one.only_on)} alone" if one.only_on else _all(one.shops, called),
                one.price,
                _chance(one),
                one.cost,
            )
            for one in shown.pieces
        ],
        sentence="\n".join(_sentences(found, called)) + and_more(found.pieces, limit),
    )
    return here.show(report)


def _all(shops: Sequence[ShopId], called: Called) -> str:
    return ", ".join(map(called, shops))


def _chance(one: PieceRow) -> str:
    if one.chance is None:
        return "not known"
    return f"1 in {1 / one.chance:,.0f}" if one.chance else "never"


def _sentences(found: Exposure, called: Called) -> Iterator[str]:
    yield f"measured since {for_people(found.since)}"
    yield from (f"- {_pair(one, called)}" for one in found.pairs)
    yield (
        f"a double sale is taken to cost {found.double_sale_percent} % of the price:"
        f" {_why_so_much(found.booked)}"
    )
    if found.most is not None:
        yield f"last pieces expected to cost more than {found.most} are on one shop alone"
    if any(one.why == TOO_FEW for one in found.pieces):
        wanted = counted(found.withdrawals_min, "withdrawal")
        yield f"nothing is concluded from less than {wanted} of each pair of shops"
    if any(one.why == CURRENCIES for one in found.pieces):
        yield f"no cost is told where {CURRENCIES}"
    if not found.pieces:
        yield "no piece of which one is left is on more than one shop"


def _pair(one: PairRow, called: Called) -> str:
    where = f"sold on {called(one.sold_on)}, off sale on {called(one.withdrawn_from)}"
    if not one.withdrawals:
        return f"{where}: nothing was measured"
    double = f"; {counted(one.double_sales, 'double sale')}" if one.double_sales else ""
    return (
        f"{where}, {counted(one.withdrawals, 'time')}: half within {one.median_s:g} s, 95 of 100"
        f" within {one.p95_s:g} s, the slowest within {one.worst_s:g} s{double}"
    )


def _why_so_much(booked: int) -> str:
    if not booked:
        return "PEG_EXPOSURE_COST_PERCENT, since nothing was booked of past ones (`peg cases cost`)"
    return f"so much {counted(booked, 'past one', 'past ones')} came to, by what was booked"
