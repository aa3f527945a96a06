"""A person who keeps both shops by hand types one more piece on each: it is one piece."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    PATIENCE,
    SHOPIFY,
    Bench,
    etsy_ref,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.doubts import asked, chain

from peg.catalog import offers
from peg.domain.identity import OfferRef, ShopId
from peg.intake.edits import Edits
from peg.ledger.told_twice import TWICE_WITHIN

LAG = PATIENCE.receipt_lag_s / 60
LATER = TWICE_WITHIN.total_seconds() / 60 + 1


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await chain(bench, shopify_ref())
        await bench.offer(etsy_ref(), NECKLACE, shows=5)
        yield bench


async def is_seen_twice(
    bench: Bench, ref: OfferRef, shop: ShopId, shows: int, *, at: float
) -> None:
    for now in (at, at + LAG):
        await bench.orders_read(shop, at=now)
        await bench.read(ref, shows, at=now)


async def test_one_more_on_both_shops_is_believed_once_and_asked_about(bench: Bench) -> None:
    await is_seen_twice(bench, shopify_ref(), SHOPIFY, 6, at=0)

    await is_seen_twice(bench, etsy_ref(), ETSY, 6, at=0.5)

    assert await bench.available(NECKLACE) == 6
    assert await asked(bench) == ["extra_pieces"]


async def test_one_more_on_each_shop_at_other_times_is_believed_on_both(bench: Bench) -> None:
    await is_seen_twice(bench, shopify_ref(), SHOPIFY, 6, at=0)

    await is_seen_twice(bench, etsy_ref(), ETSY, 6, at=LATER)

    assert await bench.available(NECKLACE) == 7
    assert await asked(bench) == []


async def test_two_more_on_the_same_shop_one_after_the_other_are_two(bench: Bench) -> None:
    await is_seen_twice(bench, etsy_ref(), ETSY, 6, at=0)

    await is_seen_twice(bench, etsy_ref(), ETSY, 7, at=2)

    assert await bench.available(NECKLACE) == 7
    assert await asked(bench) == []


async def test_what_was_taken_back_on_one_shop_may_be_typed_on_the_other(bench: Bench) -> None:
    await is_seen_twice(bench, shopify_ref(), SHOPIFY, 6, at=0)
    await takes_back(bench, shopify_ref(), at=2)

    await is_seen_twice(bench, etsy_ref(), ETSY, 6, at=3)

    assert await bench.available(NECKLACE) == 6
    assert await asked(bench) == []


async def test_what_was_typed_after_another_was_taken_back_is_typed_still(bench: Bench) -> None:
    await is_seen_twice(bench, shopify_ref(), SHOPIFY, 6, at=0)
    await takes_back(bench, shopify_ref(), at=2)
    await is_seen_twice(bench, shopify_ref(), SHOPIFY, 7, at=3)

    await is_seen_twice(bench, etsy_ref(), ETSY, 6, at=4.5)

    assert await bench.available(NECKLACE) == 6
    assert await asked(bench) == ["extra_pieces"]


async def takes_back(bench: Bench, ref: OfferRef, *, at: float) -> None:
    """What was believed turns out to have been a cancelled piece."""
    (offer,) = (await offers.by_refs(bench.session, [ref])).values()
    await Edits(session=bench.session, offer=offer, now=minute(at)).had_come_back("", 1)
