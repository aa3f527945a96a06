"""What stands on no page is looked for by itself; given up and on a page, it is seen to again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.compared_shop import RING, STUDS, Shop, open_compared_shop

from peg.catalog import offers
from peg.db.transaction import begin
from peg.domain.offer import Shelf
from peg.intake.patience import Patience


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_compared_shop(tmp_path) as shop:
        yield shop


async def test_what_stands_on_no_page_is_read_by_itself_and_twice_believed_gone(
    shop: Shop,
) -> None:
    shop.shopify.delete(shop.ref(shop.shopify, STUDS))

    assert await shop.finds(shop.shopify) == [(f"Piece {STUDS}", "gone", "report")]
    assert not (await shop.offer(shop.shopify, STUDS)).gone

    shop.here.clock.pass_(Patience().confirm_s)
    assert await shop.finds(shop.shopify) == [(f"Piece {STUDS}", "gone", "report")]
    assert (await shop.offer(shop.shopify, STUDS)).gone
    assert await shop.alarms() == ["listing_gone"]
    assert await shop.finds(shop.shopify) == []


async def test_what_was_given_up_and_stands_on_a_page_is_named_and_seen_to(shop: Shop) -> None:
    offer = await shop.offer(shop.etsy, RING)
    async with begin(shop.here.database) as session:
        await offers.mark_gone(session, offer.id)

    assert await shop.finds(shop.etsy) == [(f"Piece {RING}", "ghost", "push")]
    assert not (await shop.offer(shop.etsy, RING)).gone
    assert await shop.is_due(shop.etsy, RING)
    assert await shop.finds(shop.etsy) == []


async def test_what_was_given_up_and_stands_on_a_page_off_sale_is_seen_to_as_well(
    shop: Shop,
) -> None:
    offer = await shop.offer(shop.etsy, RING)
    async with begin(shop.here.database) as session:
        await offers.mark_gone(session, offer.id)
    shop.puts(shop.etsy, RING, Shelf.WITHDRAWN)

    assert await shop.finds(shop.etsy) == []
    assert not (await shop.offer(shop.etsy, RING)).gone
    assert await shop.is_due(shop.etsy, RING)


async def test_what_stands_on_no_page_and_can_be_read_is_not(shop: Shop) -> None:
    shop.shopify.hide(shop.ref(shop.shopify, STUDS))

    await shop.compares(shop.shopify)

    assert not (await shop.offer(shop.shopify, STUDS)).gone
    assert await shop.alarms() == []
