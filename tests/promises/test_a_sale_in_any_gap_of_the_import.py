"""A piece that is sold while the shops are imported counts once, between whichever two questions.

Marketplaces tell times in whole seconds: in the second in which an offer is read, the clocks cannot
tell whether an order was placed before or after that. What the shop shows next can.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bench import NOON
from tests.support.etsy_shop import EtsyShop
from tests.support.shopify_shop import ShopifyShop
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import reading
from peg.domain.baseline import Baseline, Inside
from peg.domain.identity import Sku
from peg.intake import checks
from peg.ledger import cases
from peg.reconciliation import invariants

SHELF = {RING: 1, CHAIN: 5}
GAPS_MAX = 60
REQUESTS_MIN = 8
"""Orders before and after, the places and the goods, of two shops."""
LAG_S = 30.0
"""So late Etsy may show a receipt."""

Shop = Literal["shopify", "etsy"]


@dataclass(slots=True)
class Gap:
    """Before one of the requests that PEG sends to either shop, something happens; once."""

    at: int
    happens: Callable[[ShopifyShop, EtsyShop], None]
    step_s: float = 0.0
    heard: int = 0

    def open(self, shopify: ShopifyShop, etsy: EtsyShop) -> None:
        def next_request() -> None:
            if self.heard == self.at:
                self.happens(shopify, etsy)
            self.heard += 1
            etsy.practice.clock.advance(self.step_s)

        for overheard in (shopify.overheard, etsy.practice.overheard):
            overheard.always(next_request)


def sale(shop: Shop, sku: Sku) -> Callable[[ShopifyShop, EtsyShop], None]:
    def happens(shopify: ShopifyShop, etsy: EtsyShop) -> None:
        if shop == "shopify":
            shopify.shopify.market.buy(shopify.units[sku])
        else:
            etsy.practice.etsy.market.buy(etsy.practice.unit_of(sku))

    return happens


def new_home(under: Path, number: int) -> Path:
    home = under / str(number)
    home.mkdir()
    return home


@asynccontextmanager
async def imported(home: Path, gap: Gap) -> AsyncIterator[TwoShops]:
    async with open_two_shops(home, chains=(3, 2), meanwhile=gap.open) as shops:
        yield shops


async def assert_it_counts_once(shops: TwoShops, sku: Sku) -> None:
    """The book is true, PEG expects what both shops show, and nobody is told of a double sale."""
    level = await shops.level(sku)
    assert (level.available, level.committed, level.suspended) == (SHELF[sku] - 1, 1, 0)
    for shop in (SHOPIFY, shops.etsy.market.shop):
        assert await shops.looks_at(sku, shop) == {"echo"}
    async with reading(shops.database) as session:
        assert await cases.all_cases(session, open_only=False) == []
        assert await invariants.of_book(session) == []


async def is_to_be_read(shops: TwoShops, sku: Sku) -> bool:
    """Whether a reading of what Etsy offers is due at once."""
    offer = await shops.offer(sku, shops.etsy.market.shop)
    async with reading(shops.database) as session:
        check = await checks.check_of(session, offer.id)
    return check is not None and check.due_at <= shops.clock.now()


@pytest.mark.parametrize("sku", SHELF)
@pytest.mark.parametrize("shop", ["shopify", "etsy"])
@pytest.mark.parametrize("step_s", [0.0, 0.3])
async def test_a_sale_between_any_two_requests_of_the_import_counts_once(
    tmp_path: Path, shop: Shop, sku: Sku, step_s: float
) -> None:
    """The clock stands still between the requests, or goes on by less than a second."""
    for at in range(GAPS_MAX):
        gap = Gap(at, sale(shop, sku), step_s)
        async with imported(new_home(tmp_path, at), gap) as shops:
            if gap.heard <= at:
                break
            await shops.polls.poll(SHOPIFY)
            await shops.polls.poll(shops.etsy.market.shop)

            await assert_it_counts_once(shops, sku)
    assert at >= REQUESTS_MIN


@pytest.mark.parametrize("sku", SHELF)
async def test_a_sale_that_etsy_tells_of_only_after_the_import_counts_once(
    tmp_path: Path, sku: Sku
) -> None:
    def sold_and_told_late(shopify: ShopifyShop, etsy: EtsyShop) -> None:
        settings = etsy.practice.etsy.market.settings
        settings.receipt_lag_s_min = settings.receipt_lag_s_max = LAG_S
        etsy.practice.set_faults(receipt_lag=1)
        sale("etsy", sku)(shopify, etsy)

    for at in range(GAPS_MAX):
        gap = Gap(at, sold_and_told_late)
        async with imported(new_home(tmp_path, at), gap) as shops:
            if gap.heard <= at:
                break
            shops.etsy.practice.clock.advance(LAG_S)
            await shops.polls.poll(shops.etsy.market.shop)
            if await is_to_be_read(shops, sku):
                await shops.looks_at(sku, shops.etsy.market.shop)

            await assert_it_counts_once(shops, sku)


async def test_of_two_sales_in_one_second_the_later_one_was_not_inside(tmp_path: Path) -> None:
    """The first before the import begins, the second between any two of its requests."""
    for at in range(GAPS_MAX):
        gap = Gap(at, sale("shopify", CHAIN))

        def one_then_another(shopify: ShopifyShop, etsy: EtsyShop, gap: Gap = gap) -> None:
            sale("shopify", CHAIN)(shopify, etsy)
            gap.open(shopify, etsy)

        home = new_home(tmp_path, at)
        async with open_two_shops(home, chains=(3, 2), meanwhile=one_then_another) as shops:
            if gap.heard <= at:
                break
            await shops.polls.poll(SHOPIFY)

            level = await shops.level(CHAIN)
            assert (level.available, level.committed, level.suspended) == (3, 2, 0)
            assert await shops.looks_at(CHAIN, SHOPIFY) == {"echo"}


@given(sold=st.floats(-3, 3), began=st.floats(-2, 0), read=st.floats(0, 1), ended=st.floats(0, 2))
def test_whoever_is_sure_of_an_order_is_right(
    sold: float, began: float, read: float, ended: float
) -> None:
    """Whatever moment between question and answer the figures are from; clocks cut to seconds."""

    def span(seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    figures_of = began + read * (ended - began)
    told_at = NOON + timedelta(seconds=sold // 1)
    date = NOON + timedelta(seconds=ended // 1)
    baseline = Baseline(begun_at=NOON, after=date - span(ended - began) - span(1), until=date)

    found = baseline.holds(told_at)

    if found is Inside.YES:
        assert sold <= figures_of
    if found is Inside.NO:
        assert sold >= figures_of
