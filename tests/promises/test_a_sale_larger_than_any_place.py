"""Etsy knows no places: what is sold there is taken from several, where no one place has it all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NECKLACE, NOON, RING, etsy_ref, line, minute, open_bench
from tests.support.two_places import ATELIER, GALLERY, TwoPlaces, open_two_places

from peg.catalog import offers
from peg.domain.baseline import Baseline
from peg.domain.identity import MAIN
from peg.domain.stock import StockLevel
from peg.ledger import cases, queries
from peg.ledger.orders import Outcome
from peg.ledger.settling import settle


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[TwoPlaces]:
    async with open_two_places(tmp_path) as shop:
        yield shop


async def test_an_order_of_all_there_are_takes_them_from_both_places(shop: TwoPlaces) -> None:
    await shop.tells(1, line(etsy_ref(), 3))

    assert await shop.book() == {ATELIER: (2, 2), GALLERY: (1, 1)}
    assert await shop.shown_on_shopify() == {"71": 0, "72": 0}
    assert await shop.is_sound()


async def test_the_order_told_again_changes_nothing(shop: TwoPlaces) -> None:
    await shop.tells(1, line(etsy_ref(), 3))

    again = [await shop.tells(at, line(etsy_ref(), 3)) for at in (1, 2)]

    assert again == [Outcome.SAME] * 2
    assert await shop.book() == {ATELIER: (2, 2), GALLERY: (1, 1)}


async def test_each_ring_leaves_from_where_it_lay(shop: TwoPlaces) -> None:
    await shop.tells(1, line(etsy_ref(), 3))

    await shop.tells(2, line(etsy_ref(), 1, shipped=2))
    some = await shop.book()
    await shop.tells(3, line(etsy_ref(), shipped=3))

    assert some == {ATELIER: (1, 1), GALLERY: (0, 0)}
    assert await shop.book() == {ATELIER: (0, 0), GALLERY: (0, 0)}
    assert await shop.is_sound()


@pytest.mark.parametrize("shipped", [0, 3])
async def test_what_is_cancelled_or_sent_back_lies_where_it_lay_before(
    shop: TwoPlaces, shipped: int
) -> None:
    await shop.tells(1, line(etsy_ref(), 3))
    await shop.tells(2, line(etsy_ref(), 3 - shipped, shipped=shipped))

    await shop.tells(3, line(etsy_ref(), restocked=3))

    assert await shop.book() == {ATELIER: (2, 0), GALLERY: (1, 0)}
    assert await shop.shown_on_shopify() == {"71": 2, "72": 1}
    assert await shop.is_sound()


async def test_a_ring_that_is_lost_and_one_that_is_cancelled_are_two(shop: TwoPlaces) -> None:
    await shop.tells(1, line(etsy_ref(), 3))

    await shop.tells(2, line(etsy_ref(), 1, restocked=1, written_off=1))

    assert await shop.book() == {ATELIER: (2, 1), GALLERY: (0, 0)}
    assert sum((await shop.shown_on_shopify()).values()) == 1
    assert await shop.is_sound()


async def test_an_order_heard_of_when_it_has_left_took_its_rings_from_both_places(
    shop: TwoPlaces,
) -> None:
    await shop.tells(1, line(etsy_ref(), shipped=3))

    assert await shop.book() == {ATELIER: (0, 0), GALLERY: (0, 0)}
    assert await shop.is_sound()


async def test_two_lines_of_one_order_take_no_ring_twice(shop: TwoPlaces) -> None:
    await shop.bench.stock(NECKLACE, 1, at=ATELIER)
    await shop.bench.offer(etsy_ref("33"), RING, NECKLACE)

    await shop.tells(1, line(etsy_ref("33"), 1, line="1"), line(etsy_ref(), 2, line="2"))

    assert await shop.book() == {ATELIER: (2, 2), GALLERY: (1, 1)}
    assert await shop.is_sound()


async def test_a_pair_may_be_one_of_each_place(shop: TwoPlaces) -> None:
    await shop.bench.post(RING, at=ATELIER, on_hand=-1)
    await shop.bench.offer(etsy_ref("33"), RING, RING)
    pair = etsy_ref("33")

    await shop.tells(1, line(pair, 1))
    sold = await shop.book()
    await shop.tells(2, line(pair, shipped=1))

    assert sold == {ATELIER: (1, 1), GALLERY: (1, 1)}
    assert await shop.book() == {ATELIER: (0, 0), GALLERY: (0, 0)}
    assert await shop.is_sound()


async def test_more_than_there_are_is_a_double_sale_at_the_fullest_place(shop: TwoPlaces) -> None:
    await shop.tells(1, line(etsy_ref(), 4))

    assert await shop.book() == {ATELIER: (2, 3), GALLERY: (1, 1)}
    assert [case["oversold"] for case in await cases.all_cases(shop.bench.session)] == [1]


async def test_an_order_from_about_when_the_figures_were_read_leaves_no_place_short(
    shop: TwoPlaces,
) -> None:
    """It is taken to be inside them until the next look shows fewer."""
    about_then = Baseline(begun_at=minute(0), after=minute(-1), until=minute(1))
    await offers.set_baselines(shop.bench.session, {shop.on_etsy.id: about_then})
    await shop.tells(1, line(etsy_ref(), 3), created=0)
    inside = await shop.book()

    await shop.bench.read(etsy_ref(), 0, at=2)

    assert inside == {ATELIER: (4, 2), GALLERY: (2, 1)}
    assert await shop.book() == {ATELIER: (2, 2), GALLERY: (1, 1)}
    assert await shop.is_sound()


async def test_pieces_of_no_place_that_are_given_one_are_one_sale_there(tmp_path: Path) -> None:
    """`main` is where pieces lie that no shop gave a place, until one does."""
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 2, at=MAIN)
        await bench.post(RING, at=GALLERY, on_hand=1)
        shop = TwoPlaces(bench, await bench.offer(etsy_ref(), RING, shows=3))
        await shop.tells(1, line(etsy_ref(), 3))

        await settle(bench.session, {RING: {GALLERY: 0}}, now=NOON)
        again = await shop.tells(2, line(etsy_ref(), 3))
        await shop.tells(3, line(etsy_ref(), 1, shipped=1, restocked=1))

        levels = await queries.levels(bench.session, RING)
        assert again is Outcome.SAME
        assert levels[GALLERY] == StockLevel(on_hand=2, committed=1)
        assert await shop.is_sound()
