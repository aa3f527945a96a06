"""Fewer stand there than PEG has written, as it was about to lower it: what shops stamp decides."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    reading_of,
    shopify_ref,
)

from peg.catalog import offers
from peg.domain.identity import OfferRef, ShopId, Sku
from peg.domain.offer import ANYWHERE, Parts
from peg.intake.readings import take_in_readings
from peg.propagation.retarget import retarget

AHEAD = pytest.mark.parametrize("ahead", [-1.5, 1.5])
"""By so many minutes the shops' clocks are ahead of ours."""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def is_sold(
    bench: Bench, ref: OfferRef, pieces: int, *, shop: ShopId, placed: float, told: float
) -> None:
    order = OrderTold(shop=shop, order=f"{shop}-1", created=placed)
    await bench.take_in(order.told(placed, line(ref, pieces), fetched=told), at=told)


async def on_both(bench: Bench, sku: Sku, pieces: int) -> None:
    await bench.stock(sku, pieces)
    for ref in (shopify_ref(), etsy_ref()):
        await bench.offer(ref, sku, shows=pieces)


@AHEAD
async def test_what_a_reading_showed_to_be_off_is_not_taken_off_again_when_its_order_comes(
    bench: Bench, ahead: float
) -> None:
    await on_both(bench, NECKLACE, 2)
    await is_sold(bench, shopify_ref(), 2, shop=SHOPIFY, placed=0.1 + ahead, told=0.2)
    await retarget(bench.session, [NECKLACE], now=minute(0.2))
    await bench.orders_read(ETSY, at=0.9)
    await bench.read(etsy_ref(), 1, at=1, ahead=ahead)

    await is_sold(bench, etsy_ref(), 1, shop=ETSY, placed=0.8 + ahead, told=1.2)

    assert (await bench.expects(etsy_ref())).quantity == 1
    assert await bench.available(NECKLACE) == 2 - 2 - 1


async def shopify_shows_none(bench: Bench, *, changed: float, at: float, ahead: float) -> None:
    """It says when the figure changed, and what time it has."""
    ref, now = shopify_ref(), minute(at)
    parts = {ANYWHERE: Parts(available=0, changed_at=minute(changed + ahead))}
    shown = replace(
        reading_of(ref, {}, begun_at=now), parts=parts, marketplace_at=minute(at + ahead)
    )
    (offer,) = (await offers.by_refs(bench.session, [ref])).values()
    basis = await bench.basis(offer)
    await take_in_readings(bench.session, [shown], basis, patience=PATIENCE, now=now)


@AHEAD
@pytest.mark.parametrize(("placed", "left"), [(0.4, 0), (0.9, -1)], ids=["the same", "another"])
async def test_a_ring_taken_off_shopify_before_etsy_sold_it_is_another(
    bench: Bench, ahead: float, placed: float, left: int
) -> None:
    await on_both(bench, RING, 1)
    await is_sold(bench, etsy_ref(), 1, shop=ETSY, placed=placed + ahead, told=1)
    await retarget(bench.session, [RING], now=minute(1))

    await shopify_shows_none(bench, changed=0.5, at=1.2, ahead=ahead)

    assert await bench.available(RING) == left
