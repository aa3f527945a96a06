"""An offer that nobody matched yet sells a piece that another shop may still have on sale."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import offers, proposals
from peg.catalog.proposals import KeptProposal
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferRef, Sku
from peg.ledger import cases
from peg.ledger.queries import EVERYTHING
from peg.onboarding import answers
from peg.reads import alerts
from peg.reads.alerts import AlertRow
from peg.reconciliation.invariants import of_items

RUBY, PEARL = "Ruby halo ring in rose gold", "Baroque pearl drop earrings"


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def ring_that_only_shopify_names(jeweller: Jeweller, pieces: int = 1) -> OfferRef:
    """The book knows Shopify's ring; that Etsy's is the same is only proposed."""
    jeweller.shopify.show("RING-1", pieces, title=RUBY)
    theirs = jeweller.etsy.show("", pieces, title=RUBY)
    await jeweller.imports()
    await an_hour_passes(jeweller)
    return theirs


async def an_hour_passes(jeweller: Jeweller) -> None:
    for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
        later(3600)


async def pairs(jeweller: Jeweller) -> list[KeptProposal]:
    async with reading(jeweller.database) as session:
        return list(await proposals.open_proposals(session))


async def accept(jeweller: Jeweller, pair: KeptProposal, sku: str | None = None) -> None:
    await jeweller.decider.accept(pair.id, who="ann", sku=None if sku is None else Sku(sku))
    await jeweller.importer.take_in_kept(lambda _step, _by: None)


async def told(jeweller: Jeweller) -> list[AlertRow]:
    async with reading(jeweller.database) as session:
        return await alerts.standing(session, now=jeweller.clock.now())


async def figures(jeweller: Jeweller, sku: str = "RING-1") -> tuple[int, int, int]:
    stock = await jeweller.stock(sku)
    return stock.on_hand, stock.committed, stock.available


async def nothing_untrue(jeweller: Jeweller) -> bool:
    async with reading(jeweller.database) as session:
        return not await of_items(session, EVERYTHING)


async def test_the_last_ring_is_off_sale_as_soon_as_its_twin_is_sold(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    (pair,) = await pairs(jeweller)

    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()

    (question,) = await jeweller.questions()
    assert (await jeweller.stock()).available == 0
    assert "Until you say, PEG holds RING-1" in question.sentence
    assert f"may be the same piece as {RUBY!r} on shopify" in question.sentence
    assert f"`peg match accept {pair.id}` if it is" in question.sentence
    assert f"`peg match reject {pair.id}` if not" in question.sentence
    assert await nothing_untrue(jeweller)


async def test_it_works_the_other_way_round_as_well(jeweller: Jeweller) -> None:
    ours = jeweller.shopify.show("", 1, title=RUBY)
    await jeweller.imports_from_what_it_can(jeweller.shopify)
    jeweller.etsy.show("RING-1", 1, title=RUBY)
    await jeweller.imports_from_what_it_can(jeweller.etsy)
    await jeweller.imports()
    await an_hour_passes(jeweller)

    jeweller.shopify.sell(ours)
    await jeweller.reads_orders()

    assert (await jeweller.stock()).available == 0


async def test_an_accepted_pair_makes_the_hold_the_sale(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller, pieces=3)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    held = await figures(jeweller)
    (pair,) = await pairs(jeweller)

    await accept(jeweller, pair)

    assert held == await figures(jeweller) == (3, 1, 2)
    assert await jeweller.should_show(theirs) == 2
    assert await jeweller.questions() == []
    assert await nothing_untrue(jeweller)


async def test_what_etsy_shows_after_the_sale_is_no_surprise(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller, pieces=3)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    (pair,) = await pairs(jeweller)

    await accept(jeweller, pair)

    assert await jeweller.expects(theirs) == {"": 2}


async def test_a_rejected_pair_lets_the_piece_go(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    (pair,) = await pairs(jeweller)

    await jeweller.decider.reject(pair.id, who="ann")
    await jeweller.reads_orders()

    assert await figures(jeweller) == (1, 0, 1)
    assert await jeweller.questions() == []
    assert await nothing_untrue(jeweller)


async def test_a_piece_that_was_sent_already_is_back_when_it_was_another(
    jeweller: Jeweller,
) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    jeweller.etsy.sell(theirs, shipped=True)
    await jeweller.reads_orders()
    sent = await figures(jeweller)
    (pair,) = await pairs(jeweller)

    await jeweller.decider.reject(pair.id, who="ann")

    assert sent == (0, 0, 0)
    assert await figures(jeweller) == (1, 0, 1)


async def test_a_cancelled_order_lets_the_piece_go(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    order = jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()

    await an_hour_passes(jeweller)
    jeweller.etsy.cancel(order)
    await jeweller.reads_orders()

    assert await figures(jeweller) == (1, 0, 1)
    assert await jeweller.questions() == []


async def test_a_ring_sold_on_both_shops_is_a_case_until_it_was_another(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("RING-1", 1, title=RUBY)
    theirs = jeweller.etsy.show("", 1, title=RUBY)
    await jeweller.imports()
    await an_hour_passes(jeweller)
    jeweller.shopify.sell(next(iter(jeweller.shopify.offers)))
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    async with reading(jeweller.database) as session:
        both = await cases.all_cases(session)
    (pair,) = await pairs(jeweller)

    await jeweller.decider.reject(pair.id, who="ann")

    async with reading(jeweller.database) as session:
        left = await cases.all_cases(session)
    assert [len(case["orders"]) for case in both] == [2]
    assert left == []


async def test_each_ring_that_it_may_be_is_held_and_the_others_are_let_go(
    jeweller: Jeweller,
) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    jeweller.shopify.hide(*jeweller.shopify.offers)
    jeweller.shopify.show("RING-2", 1, title=RUBY)
    await jeweller.imports()  # RING-1 stands on no page: Etsy's ring is proposed with the new one
    await an_hour_passes(jeweller)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    both = [(await jeweller.stock(sku)).available for sku in ("RING-1", "RING-2")]
    _, other = sorted(await pairs(jeweller), key=lambda pair: pair.id)

    await accept(jeweller, other)
    after = [await figures(jeweller, sku) for sku in ("RING-1", "RING-2")]

    assert both == [0, 0]
    assert after == [(1, 0, 1), (1, 1, 0)]
    assert await nothing_untrue(jeweller)


async def test_one_of_two_is_rejected_and_the_other_stays_held(jeweller: Jeweller) -> None:
    theirs = await ring_that_only_shopify_names(jeweller)
    jeweller.shopify.hide(*jeweller.shopify.offers)
    jeweller.shopify.show("RING-2", 1, title=RUBY)
    await jeweller.imports()
    await an_hour_passes(jeweller)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    one, _ = sorted(await pairs(jeweller), key=lambda pair: pair.id)

    await jeweller.decider.reject(one.id, who="ann")

    (question,) = await jeweller.questions()
    assert [(await jeweller.stock(sku)).available for sku in ("RING-1", "RING-2")] == [1, 0]
    assert "PEG holds RING-2" in question.sentence
    assert f"accept {one.id}" not in question.sentence


async def test_an_answer_names_any_other_piece(jeweller: Jeweller) -> None:
    jeweller.shopify.show("NECK-2", 1, title=PEARL)
    theirs = await ring_that_only_shopify_names(jeweller)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    (question,) = await jeweller.questions()

    async with begin(jeweller.database) as session:
        await answers.answer(session, question.id, "NECK-2", who="ann", now=jeweller.clock.now())

    assert [(await jeweller.stock(sku)).available for sku in ("RING-1", "NECK-2")] == [1, 0]


async def test_a_listing_composed_to_another_piece_counts_its_sale_once(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("NECK-2", 3, title=PEARL)
    theirs = await ring_that_only_shopify_names(jeweller, pieces=3)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()
    async with reading(jeweller.database) as session:
        offer = (await offers.by_refs(session, [theirs]))[theirs]

    await jeweller.decider.compose(offer.id, {Sku("NECK-2"): 1}, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)

    assert await figures(jeweller) == (3, 0, 3)
    assert (await figures(jeweller, "NECK-2"))[2] == 2
    assert await jeweller.expects(theirs) == {"": 2}
    assert await nothing_untrue(jeweller)


async def test_what_was_sold_before_the_piece_was_counted_holds_nothing(
    jeweller: Jeweller,
) -> None:
    """Nobody knows whether Shopify's figure was lowered for it."""
    jeweller.shopify.show("RING-1", 2, title=RUBY)
    theirs = jeweller.etsy.show("", 2, title=RUBY)
    jeweller.etsy.sell(theirs)
    await an_hour_passes(jeweller)

    await jeweller.imports()

    assert (await jeweller.stock()).available == 2
    assert await jeweller.questions() == []
