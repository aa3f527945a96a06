"""What a sale took: items, and lines that nobody has mapped to one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
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
from tests.support.loose_offers import KNOWN, loose_offers

from peg.reads.following import Followed
from peg.reads.sales import Sale, newest


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def told(bench: Bench) -> Sale:
    """The one sale there is, as people see it."""
    (sale,) = await newest(bench.session, limit=5)
    return sale


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_line_that_is_mapped_to_no_item_is_called_as_the_order_calls_it(
    bench: Bench, *, is_known: bool
) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref("22"), RING)
    if is_known:
        await bench.offer(etsy_ref("77"))
    chain = replace(line(etsy_ref("77"), committed=2, line="2"), title="Gold chain, 45 cm")

    await bench.take_in(OrderTold().told(1, line(etsy_ref("22"), committed=1), chain))

    sale = await told(bench)
    assert sale.pieces == {RING: 1}
    assert sale.unmapped == {"Gold chain, 45 cm": 2}


async def test_lines_without_a_title_are_told_by_their_sku_or_number(bench: Bench) -> None:
    by_sku = replace(line(None, committed=1, line="1", sku="CHAIN-45"), title="")
    by_number = replace(line(None, committed=1, line="2"), title=" ")

    await bench.take_in(OrderTold().told(1, by_sku, by_number))

    assert (await told(bench)).unmapped == {"CHAIN-45": 1, "line 2": 1}


async def test_a_sale_names_the_piece_it_took_whatever_is_mapped_since(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.stock(NECKLACE, 3)
    await bench.offer(etsy_ref("22"), RING)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22"), committed=1)))

    await bench.offer(etsy_ref("22"), NECKLACE)

    assert (await told(bench)).pieces == {RING: 1}


async def test_a_sale_of_a_deleted_listing_is_told_by_the_piece_it_took(bench: Bench) -> None:
    await bench.stock(RING, 3)

    await bench.take_in(OrderTold().told(1, line(None, committed=2, sku=RING)))

    sale = await told(bench)
    assert (sale.pieces, sale.unmapped) == ({RING: 2}, {})


async def test_a_sale_of_what_is_surely_on_one_shop_only_is_told_so(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref("22"), RING)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22"), committed=1)))

    assert (await told(bench)).followed is Followed.ALONE


async def test_of_a_line_that_nobody_knows_it_is_not_sure_whether_another_shop_sells_it(
    bench: Bench,
) -> None:
    await bench.take_in(OrderTold().told(1, line(None, committed=1, sku="CHAIN-45")))

    assert (await told(bench)).followed is Followed.UNSURE


async def test_of_an_order_without_any_line_yet_nothing_is_sure(bench: Bench) -> None:
    await bench.take_in(OrderTold().told(1, complete=False))

    assert (await told(bench)).followed is Followed.UNSURE


async def test_a_piece_that_may_be_the_same_as_one_on_the_other_shop_is_not_surely_on_one_only(
    bench: Bench,
) -> None:
    await loose_offers(bench.session)
    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, line(KNOWN, committed=1)))

    sale = await told(bench)

    assert (sale.pieces, sale.followed) == ({RING: 1}, Followed.UNSURE)


async def test_a_piece_that_the_other_shop_sells_and_does_not_count_is_not_on_one_only(
    bench: Bench,
) -> None:
    """Without a target nothing follows there."""
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref("22"), RING)
    await bench.offer(shopify_ref(), RING)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22"), committed=1)))

    assert (await told(bench)).followed is Followed.UNSURE
