"""What waits for a person: `cases`, `questions`, `answer`."""

from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, seen
from peg.db.transaction import begin, reading
from peg.domain.stock import StockLevel
from peg.intake.which_piece import held_for
from peg.ledger import queries
from peg.ledger.pieces_asked import items_of
from peg.onboarding import answers
from peg.reads import doubts


async def cases(*, closed: bool = False, here: Here) -> int:
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


async def questions(*, here: Here) -> int:
    """What PEG wants to know from you; while you do not answer, it does the default."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await doubts.questions(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("question", "asked", "about", "answers", "default"),
        rows=[
            (one.id, seen(one.asked_at), one.sentence, " | ".join(one.options), one.default)
            for one in found
        ],
        sentence="`peg answer NUMBER ANSWER` answers one" if found else "no open questions",
    )
    return here.show(report)


async def answer(question: Number, answer: str, /, *, here: Here) -> int:
    """Answer a question; what follows from it is done at once.

    Args:
        question: its number.
        answer: one of the answers it offers; where it asks which piece was sold, any SKU.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        done = await answers.answer(session, question, answer, who=here.who, now=ground.clock.now())
        concerned = [*items_of(done), *held_for(done)]
        levels = {sku: (await queries.position(session, sku)).level for sku in concerned}
    found = "".join(f"; {sku}: {_figures(level)}" for sku, level in levels.items())
    facts = {"question": done.id, "kind": done.kind, "subject": done.subject, "answer": done.answer}
    return here.show(Report(facts=facts, sentence=f"question {done.id}: {done.answer}{found}"))


def _figures(level: StockLevel) -> str:
    return f"{level.available} available, {level.on_hand} on hand"


def _what_to_do(found: int) -> str:
    if not found:
        return "no open cases"
    return (
        "what was handed over in person is gone, and of two orders the earlier has the better"
        " claim: refund the other on its marketplace, or `peg receive` another piece; where the"
        " book was wrong, `peg count` the shelf. The case then closes by itself"
    )
