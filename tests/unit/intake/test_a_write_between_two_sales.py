"""A write went over one sale, and another was made after it: of what it left none is missing."""

from pathlib import Path

from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import mirror, offers
from peg.db.transaction import begin
from peg.domain.identity import OfferRef, Sku
from peg.domain.offer import ANYWHERE
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls

CHAIN = Sku("CHAIN-7")


async def test_only_what_was_sold_comes_off_the_book(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as here:
        ref = here.etsy.show(CHAIN, 7)
        await here.imports()
        later(here)

        here.etsy.sell(ref)
        await writes_seven(here, ref)
        here.etsy.sell(ref)
        await here.reads_orders()
        for _ in range(2):  # the first may see an old state
            later(here)
            await looks(here, ref)

        stock = await here.stock(CHAIN)
        assert (stock.available, stock.suspended) == (5, 0)
        assert await here.expects(ref) == {ANYWHERE: 6}


def later(here: Jeweller) -> None:
    here.clock.pass_(60)
    here.etsy.now = here.clock.now()


async def writes_seven(here: Jeweller, ref: OfferRef) -> None:
    """Decided before the sale was heard of, applied after it, and never answered."""
    async with begin(here.database) as session:
        offer = (await offers.by_refs(session, [ref]))[ref].id
        await mirror.note_sending(session, offer, ANYWHERE, 7, now=here.clock.now())
        await mirror.note_unanswered(session, offer, ANYWHERE)
    here.etsy.set_by_hand(ref, 7)


async def looks(here: Jeweller, ref: OfferRef) -> None:
    parts = (here.database, here.clock, {here.etsy.shop: here.etsy}, Patience())
    async with begin(here.database) as session:
        offer = (await offers.by_refs(session, [ref]))[ref].id
    await Lookout(*parts, polls=Polls(*parts)).look([offer])
