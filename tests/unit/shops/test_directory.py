"""How a shop is: what the marketplaces do to it never undoes what a person did."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import open_book
from tests.support.clocks import MONDAY_NOON
from tests.support.shops import ETSY, connect, grant, key_ring

from peg.bus import outbox
from peg.db.transaction import begin
from peg.domain.messages import Alert
from peg.shops import directory
from peg.shops.directory import Status


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    async with open_book(tmp_path) as database:
        await connect(database, key_ring(), grant(1))
        async with begin(database) as session:
            yield session


async def after(session: AsyncSession, *marks: Status) -> tuple[Status, list[str]]:
    """How the shop is after these marks, and the alarms that were raised."""
    for status in marks:
        await directory.mark(session, ETSY, status, "a reason", now=MONDAY_NOON)
    told = [alert.name for _, alert in reversed(await outbox.recent(session, Alert))]
    return (await directory.by_id(session, ETSY)).status, told


async def test_a_closed_shop_opens_again(session: AsyncSession) -> None:
    marks = (Status.FROZEN, Status.FROZEN, Status.CONNECTED)

    assert await after(session, *marks) == (Status.CONNECTED, ["shop_frozen"])


async def test_only_a_person_brings_a_revoked_shop_back(session: AsyncSession) -> None:
    """A poll that began before may still end well, or find the shop closed."""
    marks = (Status.REVOKED, Status.CONNECTED, Status.FROZEN)

    assert await after(session, *marks) == (Status.REVOKED, ["shop_revoked"])


@pytest.mark.parametrize("late", [Status.CONNECTED, Status.FROZEN, Status.REVOKED])
async def test_a_shop_that_a_person_took_out_stays_out_and_rings_no_bell(
    session: AsyncSession, late: Status
) -> None:
    """What was under way when it was taken out ends later, and badly."""
    assert await after(session, Status.DISCONNECTED, late) == (Status.DISCONNECTED, [])


async def test_a_lost_shop_can_be_taken_out(session: AsyncSession) -> None:
    marks = (Status.REVOKED, Status.DISCONNECTED)

    assert await after(session, *marks) == (Status.DISCONNECTED, ["shop_revoked"])


async def test_a_shop_that_is_closed_for_another_reason_says_the_new_one(
    session: AsyncSession,
) -> None:
    for sentence in ("It was not paid for.", "It may break the terms."):
        await directory.mark(session, ETSY, Status.FROZEN, sentence, now=MONDAY_NOON)

    shop = await directory.by_id(session, ETSY)
    assert (shop.status, shop.status_sentence) == (Status.FROZEN, "It may break the terms.")
