"""Pieces that are missed on Etsy, or taken off by hand, leave the places where some lie.

Etsy knows no places: no shelf is short of pieces while another has them.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from tests.support.bench import ETSY, RING, etsy_ref, line, minute
from tests.support.two_places import ATELIER, GALLERY, TwoPlaces, open_two_places

from peg.domain.offer import ANYWHERE
from peg.intake.edits import Edits
from peg.intake.surprises import Done, Surprise, What
from peg.ledger import overdue

ORDER_LAG_MIN = 30


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[TwoPlaces]:
    async with open_two_places(tmp_path) as shop:
        yield shop


async def test_rings_missed_on_etsy_are_shown_at_no_place(shop: TwoPlaces) -> None:
    await shop.bench.read(etsy_ref(), 0)
    held = await shop.shown_on_shopify()

    await shop.tells(1, line(etsy_ref(), 3))

    assert held == {"71": 0, "72": 0}
    assert await shop.book() == {ATELIER: (2, 2), GALLERY: (1, 1)}
    assert await shop.is_sound()


async def test_rings_that_somebody_took_off_etsy_left_both_places(shop: TwoPlaces) -> None:
    await shop.bench.read(etsy_ref(), 0, at=0)

    await overdue.close_due(shop.bench.session, now=minute(ORDER_LAG_MIN))

    assert await shop.book() == {ATELIER: (0, 0), GALLERY: (0, 0)}
    assert await shop.shown_on_shopify() == {"71": 0, "72": 0}
    assert await shop.is_sound()


@pytest.mark.parametrize(
    ("sold", "then"),
    [
        (3, {ATELIER: (2, 2), GALLERY: (1, 1)}),
        (2, {ATELIER: (2, 2), GALLERY: (0, 0)}),
        (1, {ATELIER: (1, 1), GALLERY: (0, 0)}),
    ],
)
async def test_an_order_that_comes_late_finds_them_where_they_were_taken_from(
    shop: TwoPlaces, sold: int, then: Mapping[str, tuple[int, int]]
) -> None:
    await shop.bench.read(etsy_ref(), 0, at=0)
    await overdue.close_due(shop.bench.session, now=minute(ORDER_LAG_MIN))

    await shop.tells(1, line(etsy_ref(), sold), heard=60)

    assert await shop.book() == then
    assert await shop.is_sound()


async def test_a_pair_that_somebody_took_off_etsy_may_have_been_one_of_each_place(
    shop: TwoPlaces,
) -> None:
    await shop.bench.post(RING, at=ATELIER, on_hand=-1)
    await shop.bench.offer(etsy_ref("33"), RING, RING)
    await shop.bench.read(etsy_ref("33"), 0, at=0)
    await overdue.close_due(shop.bench.session, now=minute(ORDER_LAG_MIN))
    taken = await shop.book()

    await shop.tells(1, line(etsy_ref("33"), 1), heard=60)

    assert taken == {ATELIER: (0, 0), GALLERY: (0, 0)}
    assert await shop.book() == {ATELIER: (1, 1), GALLERY: (1, 1)}
    assert await shop.is_sound()


async def test_what_is_believed_no_more_leaves_no_place_short(shop: TwoPlaces) -> None:
    """Two more were believed; as many as there are were sold; then very many offers changed."""
    edits = Edits(session=shop.bench.session, offer=shop.on_etsy, now=minute(1))
    await edits.believe_more(ANYWHERE, 2)
    believed = await shop.book()
    await shop.tells(1, line(etsy_ref(), 3))

    await edits.take_back(
        Surprise(
            offer=shop.on_etsy.id,
            shop=ETSY,
            what=What.PIECES,
            place=ANYWHERE,
            pieces=2,
            base=3,
            met_at=minute(0),
            done=Done.BELIEVED,
        )
    )

    assert believed == {ATELIER: (4, 0), GALLERY: (1, 0)}
    assert await shop.book() == {ATELIER: (3, 3), GALLERY: (0, 0)}
    assert await shop.is_sound()
