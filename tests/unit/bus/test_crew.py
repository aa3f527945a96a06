"""Work side by side: what fails is told once the rest has ended, and abandons nobody."""

import asyncio

import pytest

from peg.bus.crew import Crew, all_to_their_end


class Post:
    """Letters that are carried side by side; some are lost, and one takes its time."""

    def __init__(self) -> None:
        self.delivered: list[str] = []

    async def carry(self, letter: str, *, turns: int = 3) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        self.delivered.append(letter)

    async def lose(self, letter: str) -> None:
        raise LookupError(letter)


async def test_one_failure_is_raised_after_the_others_have_ended() -> None:
    post = Post()

    with pytest.raises(LookupError, match="second"):
        await all_to_their_end(post.carry("first"), post.lose("second"), post.carry("third"))

    assert post.delivered == ["first", "third"]


async def test_several_failures_are_all_told() -> None:
    post = Post()

    with pytest.raises(ExceptionGroup) as told:
        await all_to_their_end(post.lose("first"), post.carry("second"), post.lose("third"))

    assert [str(one) for one in told.value.exceptions] == ["first", "third"]
    assert post.delivered == ["second"]


async def test_a_crew_takes_no_more_work_after_a_failure_and_lets_the_rest_end() -> None:
    post = Post()

    async def work() -> None:
        async with Crew() as crew:
            crew.begin(post.carry("first", turns=9))
            crew.begin(post.lose("second"))
            while True:
                crew.heed()
                await asyncio.sleep(0)

    with pytest.raises(LookupError, match="second"):
        await work()

    assert post.delivered == ["first"]


async def test_a_crew_that_is_stopped_leaves_nothing_running() -> None:
    post = Post()

    async def work() -> None:
        async with Crew() as crew:
            crew.begin(post.carry("first", turns=1_000))
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()

    with pytest.raises(asyncio.CancelledError):
        await working
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert post.delivered == []
