"""A write to Shopify got no answer, and as many stand there as it would have left.

A person may have taken off as many as PEG was about to. Shopify says when a figure changed.
"""

from pathlib import Path

from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.transaction import begin


async def takes_one_off(shops: TwoShops) -> None:
    """In Shopify's admin; its webhook is lost."""
    market = shops.shopify.shopify.market
    market.edit_stock(shops.shopify.units[CHAIN], delta=-1)


async def writes_four_unheard(shops: TwoShops) -> None:
    """PEG is about to show four of five, and no answer comes."""
    offer = await shops.offer(CHAIN, SHOPIFY)
    async with begin(shops.database) as session:
        (place,) = (await mirror.expected_of(session, [offer.id]))[offer.id]
        await mirror.note_sending(session, offer.id, place, 4, now=shops.clock.now())
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
