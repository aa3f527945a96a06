"""What PEG asks a person: `questions`, `answer`."""

from peg.cli.cells import Note
from peg.cli.shop_names import shops_in_words
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, seen
from peg.db.transaction import reading
from peg.domain.stock import StockLevel
from peg.intake.which_piece import held_for
from peg.ledger import queries
from peg.ledger.pieces_asked import items_of
from peg.onboarding import answers
from peg.reads import doubts


async def questions(*, here: Here) -> int:
    """What PEG wants to know from you; while you do not answer, it does the default."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await doubts.questions(session)
        in_words = await shops_in_words(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("question", "asked", "about", "answers", "default"),
        rows=[
            (
                one.id,
                seen(one.asked_at),
                Note(in_words(one.sentence)),
                " | ".join(one.options),
                one.default,
            )
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
    async with here.writing() as (ground, session):
        done = await answers.answer(session, question, answer, who=here.who, now=ground.clock.now())
        concerned = [*items_of(done), *held_for(done)]
        levels = {sku: (await queries.position(session, sku)).level for sku in concerned}
    found = "".join(f"; {sku}: {_figures(level)}" for sku, level in levels.items())
    facts = {"question": done.id, "kind": done.kind, "subject": done.subject, "answer": done.answer}
    return here.show(Report(facts=facts, sentence=f"question {done.id}: {done.answer}{found}"))


def _figures(level: StockLevel) -> str:
    return f"{level.available} available, {level.on_hand} on hand"
