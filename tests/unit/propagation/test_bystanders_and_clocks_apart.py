"""A sale of what nobody matched bears Etsy's time, and our write of its listing bears ours."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    PATIENCE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_book,
)
from tests.support.clocks import StandingClock

from peg.db.transaction import begin
from peg.domain.messages import OrderTakenIn
from peg.domain.offer import Ahead
from peg.propagation.attempts import as_read, begin_attempt, end_attempt, keep_before
from peg.propagation.bystanders import Bystanders

SILVER = etsy_ref("22", "Metal=Silver")
INVENTORY = {
    "products": [
        {
            "property_values": [{"property_name": "Metal", "values": ["Silver"]}],
            "offerings": [{"quantity": 4, "is_enabled": True}],
        }
    ]
}


async def is_lowered(home: Path, *, ahead: float, placed: float) -> bool:
    """PEG wrote the listing from noon on, for six seconds; was the silver one lowered for a sale?

    Etsy's clock was so many minutes `ahead` of ours, and the sale bears Etsy's time.
    """
    behind = timedelta(minutes=ahead)
    async with open_book(home) as database:
        async with begin(database) as session:
            bench = Bench(session)
            await bench.offer(SILVER, shows=4)
            await begin_attempt(session, "k", ETSY, [], now=minute(0))
            stood = {"listing": "22", "inventory": INVENTORY, **as_read(Ahead(behind, behind))}
            await keep_before(session, "k", stood)
            await end_attempt(session, "k", outcome="sent", now=minute(0.1))
            order = OrderTold(created=placed)
            await bench.take_in(order.told(placed, line(SILVER, 1)), at=0.2)
        clock = StandingClock(minute(0.2))
        told = OrderTakenIn(shop=ETSY, order=order.order, is_new=True)
        await Bystanders(database, clock, PATIENCE).on_order(told)
        async with begin(database) as session:
            return bool(await Bench(session).news("alert.raised"))


@pytest.mark.parametrize("ahead", [-60.0, 0.0, 60.0])
async def test_one_that_was_sold_while_its_listing_was_written_is_lowered(
    tmp_path: Path, ahead: float
) -> None:
    assert await is_lowered(tmp_path, ahead=ahead, placed=0.05 + ahead)


@pytest.mark.parametrize("ahead", [-60.0, 0.0, 60.0])
async def test_one_that_was_sold_long_after_it_is_none_of_pegs_business(
    tmp_path: Path, ahead: float
) -> None:
    assert not await is_lowered(tmp_path, ahead=ahead, placed=20 + ahead)
