"""A slip in an offer's number: the wrong one is taken for a set, and then put right."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller

from peg.catalog import offers
from peg.cli.matching import words_of
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, Sku
from peg.ledger import counter, queries
from peg.onboarding.composing import Composed, TakenForAPiece
from peg.reads import stock

NECK, ANKL, STUD, SET = map(Sku, ("NECK-2", "ANKL-3", "STUD-4", "SET-6"))


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        for sku, pieces in ((RING, 1), (NECK, 4), (ANKL, 2)):
            jeweller.shopify.show(sku, pieces)
        yield jeweller


async def compose(jeweller: Jeweller, ref: OfferRef, *parts: Sku, sure: bool = True) -> Composed:
    async with reading(jeweller.database) as session:
        offer = (await offers.by_refs(session, [ref]))[ref].id
    wanted = dict.fromkeys(parts, 1)
    return await jeweller.decider.compose(OfferId(offer), wanted, who="ann", sure=sure)


async def steps(jeweller: Jeweller, sku: Sku) -> list[str]:
    async with reading(jeweller.database) as session:
        found = await stock.history(session, sku, at=jeweller.clock.now())
    return [entry.step for entry in reversed(found.entries)]


async def delete(jeweller: Jeweller, ref: OfferRef) -> None:
    async with begin(jeweller.database) as session:
        await offers.mark_gone(session, (await offers.by_refs(session, [ref]))[ref].id)


async def test_a_piece_is_not_taken_off_the_book_before_somebody_is_sure(
    jeweller: Jeweller,
) -> None:
    wrong = jeweller.etsy.show("RING-9", 1, title="Pearl ring")
    await jeweller.imports()
    before = await jeweller.rows()

    with pytest.raises(TakenForAPiece) as told:
        await compose(jeweller, wrong, NECK, ANKL, sure=False)

    for word in ("'Pearl ring' on etsy", "1 x RING-9", "Nothing is done yet", "--yes"):
        assert word in str(told.value)
    assert await jeweller.rows() == before
    assert await jeweller.should_show(wrong) == 1
    assert (await jeweller.stock("RING-9")).on_hand == 1


@pytest.mark.parametrize("pieces", [0, 1])
async def test_where_nothing_comes_off_the_book_nothing_is_asked(
    jeweller: Jeweller, pieces: int
) -> None:
    alone = jeweller.shopify.show("RING-9", pieces)
    ours = jeweller.etsy.show("RING-9", pieces) if pieces else alone
    await jeweller.imports()

    done = await compose(jeweller, ours, NECK, ANKL, sure=False)

    assert not any(done.written_off.values())
    assert (await jeweller.stock("RING-9")).on_hand == pieces


async def test_the_book_tells_in_plain_words_what_composing_did(jeweller: Jeweller) -> None:
    wrong = jeweller.etsy.show("RING-9", 1, title="Pearl ring")
    await jeweller.imports()

    slip = await compose(jeweller, wrong, NECK, ANKL)
    await compose(jeweller, wrong, Sku("RING-9"))

    assert (await steps(jeweller, Sku("RING-9")))[-2:] == ["counted as its parts", "a piece again"]
    async with reading(jeweller.database) as session:
        _, taken_off, *_ = await queries.history(session, Sku("RING-9"))
    assert "'Pearl ring' is a set, 1 x ANKL-3 + 1 x NECK-2" in taken_off["note"]
    assert f"`peg match compose {slip.offer.id} RING-9`" in taken_off["note"]


async def test_what_a_mistake_took_off_the_book_comes_back_with_the_correction(
    jeweller: Jeweller,
) -> None:
    wrong = jeweller.etsy.show("RING-9", 1, title="Pearl ring")
    await jeweller.imports()

    slip = await compose(jeweller, wrong, NECK, ANKL)
    mended = await compose(jeweller, wrong, Sku("RING-9"))

    assert (slip.offer.title, slip.written_off) == ("Pearl ring", {Sku("RING-9"): 1})
    assert mended.brought_back == {Sku("RING-9"): 1}
    assert (await jeweller.stock("RING-9")).on_hand == 1
    assert await jeweller.should_show(wrong) == 1
    async with reading(jeweller.database) as session:
        assert await queries.wrong_sums(session) == []


async def test_the_words_name_the_listing_and_the_way_back(jeweller: Jeweller) -> None:
    wrong = jeweller.etsy.show("RING-9", 1, title="Pearl ring")
    await jeweller.imports()

    slip = await compose(jeweller, wrong, NECK, ANKL)
    mended = await compose(jeweller, wrong, Sku("RING-9"))

    named, way_back = words_of(slip, "1 x NECK-2 + 1 x ANKL-3")
    assert named == f"offer {slip.offer.id} ('Pearl ring' on etsy) is 1 x NECK-2 + 1 x ANKL-3"
    assert f"`peg match compose {slip.offer.id} RING-9` puts all back" in way_back
    assert "RING-9: 1 on the shelf again" in words_of(mended, "1 x RING-9")[1]


async def test_it_comes_back_once_however_often_the_offer_is_composed(jeweller: Jeweller) -> None:
    wrong = jeweller.etsy.show("RING-9", 1)
    await jeweller.imports()

    for _ in range(2):
        await compose(jeweller, wrong, NECK, ANKL)
        await compose(jeweller, wrong, Sku("RING-9"))
    again = await compose(jeweller, wrong, Sku("RING-9"))

    assert again.brought_back == {}
    assert (await jeweller.stock("RING-9")).on_hand == 1


async def test_a_set_on_both_shops_has_its_stock_back_when_one_of_them_sells_it_as_one_again(
    jeweller: Jeweller,
) -> None:
    ours, theirs = jeweller.shopify.show(SET, 3), jeweller.etsy.show(SET, 3)
    await jeweller.imports()
    await compose(jeweller, ours, NECK, ANKL)
    await compose(jeweller, theirs, NECK, ANKL)

    mended = await compose(jeweller, ours, SET)

    assert mended.brought_back == {SET: 3}


async def test_what_was_counted_meanwhile_stands(jeweller: Jeweller) -> None:
    wrong = jeweller.etsy.show("RING-9", 1)
    await jeweller.imports()
    await compose(jeweller, wrong, NECK, ANKL)
    async with begin(jeweller.database) as session:
        now = jeweller.clock.now()
        await counter.count(session, Sku("RING-9"), 0, who="ann", note="", location=None, now=now)

    mended = await compose(jeweller, wrong, Sku("RING-9"))

    assert (mended.brought_back, (await jeweller.stock("RING-9")).on_hand) == ({}, 0)


async def test_a_piece_of_a_set_whose_own_listing_was_deleted_keeps_its_stock(
    jeweller: Jeweller,
) -> None:
    alone = jeweller.shopify.show(STUD, 5)
    both = jeweller.etsy.show("", 1, title="Set")
    await jeweller.imports()
    await compose(jeweller, both, STUD, NECK)
    await delete(jeweller, alone)

    done = await compose(jeweller, both, NECK, ANKL)

    assert (done.written_off, done.left) == ({}, {STUD: 5})
    assert (await jeweller.stock(STUD)).on_hand == 5


async def test_a_piece_that_was_once_listed_elsewhere_too_keeps_its_stock(
    jeweller: Jeweller,
) -> None:
    alone = jeweller.shopify.show(STUD, 5)
    theirs = jeweller.etsy.show(STUD, 5)
    await jeweller.imports()
    await delete(jeweller, alone)

    done = await compose(jeweller, theirs, NECK, ANKL)

    assert (done.written_off, done.left) == ({}, {STUD: 5})


async def test_a_piece_that_is_typed_otherwise_than_the_set_keeps_its_stock(
    jeweller: Jeweller,
) -> None:
    alone = jeweller.shopify.show(STUD, 5)
    both = jeweller.etsy.show(SET, 3)
    await jeweller.imports()
    await compose(jeweller, both, STUD)
    await delete(jeweller, alone)

    done = await compose(jeweller, both, NECK, ANKL)

    assert STUD not in done.written_off


async def test_the_listings_of_the_pieces_of_a_set_are_not_to_be_composed(
    jeweller: Jeweller,
) -> None:
    wrong = jeweller.etsy.show("RING-9", 1)
    await jeweller.imports()
    await compose(jeweller, wrong, NECK, ANKL)

    mended = await compose(jeweller, wrong, Sku("RING-9"))

    assert mended.also_sold_by == []  # NECK and ANKL are what they are, each a piece of its own
    assert mended.left == {}


async def test_another_set_of_the_same_piece_is_not_to_be_composed(jeweller: Jeweller) -> None:
    ring = jeweller.etsy.show("RING-9", 1)
    both = jeweller.etsy.show(SET, 1)
    await jeweller.imports()
    await compose(jeweller, both, Sku("RING-9"), NECK)

    done = await compose(jeweller, ring, NECK, ANKL)

    assert (done.also_sold_by, done.written_off) == ([], {})
    assert (await jeweller.stock("RING-9")).on_hand == 1
