"""A write got no answer, and a chain is sold: both look alike until the orders are read, too."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller
from tests.support.shop_window import PLACE

from peg.catalog import mirror, offers
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, Sku
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Write

CHAIN = Sku("CHAIN-5")


@dataclass(frozen=True, slots=True)
class Unheard:
    """Five chains on Shopify; a write of four got no answer."""

    here: Jeweller
    ref: OfferRef
    offer: OfferId
    lookout: Lookout

    async def looks(self) -> bool:
        """Whether the look could tell what became of the write."""
        (taken,) = await self.lookout.look([self.offer])
        return not taken.outdated

    async def expects(self) -> tuple[int, int | None]:
        """The figure, and the write that is still open."""
        async with reading(self.here.database) as session:
            row = (await mirror.expected_of(session, [self.offer]))[self.offer][PLACE]
        return row.quantity, row.pending


@pytest.fixture
async def unheard(tmp_path: Path) -> AsyncIterator[Unheard]:
    async with open_jeweller(tmp_path) as here:
        ref = here.shopify.show(CHAIN, 5)
        await here.imports()
        here.clock.pass_(60)
        here.shopify.now = here.clock.now()
        async with begin(here.database) as session:
            offer = (await offers.by_refs(session, [ref]))[ref].id
            await mirror.note_sending(session, offer, PLACE, 4, now=here.clock.now())
            await mirror.note_unanswered(session, offer, PLACE)
        parts = (here.database, here.clock, {here.shopify.shop: here.shopify}, Patience())
        yield Unheard(here, ref, offer, Lookout(*parts, polls=Polls(*parts)))


async def test_a_chain_sold_meanwhile_is_not_taken_for_the_write(unheard: Unheard) -> None:
    unheard.here.shopify.sell(unheard.ref)

    told = await unheard.looks()
    told_later = await unheard.looks()

    assert (told, told_later) == (False, True)
    assert await unheard.expects() == (4, None)
    assert (await unheard.here.stock(CHAIN)).available == 4


async def test_a_write_that_was_applied_is_our_own(unheard: Unheard) -> None:
    applied = Write(ref=unheard.ref, place=PLACE, basis=5, quantity=4)
    await unheard.here.shopify.compare_and_set([applied], key="")

    assert await unheard.looks()
    assert await unheard.expects() == (4, None)
    assert (await unheard.here.stock(CHAIN)).available == 5


async def test_a_write_that_was_not_applied_is_open_no_more(unheard: Unheard) -> None:
    assert await unheard.looks()
    assert await unheard.expects() == (5, None)
    assert (await unheard.here.stock(CHAIN)).available == 5
