"""A missing piece that is shown again just before PEG writes there: nobody will see it again.

A band in gold is one of five; an old reading shows four, or a person took one off.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.a_listing import GOLD, SILVER, Listing, open_listing, read, sells_in_person
from tests.support.bench import minute

from peg.db.transaction import begin
from peg.ledger import overdue, queries, questions

LONG_AFTER = minute(60)


@pytest.fixture
async def listing(tmp_path: Path) -> AsyncIterator[Listing]:
    async with open_listing(tmp_path) as listing:
        await listing.shows(GOLD, 4)
        assert await listing.missed(GOLD) == 1
        yield listing


async def is_written_over(listing: Listing, shown: int) -> None:
    attempt = await listing.attempt()
    await attempt.decide(read(GOLD, shown) | read(SILVER, 5))


async def what_becomes_of_it(listing: Listing) -> tuple[int, int, list[str]]:
    """How many lie there by the book, how many of them are held, and what is asked."""
    async with begin(listing.database) as session:
        await overdue.close_due(session, now=LONG_AFTER)
        level = (await queries.position(session, GOLD)).level
        asked = await questions.open_questions(session)
    return level.on_hand, level.suspended, [one.kind for one in asked]


async def test_a_person_is_asked_and_it_stays_held(listing: Listing) -> None:
    await is_written_over(listing, shown=5)

    assert await what_becomes_of_it(listing) == (5, 1, ["missed_but_counted"])


async def test_she_is_asked_as_soon_as_its_order_must_be_told(listing: Listing) -> None:
    await is_written_over(listing, shown=5)

    async with begin(listing.database) as session:
        await overdue.close_due(session, now=minute(2))
        assert len(await questions.open_questions(session)) == 1


async def test_what_was_not_shown_again_is_taken_for_a_persons_doing(listing: Listing) -> None:
    await sells_in_person(listing, GOLD, 1)
    await is_written_over(listing, shown=4)

    assert await what_becomes_of_it(listing) == (3, 0, [])
