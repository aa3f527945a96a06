"""What was written without a condition is watched by the receipts, and read only if they say so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.two_shops import CHAIN, PATIENCE, RING, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.db.transaction import begin, reading
from peg.domain.identity import Sku
from peg.intake import checks, watches
from peg.intake.checks import SEEN_IN_PASSING, SOLD_MEANWHILE, WATCHED

LAG = PATIENCE.receipt_lag()


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def watched(shops: TwoShops, sku: Sku = CHAIN) -> Offer:
    """A listing that was written just now."""
    offer = await shops.offer(sku, shops.etsy.market.shop)
    async with begin(shops.database) as session:
        await watches.watch(session, offer.id, until=shops.clock.now() + LAG)
    return offer


async def why(shops: TwoShops, offer: Offer) -> str | None:
    async with reading(shops.database) as session:
        check = await checks.check_of(session, offer.id)
    return check.why if check else None


def passes(shops: TwoShops, seconds: float) -> None:
    shops.etsy.practice.clock.advance(seconds)


async def test_a_look_before_the_receipts_were_read_does_not_end_a_watch(shops: TwoShops) -> None:
    chain = await watched(shops)
    passes(shops, PATIENCE.receipt_lag_s)

    await shops.lookout.look([chain.id])

    assert await why(shops, chain) == WATCHED


async def test_once_the_receipts_tell_of_no_sale_whoever_passes_by_ends_it(
    shops: TwoShops,
) -> None:
    chain = await watched(shops)
    passes(shops, PATIENCE.receipt_lag_s)

    await shops.checker.check_once()
    waits = await why(shops, chain)
    await shops.lookout.look([chain.id])

    assert waits == SEEN_IN_PASSING
    assert await why(shops, chain) is None


async def test_what_nobody_passed_by_is_read_together(shops: TwoShops) -> None:
    first = await watched(shops)
    passes(shops, PATIENCE.receipt_lag_s)
    await shops.checker.check_once()
    second = await watched(shops, RING)
    passes(shops, PATIENCE.receipt_lag_s)
    await shops.checker.check_once()

    passes(shops, PATIENCE.seen_in_passing_s - PATIENCE.receipt_lag_s)
    read = await shops.checker.check_once()

    assert read == 2
    assert (await why(shops, first), await why(shops, second)) == (None, None)


async def test_a_sale_that_our_write_may_have_covered_has_the_listing_read_at_once(
    shops: TwoShops,
) -> None:
    chain = await watched(shops)
    async with begin(shops.database) as session:
        await mirror.note_sending_all(session, {chain.id: 5}, now=shops.clock.now())

    shops.etsy.practice.etsy.market.buy(shops.etsy.practice.unit_of(CHAIN))
    await shops.polls.poll(shops.etsy.market.shop)
    told = await why(shops, chain)
    read = await shops.checker.check_once()

    assert told == SOLD_MEANWHILE
    assert read == 1
    assert await why(shops, chain) is None


async def test_a_watch_stands_in_for_no_other_reason(shops: TwoShops) -> None:
    chain = await shops.offer(CHAIN, shops.etsy.market.shop)
    soon = shops.clock.now() + timedelta(seconds=1)
    async with begin(shops.database) as session:
        await checks.read_again(session, chain.id, due_at=soon, why="a doubt")

    await watched(shops)

    assert await why(shops, chain) == "a doubt"
