"""`kill -9` of a real `peg run`, at points of its work and at random moments under load.

Truth is what the practice shops, a process of their own, have written down, and the book's bare
rows after the next start has come to rest. These are some of the points; `make crash` takes all.
"""

from pathlib import Path
from random import Random

import pytest
from tests.concurrency.crashes.chain import Chain, open_chain
from tests.concurrency.crashes.points import Act, Moment, Point, areas, points
from tests.concurrency.crashes.sabotage import ACKNOWLEDGES_FIRST, POSTS_APART
from tests.concurrency.crashes.watch import NoSuchFunction, code_of
from tests.support.spoilt_source import Edit, lay

pytestmark = pytest.mark.timeout(300)  # it starts PEG some ten times, and waits for its rest

EVERY = 4
"""One point of so many is taken here."""

RANDOM_KILLS = 14


@pytest.mark.parametrize("area", areas())
async def test_whatever_peg_is_at_when_it_is_killed_the_next_start_puts_it_right(
    tmp_path: Path, area: str
) -> None:
    async with open_chain(tmp_path, seed=7) as chain:
        told = [one async for one in chain.kill_at(areas()[area][::EVERY])]

    assert [str(one) for one in told if one.broken] == []


async def test_killed_at_random_moments_while_people_buy_peg_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    async with open_chain(tmp_path, seed=11, pieces=120) as chain:
        told = await chain.kill_at_random(Random(11), times=RANDOM_KILLS)

    assert told.broken == []
    assert told.orders > RANDOM_KILLS


async def test_a_peg_that_acknowledges_before_it_keeps_is_caught(tmp_path: Path) -> None:
    kept = _point("peg.intake.inbox:record_once", Moment.COMMITTING, Act.ONE_SOLD_ON_SHOPIFY)

    broken = await _broken(tmp_path, ACKNOWLEDGES_FIRST, kept)

    assert any("was acknowledged, and is lost" in one for one in broken)


async def test_a_peg_that_posts_and_notes_in_two_transactions_is_caught(tmp_path: Path) -> None:
    noted = _point("peg.ledger.orders:_store", Moment.COMMITTING, Act.SOME_SOLD_ON_SHOPIFY)

    broken = await _broken(tmp_path, POSTS_APART, noted)

    assert any("the entries of" in one for one in broken)


def test_the_table_names_functions_that_peg_has() -> None:
    assert len(set(points())) == len(list(points())) >= 40
    for point in points():
        code_of(point.where)
    with pytest.raises(NoSuchFunction):
        code_of("peg.intake.inbox:no_such_function")


def _point(where: str, moment: Moment, act: Act) -> Point:
    return Point(area="sabotage", where=where, moment=moment, act=act)


async def _broken(tmp_path: Path, mistake: Edit, point: Point) -> list[str]:
    home = tmp_path / "home"
    home.mkdir()
    code = lay([mistake], tmp_path / "code")
    async with open_chain(home, seed=7, code=code) as chain:
        return await _of_one_kill(chain, point)


async def _of_one_kill(chain: Chain, point: Point) -> list[str]:
    chain.rests_within_s = 8.0
    (told,) = [one async for one in chain.kill_at([point])]
    return told.broken
