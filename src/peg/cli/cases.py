"""`peg cases`: pieces that were sold more often than there are, and what to do about each."""

from collections.abc import Mapping
from typing import Annotated

from cyclopts import App, Parameter

from peg.cli.case_resolved import resolved
from peg.cli.case_words import matter, paragraphs
from peg.cli.cells import Note
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, seconds_told, seen
from peg.db.transaction import begin, reading
from peg.domain.claim import Policy
from peg.domain.money import Money
from peg.ledger import cancellations
from peg.propagation.resolving import Plan, currency_of, decide, given_up_as, plan
from peg.reads import doubts
from peg.reads.case_file import case_file
from peg.wiring.peg import Peg, open_peg

app = App(name="cases", help="Pieces sold twice or oversold.", help_format="plaintext")

KEEP = Parameter(name="--keep", negative="")


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
                Note(*matter(case, called)),
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
                seconds_told(one.after_s),
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


@app.command
async def resolve(
    case: Number, /, *, keep: Annotated[list[str], KEEP], dry_run: bool = False, here: Here
) -> int:
    """Decide a case: the orders that you keep get their pieces, and the rest is given up.

    On Shopify the order is cancelled, or loses these pieces alone where it has others, and its
    buyer is paid back for that by the way they paid; nothing of it is put back on sale, and
    Shopify sends them no message: write it yourself. On Etsy, and where PEG cannot know how, you
    are told what to do there. Typed again, it goes on where it ended.

    Args:
        case: its number.
        keep: an order that gets its piece: by its name, such as #1001, or its id; once for each.
        dry_run: only say what would be done.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        policy = Policy(ground.settings.case_winner)
        async with reading(ground.database) as session:
            unbooked = await cancellations.unbooked(session, case)
        if unbooked and not dry_run:  # an earlier command broke off before that
            await (await peg.engine()).canceller().book_costs(unbooked)
        async with reading(ground.database) as session:
            made = await plan(session, case, keep, policy=policy)
            called = await shop_names(session)
        failed = {} if dry_run else await _carry_out(peg, made, here.who)
        async with reading(ground.database) as session:
            file = await case_file(session, case, policy=policy, fees=ground.settings.fees)
    return here.show(resolved(made, file, called, failed=failed, dry_run=dry_run))


@app.command
async def cost(
    case: Number,
    order: str,
    /,
    *,
    paid_back: str | None = None,
    fee: str | None = None,
    here: Here,
) -> int:
    """Book what an order that was given up has cost, as far as its shop does not tell PEG.

    Args:
        case: its number.
        order: the order, by its name or its id.
        paid_back: what its buyer got back, such as 180.00; the currency is the order's.
        fee: what the marketplace kept of it.
    """
    async with here.writing() as (ground, session):
        one = await given_up_as(session, case, order)
        currency = await currency_of(session, one)
        await cancellations.book_cost(
            session,
            one,
            paid_back=None if paid_back is None else Money.parse(paid_back, currency),
            fee=None if fee is None else Money.parse(fee, currency),
        )
        settings = ground.settings
        policy = Policy(settings.case_winner)
        file = await case_file(session, case, policy=policy, fees=settings.fees)
    total = " and ".join(file.cost) or "nothing that is known"
    facts = file.model_dump(mode="json")
    return here.show(Report(facts=facts, sentence=f"case {case} cost {total} so far"))


async def _carry_out(peg: Peg, made: Plan, who: str) -> Mapping[str, str]:
    """Store the decision, then ask the shops; what could not be asked for, by order."""
    ground = peg.ground
    async with begin(ground.database) as session:
        await decide(session, made, who=who, now=ground.clock.now())
        decided = await cancellations.of_case(session, made.case)
    return await (await peg.engine()).canceller().cancel_all(decided)


def _what_to_do(found: int) -> str:
    if not found:
        return "no open cases"
    return (
        "`peg cases show CASE` tells all of one: who should get the piece, and what to do. Did the"
        " book count wrong, `peg count` the shelf; is there another piece, `peg receive` it. A case"
        " closes by itself when there are enough pieces"
    )
