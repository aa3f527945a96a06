"""`peg cases`: pieces that were sold more often than there are, and what to do about each."""

from cyclopts import App

from peg.cli.case_words import paragraphs
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, seen
from peg.db.transaction import reading
from peg.domain.claim import Policy
from peg.reads import doubts
from peg.reads.case_file import case_file

app = App(name="cases", help="Pieces sold twice or oversold.", help_format="plaintext")


@app.default
@app.command(name="list")
async def list_(*, closed: bool = False, here: Here) -> int:
    """Pieces of which more was sold than there is, and the orders with a claim on them.

    Args:
        closed: also show cases that are over.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await doubts.cases(session, open_only=not closed)
    report = Report(
        facts=[case.model_dump(mode="json") for case in found],
        columns=("case", "piece", "oversold", "since", "orders, the earliest first"),
        rows=[
            (
                case.id,
                case.sku,
                case.oversold,
                seen(case.opened_at),
                "; ".join(
                    f"{one.name} ({called(one.shop)}, {seen(one.created_at)})"
                    for one in case.orders
                ),
            )
            for case in found
        ],
        sentence=_what_to_do(len(found)),
        exit_code=1 if any(case.closed_at is None for case in found) else 0,
    )
    return here.show(report)


@app.command
async def show(case: Number, /, *, here: Here) -> int:
    """One case: its orders, what each shop showed, who should get the piece, and what to do.

    Args:
        case: its number.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        settings = ground.settings
        policy = Policy(settings.case_winner)
        file = await case_file(session, case, policy=policy, fees=settings.fees)
    report = Report(
        facts=file.model_dump(mode="json"),
        columns=("order", "shop", "placed", "after s", "paid", "for the piece", "now"),
        rows=[
            (
                one.name,
                called(one.shop),
                seen(one.created_at),
                one.after_s,
                "yes" if one.paid else "no",
                one.pays or "not known",
                one.stands.replace("_", " "),
            )
            for one in file.orders
        ],
        sentence="\n".join(paragraphs(file, called)),
        exit_code=1 if file.closed_at is None else 0,
    )
    return here.show(report)


def _what_to_do(found: int) -> str:
    if not found:
        return "no open cases"
    return (
        "`peg cases show CASE` tells all of one: who should get the piece, and what to do. Did the"
        " book count wrong, `peg count` the shelf; is there another piece, `peg receive` it. A case"
        " closes by itself when there are enough pieces"
    )
