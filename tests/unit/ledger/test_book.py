from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.support.bench import NECKLACE, NOON, RING, Bench, minute, open_bench

from peg.db.errors import NoTransaction
from peg.domain.errors import UnknownSku
from peg.domain.identity import MAIN, POOL, LocationId, Sku
from peg.domain.stock import Cause, StockLevel
from peg.ledger import queries
from peg.ledger.book import Posting, open_items, post


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


def posting(sku: Sku = RING, *, at: LocationId = MAIN, on_hand: int = 0) -> Posting:
    return Posting(
        sku=sku,
        location=at,
        on_hand=on_hand,
        cause=Cause.RECEIVED,
        source="test",
        reference="book",
        happened_at=NOON,
    )


async def test_an_item_nobody_opened_is_refused_and_nothing_is_posted(bench: Bench) -> None:
    await bench.stock(RING, 2)

    with pytest.raises(UnknownSku, match="RING-9"):
        await post(bench.session, [posting(on_hand=1), posting(Sku("RING-9"), on_hand=1)], now=NOON)

    assert (await bench.level()).on_hand == 2


async def test_an_item_that_is_open_keeps_what_it_has(bench: Bench) -> None:
    await bench.stock(RING, 2)

    await open_items(bench.session, [RING, NECKLACE, RING])

    assert await bench.available(RING) == 2
    assert await bench.available(NECKLACE) == 0


async def test_a_posting_that_changes_nothing_leaves_no_trace(bench: Bench) -> None:
    await bench.stock(RING, 2)

    after = await post(bench.session, [posting()], now=NOON)

    assert after == {}
    assert len(await queries.history(bench.session, RING)) == 1


async def test_each_posting_raises_the_version_by_one(bench: Bench) -> None:
    await bench.stock(RING, 2)

    after = await post(bench.session, [posting(on_hand=1), posting(on_hand=1)], now=NOON)

    assert after[RING].version == 2
    assert after[RING].level == StockLevel(on_hand=4)
    assert await queries.position(bench.session, RING) == after[RING]


async def test_more_committed_than_ever_was_is_refused_by_the_database(bench: Bench) -> None:
    await bench.stock(RING, 2)
    freed = Posting(
        sku=RING,
        location=MAIN,
        committed=-1,
        cause=Cause.ORDER,
        source="test",
        reference="book",
        happened_at=NOON,
    )

    with pytest.raises(IntegrityError, match="committed_not_negative"):
        async with bench.session.begin_nested():
            await post(bench.session, [freed], now=NOON)

    assert await queries.wrong_sums(bench.session) == []


async def test_the_news_of_a_change_names_each_item_once(bench: Bench) -> None:
    await bench.stock(RING, 2)
    before = len(await bench.news("inventory.updated"))

    await post(
        bench.session, [posting(on_hand=1), posting(at=LocationId("gallery"), on_hand=1)], now=NOON
    )
    moved = [posting(on_hand=1), posting(on_hand=-1)]
    await post(bench.session, moved, now=NOON)

    news = (await bench.news("inventory.updated"))[before:]
    assert news == [{"sku": RING, "version": 2, "was": 2, "available": 4}]


async def test_a_move_between_places_is_news_though_the_sum_stays(bench: Bench) -> None:
    await bench.stock(RING, 2)
    before = len(await bench.news("inventory.updated"))

    move = [posting(on_hand=-1), posting(at=LocationId("gallery"), on_hand=1)]
    await post(bench.session, move, now=NOON)

    assert len(await bench.news("inventory.updated")) == before + 1
    assert await bench.available() == 2


async def test_stock_can_be_read_as_of_any_moment(bench: Bench) -> None:
    await bench.stock(RING, 5)
    for minutes, pieces in ((1, -1), (2, -2), (3, 4)):
        await post(bench.session, [posting(on_hand=pieces)], now=minute(minutes))

    levels = [
        (await queries.level_at(bench.session, RING, minute(at))).on_hand
        for at in (-1, 0, 1.5, 2, 99)
    ]
    history = await queries.history(bench.session, RING, at=minute(2), limit=2)

    assert levels == [0, 5, 4, 2, 6]
    assert [row["on_hand"] for row in history] == [-2, -1]


async def test_pages_of_positions_follow_each_other(bench: Bench) -> None:
    skus = [Sku(f"R-{number:02}") for number in range(5)]
    await open_items(bench.session, skus)

    first = await queries.positions(bench.session, limit=3)
    rest = await queries.positions(bench.session, after=first[-1].sku, limit=3)

    assert [one.sku for one in (*first, *rest)] == skus


async def test_ten_thousand_items_are_opened_and_counted_in_one_step(bench: Bench) -> None:
    skus = [Sku(f"R-{number:05}") for number in range(10_000)]
    await open_items(bench.session, skus)

    after = await post(bench.session, [posting(sku, on_hand=1) for sku in skus], now=NOON)

    assert len(after) == len(skus)
    assert {position.level.available for position in after.values()} == {1}


async def test_the_pool_takes_part_in_the_sum(bench: Bench) -> None:
    await bench.stock(RING, 2)
    waits = Posting(
        sku=RING,
        location=POOL,
        committed=1,
        cause=Cause.ORDER,
        source="test",
        reference="book",
        happened_at=NOON + timedelta(hours=1),
    )

    await post(bench.session, [waits], now=NOON)

    assert await bench.available() == 1


async def test_a_wrong_sum_is_found(bench: Bench) -> None:
    await bench.stock(RING, 2)
    assert await queries.wrong_sums(bench.session) == []

    await bench.session.execute(text("UPDATE entries SET on_hand = 3"))

    assert await queries.wrong_sums(bench.session) == [RING]


async def test_outside_a_transaction_nothing_is_posted(bench: Bench) -> None:
    await bench.session.commit()

    with pytest.raises(NoTransaction):
        await post(bench.session, [posting(on_hand=1)], now=NOON)
