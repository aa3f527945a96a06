"""A write to Shopify got no answer, and as many stand there as it would have left.

A person may have taken off as many as PEG was about to. Shopify says when a figure changed.
"""

from pathlib import Path

import pytest
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.transaction import begin
from peg.domain.identity import Sku


async def takes_one_off(shops: TwoShops, sku: Sku = CHAIN) -> None:
    """In Shopify's admin; its webhook is lost."""
    market = shops.shopify.shopify.market
    market.edit_stock(shops.shopify.units[sku], delta=-1)


async def writes_four_unheard(shops: TwoShops) -> None:
    """PEG is about to show four of five, and no answer comes."""
    await writes_unheard(shops, CHAIN, 4)


async def writes_unheard(shops: TwoShops, sku: Sku, figure: int) -> None:
    """PEG is about to show so many, and no answer comes."""
    offer = await shops.offer(sku, SHOPIFY)
    async with begin(shops.database) as session:
        (place,) = (await mirror.expected_of(session, [offer.id]))[offer.id]
        await mirror.note_sending(session, offer.id, place, figure, now=shops.clock.now())
        await mirror.note_unanswered(session, offer.id, place)


async def test_what_was_taken_off_before_it_is_missed_and_held(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        await takes_one_off(shops)
        await shops.clock.sleep(30)
        await writes_four_unheard(shops)

        assert await shops.looks_at(CHAIN, SHOPIFY) == {"missing"}
        assert (await shops.level(CHAIN)).suspended == 1


async def test_what_changed_after_it_was_sent_is_our_own(tmp_path: Path) -> None:
    """Nobody can tell them apart then; the figure is the one that was wanted."""
    async with open_two_shops(tmp_path) as shops:
        await shops.clock.sleep(30)
        await writes_four_unheard(shops)
        await takes_one_off(shops)

        assert await shops.looks_at(CHAIN, SHOPIFY) == {"written"}
        assert (await shops.level(CHAIN)).suspended == 0


@pytest.mark.parametrize(
    ("minutes", "seen", "held"), [(12, "missing", 1), (1, "written", 0)], ids=["later", "soon"]
)
async def test_a_ring_taken_off_long_after_it_should_have_come_down_is_missed(
    tmp_path: Path, minutes: int, seen: str, held: int
) -> None:
    """The shop was out of reach. Had it been at none since, nobody could have taken it off."""
    async with open_two_shops(tmp_path) as shops:
        await writes_unheard(shops, RING, 0)
        await shops.clock.sleep(60 * minutes)
        await takes_one_off(shops, RING)

        assert await shops.looks_at(RING, SHOPIFY) == {seen}
        assert (await shops.level(RING)).suspended == held


async def test_a_write_that_stands_since_is_our_own_however_late_it_is_read(
    tmp_path: Path,
) -> None:
    async with open_two_shops(tmp_path) as shops:
        await writes_unheard(shops, RING, 0)
        await takes_one_off(shops, RING)  # what PEG's write does to the figure, at the same moment
        await shops.clock.sleep(3600)

        assert await shops.looks_at(RING, SHOPIFY) == {"written"}
        assert (await shops.level(RING)).suspended == 0
