"""She says herself which piece an offer is, and it was sold before: that is no riddle."""

from pathlib import Path

from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import offers
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, Sku
from peg.ledger import cases


def an_hour_passes(jeweller: Jeweller) -> None:
    for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
        later(3600)


async def names_it(jeweller: Jeweller, theirs: OfferRef) -> None:
    async with reading(jeweller.database) as session:
        offer = (await offers.by_refs(session, [theirs]))[theirs].id
    await jeweller.decider.compose(offer, {Sku("RING-1"): 1}, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)


async def test_the_only_piece_that_both_have_sold_is_a_case(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("RING-1", 1, title="Ruby halo ring")
        theirs = jeweller.etsy.show("", 1, title="A band of silver")
        await jeweller.imports()
        an_hour_passes(jeweller)
        jeweller.shopify.sell(ours)
        jeweller.etsy.sell(theirs)
        await jeweller.reads_orders()

        await names_it(jeweller, theirs)

        stock = await jeweller.stock()
        assert await jeweller.questions() == []
        assert (stock.on_hand, stock.committed, stock.available) == (1, 2, -1)
        async with reading(jeweller.database) as session:
            (case,) = await cases.all_cases(session)
        assert (case["oversold"], len(case["orders"])) == (1, 2)


async def test_a_sale_that_nobody_has_told_of_is_no_figure_that_differs(tmp_path: Path) -> None:
    """Its order is read before the figure of the offer is believed."""
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("RING-1", 1, title="Ruby halo ring")
        theirs = jeweller.etsy.show("", 1, title="A band of silver")
        await jeweller.imports()
        an_hour_passes(jeweller)
        jeweller.etsy.sell(theirs)
        an_hour_passes(jeweller)

        await names_it(jeweller, theirs)

        stock = await jeweller.stock()
        assert await jeweller.questions() == []
        assert (stock.on_hand, stock.committed, stock.available) == (1, 1, 0)
        assert await jeweller.should_show(ours) == 0
