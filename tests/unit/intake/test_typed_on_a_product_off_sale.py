"""What a person types into a Shopify product that is a draft or archived: Etsy goes on selling."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    etsy_ref,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.doubts import asked, drifted

from peg.domain.identity import LocationId, Sku
from peg.domain.offer import Shelf
from peg.ledger import overdue

ATELIER = "71"
AN_HOUR = 60.0


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place(ATELIER, "Atelier")
        yield bench


async def in_draft(bench: Bench, sku: Sku, pieces: int) -> None:
    """A piece that both shops have, and that Shopify has as a draft since then."""
    await bench.stock(sku, pieces, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), sku, shows={ATELIER: pieces})
    await bench.offer(etsy_ref(), sku, shows=pieces)
    await bench.read(shopify_ref(), {ATELIER: pieces}, shelf=Shelf.WITHDRAWN)


async def test_fewer_typed_into_a_draft_are_held_at_once_and_then_gone(bench: Bench) -> None:
    await in_draft(bench, NECKLACE, 5)

    taken_for = await bench.read(shopify_ref(), {ATELIER: 3}, at=1, shelf=Shelf.WITHDRAWN)
    held = await bench.level(NECKLACE)
    await overdue.close_due(bench.session, now=minute(AN_HOUR))

    assert taken_for == "missing"
    assert (held.on_hand, held.available) == (5, 3)
    assert (await bench.level(NECKLACE)).on_hand == 3
    assert (await bench.expects(shopify_ref(), ATELIER)).quantity == 3


async def test_more_typed_into_a_draft_of_goods_in_stock_are_believed_when_seen_twice(
    bench: Bench,
) -> None:
    await in_draft(bench, NECKLACE, 5)

    for at in (1.0, 1 + PATIENCE.confirm_s / 60):
        await bench.orders_read(SHOPIFY, at=at)
        await bench.read(shopify_ref(), {ATELIER: 7}, at=at, shelf=Shelf.WITHDRAWN)

    assert await bench.available(NECKLACE) == 7


async def test_another_one_of_a_kind_in_a_draft_is_asked_about_and_not_written_over_before(
    bench: Bench,
) -> None:
    """Nobody can buy it there meanwhile, so that there is no haste."""
    await in_draft(bench, RING, 1)
    before = await drifted(bench)

    await bench.orders_read(SHOPIFY, at=1)
    await bench.read(shopify_ref(), {ATELIER: 2}, at=1, shelf=Shelf.WITHDRAWN)
    at_first_sight = await drifted(bench)
    await bench.orders_read(SHOPIFY, at=2)
    await bench.read(shopify_ref(), {ATELIER: 2}, at=2, shelf=Shelf.WITHDRAWN)

    assert at_first_sight == before
    assert sorted(await asked(bench)) == ["extra_pieces", "withdrawn_by_hand"]
    assert await bench.available(RING) == 1


async def test_a_product_that_goes_to_draft_and_is_typed_at_in_one_go_is_both(bench: Bench) -> None:
    await bench.stock(NECKLACE, 5, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), NECKLACE, shows={ATELIER: 5})

    await bench.read(shopify_ref(), {ATELIER: 3}, shelf=Shelf.WITHDRAWN)

    assert await bench.available(NECKLACE) == 3
    assert await asked(bench) == ["withdrawn_by_hand"]


async def test_what_an_etsy_listing_off_sale_says_is_still_no_word_of_anybody(bench: Bench) -> None:
    """Taking a listing off sale there leaves whatever number it had, sold pieces among them."""
    await in_draft(bench, NECKLACE, 5)
    await bench.read(etsy_ref(), 5, shelf=Shelf.WITHDRAWN)

    taken_for = await bench.read(etsy_ref(), 3, at=1, shelf=Shelf.WITHDRAWN)

    assert taken_for == "echo"
    assert await bench.available(NECKLACE) == 5
