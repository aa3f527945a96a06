from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller
from tests.support.shop_window import PLACE

from peg.catalog import offers
from peg.db.transaction import reading
from peg.domain.errors import UnknownSku
from peg.domain.identity import OfferId, OfferRef, Sku
from peg.ledger import queries
from peg.onboarding.composing import NoParts

NECK, SET, STUD, BAND = Sku("NECK-2"), Sku("SET-3"), Sku("STUD-4"), Sku("BAND-5")


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        jeweller.shopify.show(RING, 1)
        jeweller.shopify.show(NECK, 4)
        jeweller.shopify.show(STUD, 9)
        yield jeweller


async def number(jeweller: Jeweller, ref: OfferRef) -> OfferId:
    async with reading(jeweller.database) as session:
        return (await offers.by_refs(session, [ref]))[ref].id


async def test_a_set_made_of_two_items_shows_what_the_scarcer_allows(jeweller: Jeweller) -> None:
    both = jeweller.etsy.show(SET, 4)
    await jeweller.imports()

    await jeweller.decider.compose(
        await number(jeweller, both), {RING: 1, NECK: 1}, who="ann", sure=True
    )

    assert await jeweller.should_show(both) == 1


async def test_an_offer_that_shows_less_of_a_piece_than_the_book_has_is_not_raised_but_asked_about(
    jeweller: Jeweller,
) -> None:
    ours = jeweller.shopify.show(BAND, 34)
    theirs = jeweller.etsy.show("", 33)
    await jeweller.imports()

    done = await jeweller.decider.compose(await number(jeweller, theirs), {BAND: 1}, who="ann")

    assert list(done.asked) == [BAND]
    assert await jeweller.should_show(theirs) == 33
    assert await jeweller.should_show(ours) == 33  # the lower one holds until somebody has counted
    (question,) = await jeweller.questions()
    assert question.options == ["33", "34"]


async def test_a_set_has_no_stock_of_its_own_once_its_pieces_are_known(jeweller: Jeweller) -> None:
    ours, theirs = jeweller.shopify.show(SET, 3), jeweller.etsy.show(SET, 4)
    await jeweller.imports()

    first = await jeweller.decider.compose(
        await number(jeweller, ours), {RING: 1, NECK: 1}, who="ann", sure=True
    )
    half_way = (await jeweller.stock(SET)).available
    last = await jeweller.decider.compose(
        await number(jeweller, theirs), {RING: 1, NECK: 1}, who="ann", sure=True
    )

    assert [offer.ref for offer in first.also_sold_by] == [theirs]
    assert (first.written_off, half_way) == ({}, 3)  # Etsy sells it as a piece of its own still
    assert last.written_off == {SET: 3}
    assert (await jeweller.stock(SET)).on_hand == 0
    assert await jeweller.questions() == []  # the shops need not agree about it any more
    async with reading(jeweller.database) as session:
        entry = (await queries.history(session, SET))[0]
        assert await queries.wrong_sums(session) == []
    assert (entry["cause"], entry["source"]) == ("corrected", "ann")


async def test_a_piece_that_was_taken_for_another_keeps_its_stock(jeweller: Jeweller) -> None:
    wrong = jeweller.etsy.show("RING-9", 1)
    await jeweller.imports()

    done = await jeweller.decider.compose(await number(jeweller, wrong), {RING: 1}, who="ann")

    assert (done.written_off, done.left) == ({}, {Sku("RING-9"): 1})
    assert (await jeweller.stock("RING-9")).available == 1


async def test_a_set_on_shopify_shows_pieces_that_only_etsy_had(jeweller: Jeweller) -> None:
    jeweller.etsy.show("EARR-5", 2)
    jeweller.etsy.show("EARR-6", 2)
    both = jeweller.shopify.show(SET, 0)
    await jeweller.imports()

    await jeweller.decider.compose(
        await number(jeweller, both), {Sku("EARR-5"): 1, Sku("EARR-6"): 1}, who="ann"
    )

    assert await jeweller.target(both) == {PLACE: 2}


async def test_a_pair_sold_before_anybody_said_what_it_is_takes_both_pieces(
    jeweller: Jeweller,
) -> None:
    pair = jeweller.etsy.show("", 4, title="Two studs")
    await jeweller.imports()
    jeweller.etsy.later(60)
    jeweller.etsy.sell(pair)
    jeweller.etsy.later(60)
    await jeweller.imports()  # the order is kept, and nobody knows yet what it took

    await jeweller.decider.compose(await number(jeweller, pair), {STUD: 2}, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)

    assert (await jeweller.stock(STUD)).available == 7


async def test_an_old_order_of_a_pair_is_inside_the_figures_of_its_pieces(
    jeweller: Jeweller,
) -> None:
    pair = jeweller.etsy.show("", 4, title="Two studs")
    jeweller.etsy.sell(pair, shipped=True)
    jeweller.shopify.later(60)
    jeweller.etsy.later(60)
    await jeweller.imports()

    await jeweller.decider.compose(await number(jeweller, pair), {STUD: 2}, who="ann")
    await jeweller.importer.take_in_kept(lambda _step, _by: None)

    assert (await jeweller.stock(STUD)).available == 9


async def test_a_set_of_unknown_pieces_or_of_none_is_refused_and_nothing_changes(
    jeweller: Jeweller,
) -> None:
    both = jeweller.etsy.show(SET, 4)
    await jeweller.imports()
    offer = await number(jeweller, both)

    with pytest.raises(UnknownSku, match="RING-2"):
        await jeweller.decider.compose(offer, {NECK: 1, Sku("RING-2"): 1}, who="ann")
    with pytest.raises(NoParts, match="peg match compose"):
        await jeweller.decider.compose(offer, {}, who="ann")

    assert await jeweller.should_show(both) == 4
    assert (await jeweller.stock(SET)).available == 4
