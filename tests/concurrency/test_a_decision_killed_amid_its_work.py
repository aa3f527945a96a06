"""`kill -9` of a real `peg cases resolve`: typed again, it cancels and pays back once.

These are some of the points; `make crash` takes all.
"""

from pathlib import Path

import pytest
from tests.concurrency.crashes.decisions import kill_decisions
from tests.concurrency.crashes.fair import open_fair
from tests.concurrency.crashes.points import Act, Moment, decisions
from tests.concurrency.crashes.sabotage import FORGETS_THE_COST
from tests.concurrency.crashes.watch import code_of
from tests.support.spoilt_source import lay

pytestmark = pytest.mark.timeout(300)  # it types some twenty commands, each a process

EVERY = 5
"""One point of so many is taken here."""


@pytest.mark.parametrize("act", [Act.GIVES_UP_AN_ORDER, Act.GIVES_UP_A_PART])
async def test_a_command_that_was_killed_is_typed_again_and_pays_back_once(
    tmp_path: Path, act: Act
) -> None:
    points = [one for one in decisions() if one.act is act]

    async with open_fair(tmp_path, seed=7) as fair:
        log = tmp_path / "errands.log"
        told = [one async for one in kill_decisions(fair, points[::EVERY], log=log)]

    assert [str(one) for one in told if one.broken] == []


async def test_a_command_that_leaves_the_cost_to_the_one_before_is_caught(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code = lay([FORGETS_THE_COST], tmp_path / "code")
    (point,) = [
        one
        for one in decisions()
        if (one.act, one.moment) == (Act.GIVES_UP_A_PART, Moment.ASKING)
        and one.where.endswith("._book_cost")
    ]

    async with open_fair(home, seed=7) as fair:
        log = tmp_path / "errands.log"
        (told,) = [one async for one in kill_decisions(fair, [point], log=log, code=code)]

    (wrong,) = told.broken
    assert wrong.endswith("paid back None")


def test_the_table_names_functions_that_peg_has() -> None:
    assert len(set(decisions())) == len(decisions())
    for point in decisions():
        code_of(point.where)
