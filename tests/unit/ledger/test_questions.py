from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NOON, Bench, open_bench

from peg.ledger import questions
from peg.ledger.questions import BadAnswer, NoSuchQuestion


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def ask(bench: Bench, subject: str = "7", kind: str = "extra_pieces") -> None:
    await questions.ask(
        bench.session,
        kind=kind,
        subject=subject,
        sentence="Is there really another one?",
        evidence={"shown": 2},
        options=("no", "yes"),
        default="no",
        now=NOON,
    )


async def test_the_same_is_asked_once_while_it_is_open(bench: Bench) -> None:
    await ask(bench)
    await ask(bench)
    await ask(bench, subject="8")

    found = await questions.open_questions(bench.session)

    assert [one.subject for one in found] == ["7", "8"]


async def test_an_answered_question_may_be_asked_again(bench: Bench) -> None:
    await ask(bench)
    (first,) = await questions.open_questions(bench.session)

    told = await questions.answer(bench.session, first.id, "yes", who="anna", now=NOON)
    await ask(bench)

    (second,) = await questions.open_questions(bench.session)
    assert (told.answer, told.who) == ("yes", "anna")
    assert second.id != first.id


async def test_a_question_is_answered_once_and_with_one_of_its_options(bench: Bench) -> None:
    await ask(bench)
    (one,) = await questions.open_questions(bench.session)

    with pytest.raises(BadAnswer, match="no, yes"):
        await questions.answer(bench.session, one.id, "maybe", who="anna", now=NOON)
    await questions.answer(bench.session, one.id, "no", who="anna", now=NOON)

    with pytest.raises(NoSuchQuestion):
        await questions.answer(bench.session, one.id, "yes", who="ben", now=NOON)


async def test_a_question_that_explained_itself_is_withdrawn(bench: Bench) -> None:
    await ask(bench, kind="extra_pieces")
    await ask(bench, kind="withdrawn_by_hand")

    await questions.withdraw(bench.session, "extra_pieces", "7", now=NOON)

    assert await questions.open_questions(bench.session, "extra_pieces") == []
    assert len(await questions.open_questions(bench.session)) == 1
