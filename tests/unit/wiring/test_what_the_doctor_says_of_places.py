"""Each thing that is wrong with a place is told once, with one advice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NOON,
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.domain.identity import MAIN, LocationId
from peg.propagation.retarget import retarget
from peg.wiring.examination import book

GALLERY = LocationId("gallery")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def of_places(bench: Bench) -> list[str]:
    return [one.sentence for one in await book(bench.session) if one.what == "places"]


async def test_a_place_where_shopify_does_not_stock_a_piece_gets_one_advice(bench: Bench) -> None:
    await bench.place("71", "Atelier")
    gallery = await bench.place("72", "Gallery")
    await bench.stock(RING, 1, at=gallery)
    await bench.offer(shopify_ref(), RING, shows={"71": 0})
    await retarget(bench.session, [RING], now=NOON)

    (told,) = await of_places(bench)

    assert "does not stock 'Piece 11 111' at Gallery" in told


async def test_a_piece_that_lies_where_no_shop_sells_from_is_to_be_counted(bench: Bench) -> None:
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1, at=GALLERY)
    await bench.offer(shopify_ref(), RING, shows={"71": 0})
    await retarget(bench.session, [RING], now=NOON)

    (told,) = await of_places(bench)

    assert "none lies where that shop sells from" in told


async def test_a_place_at_which_more_is_sold_than_lies_there_is_to_be_counted(
    bench: Bench,
) -> None:
    await bench.stock(RING, 3)
    await bench.post(RING, at=GALLERY, on_hand=2)
    await bench.offer(etsy_ref(), RING, shows=5)
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 4)), at=1)

    (told,) = await of_places(bench)

    assert told.startswith(f"1 more of {RING} are sold or kept at {MAIN} than lie there")
