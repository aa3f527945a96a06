"""An alert stands for as long as its cause lasts, and is read as over from then on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    ETSY,
    NOON,
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
)
from tests.support.shops import APP, key_ring, shop

from peg.alerts.register import end, tell, tell_once
from peg.catalog import items, offers
from peg.domain.identity import Sku
from peg.domain.messages import Alert
from peg.ledger import counter, questions
from peg.onboarding import answers
from peg.reads import alerts
from peg.reads.severity import SEVERITY
from peg.shops import directory
from peg.shops.directory import Status
from peg.wiring import examination
from peg.wiring.examination_of_book import book

Step = Callable[[Bench], Awaitable[None]]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 1)
        await bench.offer(etsy_ref(), RING)
        ring = key_ring()
        await directory.store(bench.session, ring, shop(ETSY), APP)
        yield bench


async def raise_(bench: Bench, name: str, subject: str, *, sentence: str = "look") -> None:
    await tell(bench.session, Alert(name=name, subject=subject, sentence=sentence), now=NOON)


async def names(bench: Bench, *, minutes: float = 0) -> list[str]:
    found = await alerts.standing(bench.session, now=NOON + timedelta(minutes=minutes))
    return [one.name for one in found]


async def is_sold_twice(bench: Bench) -> None:
    await bench.take_in(OrderTold(order="1").told(1, line(etsy_ref(), committed=2)))


async def comes_in_again(bench: Bench) -> None:
    await counter.receive(bench.session, RING, 5, who="ann", now=NOON)


async def is_asked(bench: Bench) -> None:
    await questions.ask(
        bench.session,
        kind="changed_back",
        subject="1",
        sentence="?",
        evidence={},
        options=("go_on",),
        default="go_on",
        now=NOON,
    )
    await raise_(bench, "changed_back", "1")


async def is_answered(bench: Bench) -> None:
    (asked,) = await questions.open_questions(bench.session, "changed_back")
    await answers.answer(bench.session, asked.id, "go_on", who="ann", now=NOON)


async def is_revoked(bench: Bench) -> None:
    await directory.mark(bench.session, ETSY, Status.REVOKED, "revoked", now=NOON)


async def is_connected_again(bench: Bench) -> None:
    await directory.store(bench.session, key_ring(), shop(ETSY), APP)


async def is_frozen(bench: Bench) -> None:
    await directory.mark(bench.session, ETSY, Status.FROZEN, "closed", now=NOON)


async def is_open_again(bench: Bench) -> None:
    await directory.mark(bench.session, ETSY, Status.CONNECTED, "", now=NOON)


async def runs_low(bench: Bench) -> None:
    await items.set_low_stock(bench.session, RING, 1)
    await raise_(bench, "low_stock", RING)


async def the_threshold_goes(bench: Bench) -> None:
    await items.set_low_stock(bench.session, RING, None)


async def the_listing_is_deleted(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING)
    await offers.mark_gone(bench.session, offer.id)
    await raise_(bench, "listing_gone", str(offer.id))


async def it_is_listed_anew(bench: Bench) -> None:
    await bench.offer(etsy_ref("99"), RING)


async def it_is_there_again(bench: Bench) -> None:
    await bench.offer(etsy_ref(), RING)


async def polls_fail(bench: Bench) -> None:
    await raise_(bench, "shop_unreadable", ETSY)


async def the_shop_is_taken_out(bench: Bench) -> None:
    await directory.mark(bench.session, ETSY, Status.DISCONNECTED, "", now=NOON)


@pytest.mark.parametrize(
    ("begins", "name", "ends"),
    [
        (is_sold_twice, "oversold", comes_in_again),
        (is_asked, "changed_back", is_answered),
        (is_revoked, "shop_revoked", is_connected_again),
        (is_frozen, "shop_frozen", is_open_again),
        (runs_low, "low_stock", comes_in_again),
        (runs_low, "low_stock", the_threshold_goes),
        (the_listing_is_deleted, "listing_gone", it_is_listed_anew),
        (the_listing_is_deleted, "listing_gone", it_is_there_again),
        (polls_fail, "shop_unreadable", the_shop_is_taken_out),
    ],
)
async def test_an_alert_is_over_with_its_cause_and_can_still_be_read(
    bench: Bench, begins: Step, name: str, ends: Step
) -> None:
    await begins(bench)
    before = await names(bench)
    told_before = await doctor(bench.session)

    await ends(bench)

    (past,) = await alerts.history(bench.session, limit=5, now=NOON)
    assert (before, await names(bench)) == ([name], [])
    assert (len(told_before), await doctor(bench.session)) == (1, [])
    assert (past.name, past.ended_at) == (name, NOON)


async def test_what_may_have_been_sold_unheard_is_told_also_once_its_shop_is_taken_out(
    bench: Bench,
) -> None:
    await raise_(bench, "blind_side", ETSY)

    await the_shop_is_taken_out(bench)

    assert await names(bench) == ["blind_side"]


async def doctor(session: AsyncSession) -> list[str]:
    """What the doctor tells of alerts, and of low stock by itself."""
    found = [*await book(session), *await examination.waiting(session, now=NOON, running=True)]
    return [one.sentence for one in found if one.what in {"alert", "low stock"}]


@pytest.mark.parametrize("name", ["task_crashed", "database_locked"])
async def test_a_task_that_does_not_stop_again_is_well(bench: Bench, name: str) -> None:
    await raise_(bench, name, "bus")

    assert await names(bench, minutes=9) == [name]
    assert await names(bench, minutes=11) == []


async def test_what_is_still_so_stands_once_in_its_newest_words(bench: Bench) -> None:
    await raise_(bench, "task_crashed", "bus", sentence="first")
    await raise_(bench, "task_crashed", "bus", sentence="second")
    again = Alert(name="task_crashed", subject="bus", sentence="third")
    await tell_once(bench.session, again, now=NOON)

    (one,) = await alerts.standing(bench.session, now=NOON)

    assert one.sentence == "second"


async def test_what_comes_back_after_it_was_over_is_an_alert_of_its_own(bench: Bench) -> None:
    await is_revoked(bench)
    await is_connected_again(bench)
    over = (await alerts.judged(bench.session, now=NOON)).over
    await end(bench.session, [one.id for one in over], now=NOON)

    await is_revoked(bench)

    (now,) = await alerts.standing(bench.session, now=NOON)
    (before,) = await alerts.history(bench.session, limit=5, now=NOON)
    assert now.id != before.id
    assert before.ended_by == "peg"


async def test_what_may_sell_a_piece_twice_stands_above_what_can_wait(bench: Bench) -> None:
    await is_sold_twice(bench)
    await runs_low(bench)
    await raise_(bench, "shop_unreadable", ETSY)
    await raise_(bench, "task_crashed", "bus", sentence="newer than the shop's")

    assert await names(bench) == ["oversold", "task_crashed", "shop_unreadable", "low_stock"]


async def test_however_many_run_low_the_doctor_tells_what_was_sold_twice(bench: Bench) -> None:
    await is_sold_twice(bench)
    for number in range(9):
        sku = Sku(f"BAND-{number}")
        await bench.stock(sku, 1)
        await items.set_low_stock(bench.session, sku, 1)
        await raise_(bench, "low_stock", sku, sentence=f"{sku} runs low")

    told = await doctor(bench.session)

    assert sum("sold" in sentence for sentence in told) == 1
    assert sum("BAND-0" in sentence for sentence in told) == 1
    assert not any("more: `peg alerts`" in sentence for sentence in told)


def test_of_every_alert_it_is_known_how_bad_it_is() -> None:
    assert alerts.LASTS.keys() == SEVERITY.keys()
