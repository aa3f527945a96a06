"""What Etsy sold before PEG knew its listing: what an order explains is not asked about."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferRef
from peg.onboarding import answers


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def both_are_listed(jeweller: Jeweller, *, shopify: int, etsy: int) -> OfferRef:
    """The book knows Shopify's figure; Etsy's listing is only proposed to be the same."""
    jeweller.shopify.show("RING-1", shopify)
    theirs = jeweller.etsy.show("ring-1", etsy)
    await jeweller.imports()
    for later in (jeweller.shopify.later, jeweller.etsy.later):
        later(3600)
    jeweller.clock.pass_(3600)
    return theirs


async def matches(jeweller: Jeweller) -> None:
    async with reading(jeweller.database) as session:
        (proposal,) = await proposals.open_proposals(session)
    await jeweller.decider.accept(proposal.id, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)


async def test_the_last_piece_that_etsy_sold_is_sold_and_nothing_is_asked(
    jeweller: Jeweller,
) -> None:
    theirs = await both_are_listed(jeweller, shopify=1, etsy=1)
    jeweller.etsy.sell(theirs)
    jeweller.etsy.later(60)
    await jeweller.imports()

    await matches(jeweller)

    stock = await jeweller.stock()
    assert await jeweller.questions() == []
    assert (stock.on_hand, stock.committed, stock.available) == (1, 1, 0)


async def test_what_the_order_does_not_explain_is_asked_of_what_is_left(
    jeweller: Jeweller,
) -> None:
    """Etsy shows the one that the book had before the sale: one of them is wrong."""
    theirs = await both_are_listed(jeweller, shopify=1, etsy=2)
    jeweller.etsy.sell(theirs)
    jeweller.etsy.later(60)
    await jeweller.imports()

    await matches(jeweller)

    (question,) = await jeweller.questions()
    assert list(question.options) == ["0", "1"]
    assert (await jeweller.stock()).available == 0
    async with begin(jeweller.database) as session:
        await answers.answer(session, question.id, "1", who="ann", now=jeweller.clock.now())
    assert (await jeweller.stock()).available == 1


async def test_an_order_that_is_heard_of_later_ends_the_question(jeweller: Jeweller) -> None:
    theirs = await both_are_listed(jeweller, shopify=1, etsy=1)
    order = jeweller.etsy.sell(theirs)
    jeweller.etsy.orders.clear()
    jeweller.etsy.later(60)
    await matches(jeweller)
    assert len(await jeweller.questions()) == 1

    jeweller.etsy.orders.append(order)
    await jeweller.imports()

    stock = await jeweller.stock()
    assert await jeweller.questions() == []
    assert (stock.on_hand, stock.committed, stock.available) == (1, 1, 0)
