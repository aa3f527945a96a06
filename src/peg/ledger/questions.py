"""What PEG does not decide alone: asked once, answered by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction
from peg.domain.errors import PegError
from peg.domain.identity import fold_sku
from peg.domain.near import quoted
from peg.ledger.tables import positions, questions

EXPLAINED = "explained"
"""Stands for the answer where there was none: the question fell away."""


class NoSuchQuestion(PegError):
    """No open question of that number."""

    kind = "missing"


class BadAnswer(PegError):
    """An answer that the question does not offer."""

    kind = "refused"

    def __init__(self, question: "Question", option: str) -> None:
        offered = ", ".join(question.options)
        super().__init__(
            f"question {question.id} can be answered with {offered}, not {quoted(option)}"
            f"{question.evidence.get(OTHERWISE, '')}"
        )


OTHERWISE = "otherwise"
"""In the evidence: what to do where no answer fits, to be told with a refusal."""

ANY_ITEM = "any_item"
"""In the evidence: true where the SKU of any item is an answer, beside the options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; the `default` is what PEG does while nobody answers: the lower figure."""

    id: int
    kind: str
    subject: str
    sentence: str
    evidence: Mapping[str, Any]
    options: Sequence[str]
    default: str
    asked_at: datetime
    answer: str | None
    who: str | None


async def ask(
    session: AsyncSession,
    *,
    kind: str,
    subject: str,
    sentence: str,
    evidence: Mapping[str, Any],
    options: Sequence[str],
    default: str,
    now: datetime,
) -> None:
    """Ask, unless the same is being asked already."""
    require_transaction(session)
    row = {
        "kind": kind,
        "subject": subject,
        "open_key": f"{kind}:{subject}",
        "sentence": sentence,
        "evidence": dict(evidence),
        "options": list(options),
        "default": default,
        "asked_at": now,
    }
    await session.execute(insert_or_ignore(session, questions).values(row))


async def reword(
    session: AsyncSession,
    kind: str,
    subject: str,
    sentence: str,
    evidence: Mapping[str, Any],
    **newer: Any,
) -> None:
    """What is being asked has changed: tell what is known by now.

    `newer` are its `options` and its `default`, where they have changed with it.
    """
    require_transaction(session)
    await session.execute(
        update(questions)
        .where(questions.c.open_key == f"{kind}:{subject}")
        .values(sentence=sentence, evidence=dict(evidence), **newer)
    )


async def open_about(session: AsyncSession, kind: str, subject: str) -> Question | None:
    """The question of a kind that is open about something, if any is."""
    query = select(*_columns()).where(questions.c.open_key == f"{kind}:{subject}")
    row = (await session.execute(query)).mappings().first()
    return None if row is None else Question(**row)


async def open_questions(session: AsyncSession, kind: str | None = None) -> Sequence[Question]:
    """Questions that wait for an answer, oldest first."""
    query = select(*_columns()).where(questions.c.answered_at.is_(None)).order_by(questions.c.id)
    if kind is not None:
        query = query.where(questions.c.kind == kind)
    return [Question(**row) for row in (await session.execute(query)).mappings()]


async def answer(
    session: AsyncSession, number: int, option: str, *, who: str, now: datetime
) -> Question:
    """Answer a question once.

    Raises:
        NoSuchQuestion: there is none of that number, or it was answered.
        BadAnswer: not one of its options, nor an item where any is an answer.
    """
    require_transaction(session)
    query = select(*_columns()).where(questions.c.id == number, questions.c.answered_at.is_(None))
    row = (await session.execute(query.with_for_update())).mappings().first()
    if row is None:
        raise NoSuchQuestion(await _why_none(session, number))
    if option not in row["options"]:
        option = await _item_named(session, Question(**row), option)
    await session.execute(
        update(questions)
        .where(questions.c.id == number)
        .values(answer=option, who=who, answered_at=now, open_key=None)
    )
    return Question(**{**row, "answer": option, "who": who})


async def _item_named(session: AsyncSession, question: Question, option: str) -> str:
    """An answer that is not among the options: the SKU of an item, where any is an answer."""
    sku = fold_sku(option)
    query = select(positions.c.sku).where(positions.c.sku == sku)
    if not question.evidence.get(ANY_ITEM) or await session.scalar(query) is None:
        raise BadAnswer(question, option)
    return sku


async def withdraw(session: AsyncSession, kind: str, subject: str, *, now: datetime) -> None:
    """The question answered itself: what it was about is explained."""
    require_transaction(session)
    await session.execute(
        update(questions)
        .where(questions.c.open_key == f"{kind}:{subject}")
        .values(answer=EXPLAINED, who="peg", answered_at=now, open_key=None)
    )


async def _why_none(session: AsyncSession, number: int) -> str:
    query = select(questions.c.answer).where(questions.c.id == number)
    before = await session.scalar(query)
    if before == EXPLAINED:
        return (
            f"question {number} fell away: what it was about is explained or was told of since."
            " `peg questions` lists what is open"
        )
    return f"no open question has the number {number}: `peg questions` lists them"


def _columns() -> list[Any]:
    return [questions.c[name] for name in Question.__dataclass_fields__]
