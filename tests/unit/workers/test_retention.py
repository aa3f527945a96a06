"""What was sent, delivered, compared and told is kept for a while; the book is kept for ever."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update
from tests.support.bench import ETSY, NOON, RING, SHOPIFY, Bench, open_book
from tests.support.clocks import StandingClock

from peg.alerts import register
from peg.bus.outbox import stage
from peg.bus.tables import outbox
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.domain.messages import Alert, StockChanged
from peg.intake import inbox
from peg.intake.forgetting import TO_TELL
from peg.intake.tables import inbox as inbox_table
from peg.ledger import queries
from peg.propagation.tables import attempts, writes
from peg.reconciliation import report
from peg.reconciliation.compare import Action, CauseClass, Difference
from peg.reconciliation.tables import differences, reconciliations
from peg.workers.retention import AT_ONCE, Kept, Retention

KEPT = Kept(sent=timedelta(days=30), deliveries=timedelta(days=60), alerts=timedelta(days=90))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


def ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


async def send(database: Database, key: str, *, days: float, ended: bool = True) -> None:
    """An attempt of so many days ago, and what it wrote."""
    at = ago(days)
    row = {"key": key, "shop": "etsy:1", "writes": [], "begun_at": at}
    wrote = {
        "offer": 1,
        "place": "",
        "attempt": key,
        "before": 1,
        "quantity": 0,
        "version": 1,
        "aimed_at": at,
        "written_at": at,
    }
    async with begin(database) as session:
        await session.execute(insert(attempts).values({**row, "ended_at": at if ended else None}))
        await session.execute(insert(writes).values(wrote))


async def kept(database: Database) -> tuple[list[str], list[str]]:
    async with reading(database) as session:
        sent = await session.scalars(select(attempts.c.key).order_by(attempts.c.key))
        wrote = await session.scalars(select(writes.c.attempt).order_by(writes.c.attempt))
        return list(sent.all()), list(wrote.all())


async def prune(database: Database) -> None:
    clock = StandingClock()
    await Retention(database, clock, KEPT).prune()


async def test_what_was_sent_long_ago_is_forgotten_and_nothing_younger(database: Database) -> None:
    await send(database, "old", days=31)
    await send(database, "young", days=29)

    await prune(database)

    assert await kept(database) == (["young"], ["young"])


async def test_an_attempt_without_an_end_stays_until_somebody_knows_what_became_of_it(
    database: Database,
) -> None:
    await send(database, "open", days=99, ended=False)

    await prune(database)

    assert (await kept(database))[0] == ["open"]


async def test_the_book_is_never_forgotten(database: Database) -> None:
    async with begin(database) as session:
        await Bench(session).stock(RING, 3)
    before = await entries(database)

    ahead = timedelta(days=-365)
    await Retention(
        database, StandingClock(), Kept(sent=ahead, deliveries=ahead, alerts=ahead)
    ).prune()

    assert before
    assert await entries(database) == before


async def entries(database: Database) -> int:
    async with reading(database) as session:
        return len(await queries.history(session, RING, limit=99))


async def test_messages_are_forgotten_once_delivered_and_others_wait_however_old(
    database: Database,
) -> None:
    async with begin(database) as session:
        for number in range(AT_ONCE + 2):
            await stage(
                session, StockChanged(sku=RING, version=number, was=2, available=1), now=ago(40)
            )
        await session.execute(update(outbox).where(outbox.c.id > 1).values(delivered_at=ago(40)))

    await prune(database)

    async with reading(database) as session:
        assert await session.scalar(select(func.count()).select_from(outbox)) == 1


async def deliver(
    database: Database,
    number: str,
    *,
    days: float,
    shop: ShopId = ETSY,
    topic: str = "order.paid",
    done: bool = True,
) -> None:
    """A delivery of so many days ago."""
    async with begin(database) as session:
        await inbox.record_once(
            session,
            shop=shop,
            topic=topic,
            delivery=number,
            headers={},
            body=b"",
            now=ago(days),
        )
        if done:
            mine = inbox_table.c.delivery == number
            handled = {"handled_at": ago(days), "outcome": "new"}
            await session.execute(update(inbox_table).where(mine).values(handled))


async def known(database: Database) -> list[str]:
    async with reading(database) as session:
        return sorted(await session.scalars(select(inbox_table.c.delivery)))


async def test_of_deliveries_it_is_forgotten_in_the_end_that_they_came(
    database: Database,
) -> None:
    await deliver(database, "old", days=61)
    await deliver(database, "young", days=59)
    await deliver(database, "today", days=0)

    await prune(database)

    assert await known(database) == ["today", "young"]


async def test_a_delivery_that_is_not_done_stays_however_old(database: Database) -> None:
    await deliver(database, "open", days=400, done=False)
    await deliver(database, "put aside", days=400, done=False)
    await deliver(database, "today", days=0)
    async with begin(database) as session:
        aside = update(inbox_table).where(inbox_table.c.delivery == "put aside")
        await session.execute(aside.values(dead_at=ago(399)))

    await prune(database)

    assert await known(database) == ["open", "put aside", "today"]


async def test_a_delivery_that_waited_for_weeks_is_kept_by_when_it_was_done(
    database: Database,
) -> None:
    await deliver(database, "waited", days=70)
    await deliver(database, "today", days=0)
    async with begin(database) as session:
        mine = update(inbox_table).where(inbox_table.c.delivery == "waited")
        await session.execute(mine.values(handled_at=ago(5)))

    await prune(database)

    assert await known(database) == ["today", "waited"]


async def test_since_when_a_shop_has_sent_nothing_is_still_known(database: Database) -> None:
    await deliver(database, "silent before", days=401)
    await deliver(database, "silent since", days=400)
    await deliver(database, "read again", days=399, topic=inbox.READ_AGAIN)
    await deliver(database, "today", days=0, shop=SHOPIFY)

    await prune(database)

    assert await known(database) == ["silent since", "today"]
    async with reading(database) as session:
        assert await inbox.newest_at(session, ETSY) == ago(400)


async def test_a_customers_request_is_not_asked_about_again(database: Database) -> None:
    await deliver(database, "asks", days=400, shop=SHOPIFY, topic=TO_TELL)
    await deliver(database, "today", days=0, shop=SHOPIFY)

    await prune(database)

    assert await known(database) == ["asks", "today"]


async def test_alerts_are_forgotten_once_they_have_ended_and_others_stand_however_old(
    database: Database,
) -> None:
    async with begin(database) as session:
        for subject, ended in (("old", 91), ("young", 89), ("stands", None)):
            alert = Alert(name="low_stock", subject=subject, sentence="")
            await register.tell(session, alert, now=ago(400))
            (number,) = await register.numbers_of(session, subject, ["low_stock"])
            if ended is not None:
                await register.end(session, [number], now=ago(ended))

    await prune(database)

    async with reading(database) as session:
        assert [one.subject for one in await register.over(session, limit=9)] == ["young"]
        assert [one.subject for one in await register.standing(session)] == ["stands"]


async def compare(database: Database, shop: ShopId, *, days: float, ended: bool = True) -> None:
    """A comparison of so many days ago, which found one difference."""
    found = Difference(cause=CauseClass.NOT_TRACKED, action=Action.REPORT, evidence={})
    async with begin(database) as session:
        run = await report.begin_run(session, shop, now=ago(days))
        await report.record_difference(session, run, offer=None, title="a ring", found=found)
        if ended:
            await report.end_run(session, run, offers=9, outcome="complete", now=ago(days))


async def test_comparisons_are_forgotten_but_for_the_newest_of_each_shop(
    database: Database,
) -> None:
    await compare(database, SHOPIFY, days=99)
    await compare(database, SHOPIFY, days=98, ended=False)
    await compare(database, ETSY, days=50)
    await compare(database, ETSY, days=29)

    await prune(database)

    async with reading(database) as session:
        last = await report.latest(session)
        runs = await session.scalar(select(func.count()).select_from(reconciliations))
        found = await session.scalar(select(func.count()).select_from(differences))
    assert [one["begun_at"] for one in last] == [ago(29), ago(99)]
    assert (runs, found) == (2, 2)
