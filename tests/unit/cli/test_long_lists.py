"""A list that was cut says so: nobody takes it for all there is."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import RING, Bench, OrderTold, etsy_ref, line
from tests.support.command_line import peg, seed

MANY = 101
"""More than a page of what was put aside used to hold."""

PUT_ASIDE = (
    "INSERT INTO inbox (shop, topic, delivery, headers, body, received_at, attempts, next_at,"
    " dead_at) VALUES ('etsy:1', 'order.paid', ?, '{}', x'7b7d', '2026-11-23 09:00:00.000000', 20,"
    " '2026-11-23 11:00:00.000000', '2026-11-23 10:00:00.000000')"
)


async def three_orders(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.stock(RING, 9)
    await bench.offer(etsy_ref(), RING)
    for order in ("1", "2", "3"):
        await bench.take_in(OrderTold(order=order).told(1, line(etsy_ref(), committed=1)))


@pytest.mark.parametrize("words", [["orders"], ["history", RING]])
def test_a_list_that_was_cut_says_how_to_see_more(tmp_path: Path, words: list[str]) -> None:
    seed(tmp_path, three_orders)

    cut = peg(tmp_path, *words, "--limit", "2")
    whole = peg(tmp_path, *words, "--limit", "4")

    assert "there are more: `--limit 4`" in cut.out
    assert "there are more" not in whole.out
    assert len(peg(tmp_path, "orders", "--limit", "2", "--json").facts) == 2


def test_everything_that_was_put_aside_is_listed(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "peg.db") as connection:
        connection.executemany(PUT_ASIDE, [(str(number),) for number in range(MANY)])

    listed = peg(tmp_path, "dead", "--json").facts
    examined = peg(tmp_path, "doctor").out

    assert len(listed) == MANY
    assert "96 more: `peg dead` lists them" in " ".join(examined.split())
