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
    await says_they_are_one(jeweller)


async def says_they_are_one(jeweller: Jeweller) -> None:
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


async def test_a_ring_that_one_shop_had_sold_when_it_was_found_and_the_other_sold_then_is_a_case(
    jeweller: Jeweller,
) -> None:
    """Etsy showed it still: nobody had taken it off there by hand."""
    ours = jeweller.shopify.show("", 1, title=RUBY)
    theirs = jeweller.etsy.show("", 1, title=RUBY)
    early = jeweller.shopify.sell(ours)
    await an_hour_passes(jeweller)
    await jeweller.imports()
    await an_hour_passes(jeweller)
    jeweller.etsy.sell(theirs)

    await accepts_the_pair(jeweller)

    async with reading(jeweller.database) as session:
        (case,) = await cases.all_cases(session)
    assert (case["oversold"], len(case["orders"])) == (1, 2)
    jeweller.shopify.cancel(early)
    await jeweller.reads_orders()
    assert await figures(jeweller) == (1, 1, 0)


async def test_what_both_had_sold_when_they_were_found_was_taken_off_both_by_hand(
    jeweller: Jeweller,
) -> None:
    """Whoever has two listings keeps them in step by hand until PEG does."""
    ours, theirs = (window.show("", 5, title=RUBY) for window in (jeweller.shopify, jeweller.etsy))
    for window, ref in ((jeweller.shopify, ours), (jeweller.etsy, theirs)):
        window.sell(ref, 2)
        window.set_by_hand(ref, 1)
    await an_hour_passes(jeweller)
    await jeweller.imports()

    await accepts_the_pair(jeweller)

    assert await jeweller.questions() == []
    assert (await jeweller.stock()).available == 1


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


async def test_a_sale_that_nobody_has_told_of_when_the_pair_is_accepted_is_no_hand_at_work(
    jeweller: Jeweller,
) -> None:
    """Its shop was out of reach till then: the orders are read before the figures are believed."""
    ours, theirs = await two_rings_that_nobody_names(jeweller, 1)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    jeweller.shopify.sell(ours)
    await an_hour_passes(jeweller)

    await says_they_are_one(jeweller)
    await jeweller.reads_orders()

    assert await figures(jeweller) == (1, 2, -1)
    async with reading(jeweller.database) as session:
        (case,) = await cases.all_cases(session)
    assert (case["oversold"], len(case["orders"])) == (1, 2)


async def test_a_figure_that_was_lowered_by_hand_for_the_others_sale_is_believed(
    jeweller: Jeweller,
) -> None:
    """Whoever has two listings that nobody keeps in step keeps them in step by hand."""
    ours, theirs = await two_rings_that_nobody_names(jeweller, 4)
    jeweller.etsy.sell(theirs)
    jeweller.shopify.sell(ours)
    jeweller.etsy.set_by_hand(theirs, 2)
    jeweller.shopify.set_by_hand(ours, 2)

    await accepts_the_pair(jeweller)

    assert await jeweller.questions() == []
    assert (await jeweller.stock()).available == 2


async def test_where_pieces_came_in_too_the_lowest_that_may_be_left_is_shown_and_asked(
    jeweller: Jeweller,
) -> None:
    ours, theirs = await two_rings_that_nobody_names(jeweller, 4)
    jeweller.etsy.sell(theirs, 3)
    jeweller.shopify.sell(ours, 3)
    jeweller.etsy.set_by_hand(theirs, 4)
    jeweller.shopify.set_by_hand(ours, 4)

    await accepts_the_pair(jeweller)

    (question,) = await jeweller.questions()
    assert list(question.options) == ["1", "4"]
    assert question.sentence.endswith(
        "shows 4, less what the other sold it may be 1. How many can be sold?"
    )
    assert await jeweller.should_show(ours) == 1


async def two_rings_with_a_sku_that_stands_twice(
    jeweller: Jeweller, pieces: int
) -> tuple[OfferRef, OfferRef]:
    """Shopify's and Etsy's: a chain on either has the ring's SKU too, so PEG knows neither."""
    refs = []
    for window in (jeweller.shopify, jeweller.etsy):
        refs.append(window.show("RING-1", pieces, title="Opal ring"))
        window.show("RING-1", 5, title="Silver chain")
    await jeweller.imports()
    await an_hour_passes(jeweller)
    return refs[0], refs[1]


async def imports_with_mended_skus(jeweller: Jeweller) -> None:
    await an_hour_passes(jeweller)
    await jeweller.reads_orders()
    for window in (jeweller.shopify, jeweller.etsy):
        (chain,) = [ref for ref, one in window.offers.items() if one.title == "Silver chain"]
        window.name_anew(chain, "CHAIN-1")
    await jeweller.imports()


async def test_what_both_sold_before_their_sku_was_mended_is_off_both(jeweller: Jeweller) -> None:
    ours, theirs = await two_rings_with_a_sku_that_stands_twice(jeweller, 4)
    jeweller.etsy.sell(theirs)
    jeweller.shopify.sell(ours)

    await imports_with_mended_skus(jeweller)

    assert await jeweller.questions() == []
    assert await figures(jeweller) == (4, 2, 2)
    assert await jeweller.should_show(ours) == 2


async def test_the_only_piece_that_both_sold_before_their_sku_was_mended_is_a_case(
    jeweller: Jeweller,
) -> None:
    ours, theirs = await two_rings_with_a_sku_that_stands_twice(jeweller, 1)
    jeweller.etsy.sell(theirs)
    jeweller.shopify.sell(ours)

    await imports_with_mended_skus(jeweller)

    async with reading(jeweller.database) as session:
        (case,) = await cases.all_cases(session)
    assert (case["oversold"], len(case["orders"])) == (1, 2)
    assert await jeweller.should_show(ours) == 0


async def test_an_order_heard_of_after_the_question_explains_the_figures(
    jeweller: Jeweller,
) -> None:
    _, theirs = await two_rings_that_nobody_names(jeweller, 2)
    jeweller.etsy.sell(theirs)
    await an_hour_passes(jeweller)
    late = jeweller.etsy.orders.pop()
    await accepts_the_pair(jeweller)
    (question,) = await jeweller.questions()
    assert list(question.options) == ["1", "2"]

    jeweller.etsy.orders.append(late)
    await jeweller.reads_orders()

    assert await jeweller.questions() == []
    assert (await jeweller.stock()).available == 1
