"""An order's line that tells nothing but a set's SKU takes the pieces of the set."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.catalog import offers
from peg.domain.identity import OfferRef, ShopId, Sku
from peg.ledger import cases, order_rows, queries

SET, BAND = Sku("SET-3"), Sku("BAND-5")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """The set was taken for an item before somebody said what it is made of."""
    async with open_bench(tmp_path) as bench:
        for sku, pieces in ((RING, 3), (NECKLACE, 3), (BAND, 3), (SET, 0)):
            await bench.stock(sku, pieces)
        yield bench


async def sell(bench: Bench, ref: OfferRef | None = None, *, shop: ShopId = SHOPIFY) -> None:
    await bench.take_in(OrderTold(shop=shop).told(1, line(ref, 1, sku=SET)))


async def left(bench: Bench) -> dict[Sku, int]:
    return {sku: await bench.available(sku) for sku in (RING, NECKLACE, BAND, SET)}


async def delete(bench: Bench, ref: OfferRef) -> None:
    (offer,) = (await offers.by_refs(bench.session, [ref])).values()
    await offers.mark_gone(bench.session, offer.id)


async def test_a_line_without_a_listing_takes_the_pieces_of_the_set(bench: Bench) -> None:
    await bench.offer(shopify_ref(), RING, NECKLACE, NECKLACE, sku=SET)

    await sell(bench)

    assert await left(bench) == {RING: 2, NECKLACE: 1, BAND: 3, SET: 0}
    assert await cases.all_cases(bench.session) == []
    assert await order_rows.unresolved(bench.session) == []
    assert await queries.wrong_sums(bench.session) == []


async def test_it_is_told_so_after_the_set_was_deleted(bench: Bench) -> None:
    await bench.offer(shopify_ref(), RING, NECKLACE, sku=SET)
    await delete(bench, shopify_ref())

    await sell(bench)

    assert await left(bench) == {RING: 2, NECKLACE: 2, BAND: 3, SET: 0}


async def test_a_set_that_was_never_an_item_is_known_too(bench: Bench) -> None:
    await bench.offer(etsy_ref(), RING, NECKLACE, sku="PAIR-9")

    await bench.take_in(OrderTold(shop=ETSY).told(1, line(None, 1, sku="PAIR-9")))

    assert await left(bench) == {RING: 2, NECKLACE: 2, BAND: 3, SET: 0}


async def test_the_shops_own_set_is_meant_before_one_that_is_typed_alike_elsewhere(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref(), RING, BAND, sku=SET)
    await bench.offer(shopify_ref(), RING, NECKLACE, sku=SET)

    await sell(bench)

    assert await left(bench) == {RING: 2, NECKLACE: 2, BAND: 3, SET: 0}


async def test_a_set_of_another_shop_tells_what_its_label_means(bench: Bench) -> None:
    await bench.offer(etsy_ref(), RING, BAND, sku=SET)

    await sell(bench)

    assert await left(bench) == {RING: 2, NECKLACE: 3, BAND: 2, SET: 0}


async def test_of_sets_that_are_typed_alike_every_piece_is_held_until_somebody_tells(
    bench: Bench,
) -> None:
    await bench.offer(shopify_ref("11", "111"), RING, NECKLACE, sku=SET)
    await bench.offer(shopify_ref("12", "121"), RING, BAND, sku=SET)

    await sell(bench)

    assert await left(bench) == {RING: 2, NECKLACE: 2, BAND: 2, SET: 0}
    assert len(await order_rows.unresolved(bench.session)) == 1


async def test_an_unmapped_listing_that_bears_the_sets_label_may_be_the_set(bench: Bench) -> None:
    await bench.offer(shopify_ref("11", "111"), RING, NECKLACE, sku=SET)
    await bench.offer(shopify_ref("12", "121"), sku=SET)

    await sell(bench, shopify_ref("12", "121"))

    assert await left(bench) == {RING: 2, NECKLACE: 2, BAND: 3, SET: 0}
    assert len(await order_rows.unresolved(bench.session)) == 1


async def test_what_an_offer_sells_as_one_piece_is_that_piece(bench: Bench) -> None:
    await bench.stock(SET, 2)
    await bench.offer(shopify_ref(), RING, NECKLACE, sku=SET)
    await delete(bench, shopify_ref())
    await bench.offer(etsy_ref(), SET)

    await sell(bench)

    assert await left(bench) == {RING: 3, NECKLACE: 3, BAND: 3, SET: 1}
