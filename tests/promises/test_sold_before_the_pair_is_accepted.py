"""A pair of which PEG knows neither sold something before it was accepted: that is no riddle."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, Sku
from peg.ledger import cases

RUBY = "Ruby halo ring in rose gold"


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def an_hour_passes(jeweller: Jeweller) -> None:
    for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
        later(3600)


async def figures(jeweller: Jeweller) -> tuple[int, int, int]:
    stock = await jeweller.stock()
    return stock.on_hand, stock.committed, stock.available


async def two_rings_that_nobody_names(jeweller: Jeweller, pieces: int) -> tuple[OfferRef, OfferRef]:
    """Shopify's and Etsy's: PEG has seen both, and knows neither."""
    ours = jeweller.shopify.show("", pieces, title=RUBY)
    theirs = jeweller.etsy.show("", pieces, title=RUBY)
    await jeweller.imports()
    await an_hour_passes(jeweller)
    return ours, theirs


async def accepts_the_pair(jeweller: Jeweller) -> None:
    """An hour later, when PEG has heard of every order."""
    await an_hour_passes(jeweller)
    await jeweller.reads_orders()
    async with reading(jeweller.database) as session:
        (pair,) = await proposals.open_proposals(session)
    await jeweller.decider.accept(pair.id, who="ann", sku=Sku("RING-1"))
    await jeweller.importer.take_in_kept(lambda _step, _by: None)


async def test_a_difference_that_a_sale_since_explains_is_not_asked_about(
    jeweller: Jeweller,
) -> None:
    ours, theirs = await two_rings_that_nobody_names(jeweller, 1)
    order = jeweller.etsy.sell(theirs)

    await accepts_the_pair(jeweller)

    assert await jeweller.questions() == []
    assert await figures(jeweller) == (1, 1, 0)
    assert await jeweller.should_show(ours) == 0
    jeweller.etsy.cancel(order)
    await jeweller.reads_orders()
    assert await figures(jeweller) == (1, 0, 1)


async def test_what_both_shops_sold_since_is_off_both(jeweller: Jeweller) -> None:
    ours, theirs = await two_rings_that_nobody_names(jeweller, 4)
    jeweller.etsy.sell(theirs, 2)
    jeweller.shopify.sell(ours)

    await accepts_the_pair(jeweller)

    assert await jeweller.questions() == []
    assert await figures(jeweller) == (4, 3, 1)


async def test_what_sales_since_do_not_explain_whole_is_asked(jeweller: Jeweller) -> None:
    _, theirs = await two_rings_that_nobody_names(jeweller, 3)
    jeweller.etsy.sell(theirs)
    jeweller.etsy.sell(theirs)
    jeweller.etsy.orders.pop()  # PEG hears of one only

    await accepts_the_pair(jeweller)

    (question,) = await jeweller.questions()
    assert list(question.options) == ["1", "3"]
    assert (await jeweller.stock()).available == 1


async def test_a_sale_before_the_pair_was_proposed_explains_nothing(jeweller: Jeweller) -> None:
    """Whether Shopify's figure was lowered for it by hand, nobody knows."""
    jeweller.shopify.show("", 1, title=RUBY)
    theirs = jeweller.etsy.show("", 1, title=RUBY)
    jeweller.etsy.sell(theirs)
    await an_hour_passes(jeweller)
    await jeweller.imports()

    await accepts_the_pair(jeweller)

    (question,) = await jeweller.questions()
    assert list(question.options) == ["0", "1"]
    assert (await jeweller.stock()).available == 0


async def test_shops_that_sold_as_many_each_show_the_same_and_too_much(jeweller: Jeweller) -> None:
    ours, theirs = await two_rings_that_nobody_names(jeweller, 4)
    jeweller.etsy.sell(theirs)
    jeweller.shopify.sell(ours)

    await accepts_the_pair(jeweller)

    assert await jeweller.questions() == []
    assert await figures(jeweller) == (4, 2, 2)
    assert await jeweller.should_show(ours) == 2


async def test_the_only_piece_that_both_have_sold_is_a_case(jeweller: Jeweller) -> None:
    ours, theirs = await two_rings_that_nobody_names(jeweller, 1)
    jeweller.etsy.sell(theirs)
    order = jeweller.shopify.sell(ours)

    await accepts_the_pair(jeweller)

    async with reading(jeweller.database) as session:
        (case,) = await cases.all_cases(session)
    assert (case["oversold"], len(case["orders"])) == (1, 2)
    assert await figures(jeweller) == (1, 2, -1)
    assert await jeweller.should_show(ours) == 0
    jeweller.shopify.cancel(order)
    await jeweller.reads_orders()
    assert await figures(jeweller) == (1, 1, 0)
    async with reading(jeweller.database) as session:
        assert await cases.all_cases(session) == []
