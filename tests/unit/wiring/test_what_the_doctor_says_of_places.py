"""Each thing that is wrong with a place is told once, with one advice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    line,
    open_bench,
    shopify_ref,
)

from peg.domain.identity import LocationId
from peg.propagation.retarget import retarget
from peg.wiring.examination_of_book import book

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
    """Shopify may have an order sent from where too few lie."""
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 1, at=atelier)
    await bench.post(RING, at=await bench.place("72", "Gallery"), on_hand=4)
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 4})
    order = OrderTold(shop=SHOPIFY).told(1, line(shopify_ref(), 2, at="71"))
    await bench.take_in(order, at=1)

    (told,) = await of_places(bench)

    assert told.startswith(f"1 more of {RING} are sold or kept at {atelier} than lie there")
