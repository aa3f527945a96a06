"""She says herself which piece an offer is, and it was sold before: that is no riddle."""

from pathlib import Path

from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import offers
from peg.db.transaction import reading
from peg.domain.identity import Sku


def an_hour_passes(jeweller: Jeweller) -> None:
    for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
        later(3600)


async def test_a_sale_that_nobody_has_told_of_is_no_figure_that_differs(tmp_path: Path) -> None:
    """Its order is read before the figure of the offer is believed."""
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("RING-1", 1, title="Ruby halo ring")
        theirs = jeweller.etsy.show("", 1, title="A band of silver")
        await jeweller.imports()
        an_hour_passes(jeweller)
        jeweller.etsy.sell(theirs)
        an_hour_passes(jeweller)

        async with reading(jeweller.database) as session:
            offer = (await offers.by_refs(session, [theirs]))[theirs].id
        await jeweller.decider.compose(offer, {Sku("RING-1"): 1}, who="ann")
        await jeweller.importer.take_in_kept(lambda _step, _by: None)

        stock = await jeweller.stock()
        assert await jeweller.questions() == []
        assert (stock.on_hand, stock.committed, stock.available) == (1, 1, 0)
        assert await jeweller.should_show(ours) == 0
