from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller
from tests.support.shop_window import PLACE

from peg.alerts import register
from peg.catalog import items, offers, proposals
from peg.db.transaction import reading
from peg.domain.identity import LocationId, Sku
from peg.domain.offer import Shelf
from peg.ledger import cases, queries


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def test_both_shops_become_one_stock(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 3)
    jeweller.etsy.show("RING-1", 3)
    jeweller.etsy.show("NECK-2", 1)

    told = await jeweller.imports()

    assert (told.items, told.offers, told.matched) == (2, 3, 1)
    assert (await jeweller.stock()).available == 3
    assert (await jeweller.stock("NECK-2")).available == 1
    assert await jeweller.questions() == []


async def test_a_rehearsal_says_the_same_and_writes_nothing_anywhere(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 3)
    jeweller.etsy.show("RING-1", 2)
    jeweller.etsy.show("ring-9", 2)
    jeweller.shopify.show("RING-9", 2)
    before = await jeweller.rows()

    rehearsed = await jeweller.importer.rehearse(lambda _step, _by: None)
    after = await jeweller.rows()
    told = await jeweller.imports()

    assert before == after
    assert (rehearsed.items, rehearsed.offers) == (told.items, told.offers)
    assert (rehearsed.proposals, rehearsed.asked) == (told.proposals, told.asked)


async def test_a_rehearsal_counts_only_what_is_not_known_yet(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 3)
    jeweller.shopify.show("NECK-2", 1)
    jeweller.etsy.show("neck-2", 1)
    await jeweller.imports()

    known = await jeweller.importer.rehearse(lambda _step, _by: None)
    jeweller.etsy.show("RING-1", 2)
    jeweller.etsy.show("EARR-3", 1)
    rehearsed = await jeweller.importer.rehearse(lambda _step, _by: None)
    told = await jeweller.imports()

    assert (known.items, known.offers, known.asked, known.proposals) == (0, 0, [], 1)
    assert (rehearsed.items, rehearsed.offers, rehearsed.asked) == (1, 2, [RING])
    assert replace(rehearsed, orders=told.orders) == told


async def test_each_offer_that_is_left_out_is_named_with_its_reason(jeweller: Jeweller) -> None:
    jeweller.etsy.show("RING-1", 1, title="First")
    jeweller.etsy.show("ring-1", 1, title="Second")
    jeweller.shopify.show("NECK-2", 1, title="Third", tracked=False)
    jeweller.etsy.show("", 1, title="Fourth")

    told = await jeweller.imports()

    assert [(one.title, one.why) for one in told.left_out] == [
        ("First", "sku_doubled"),
        ("Second", "sku_doubled"),
        ("Third", "untracked"),
        ("Fourth", "no_usable_sku"),
    ]
    assert (told.items, told.offers) == (0, 0)  # nothing was guessed


async def test_what_is_sold_on_at_zero_is_kept_and_named(jeweller: Jeweller) -> None:
    ring = jeweller.shopify.show("RING-1", 1, title="First")
    jeweller.etsy.show("RING-1", 1)
    jeweller.shopify.ticks(ring, oversells=True)

    told = await jeweller.imports()

    assert [(one.title, one.why) for one in told.left_out] == [("First", "sells_on")]
    assert (told.items, told.offers) == (1, 2)
    async with reading(jeweller.database) as session:
        assert [one.name for one in await register.standing(session)] == ["sells_on"]


async def test_an_offer_that_waits_in_a_pair_is_not_also_counted_as_nameless(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("", 1, title="Ruby halo ring")
    jeweller.etsy.show("", 1, title="Ruby halo ring")

    told = await jeweller.imports()

    assert (told.proposals, told.left_out) == (1, [])


async def test_a_pair_whose_slip_was_mended_on_the_shop_waits_no_more(jeweller: Jeweller) -> None:
    ours, theirs = jeweller.shopify.show("RING-1", 2), jeweller.etsy.show("ring-1", 2)
    await jeweller.imports()

    jeweller.etsy.offers[theirs] = replace(jeweller.etsy.offers[theirs], sku="RING-1")
    rehearsed = await jeweller.importer.rehearse(lambda _step, _by: None)
    told = await jeweller.imports()

    assert rehearsed.proposals == told.proposals == 0
    async with reading(jeweller.database) as session:
        assert await proposals.open_proposals(session) == []
    assert await jeweller.should_show(ours) == await jeweller.should_show(theirs) == 2


async def test_a_pair_that_was_given_two_names_is_two_pieces(jeweller: Jeweller) -> None:
    jeweller.shopify.show("", 1, title="Ruby halo ring")
    theirs = jeweller.etsy.show("RING-2", 1, title="Ruby halo ring")
    await jeweller.imports()
    (ours,) = jeweller.shopify.offers

    jeweller.shopify.offers[ours] = replace(jeweller.shopify.offers[ours], sku="RING-1")
    told = await jeweller.imports()

    assert told.proposals == 0
    async with reading(jeweller.database) as session:
        assert await proposals.rejected_pairs(session) == {(ours, theirs)}


async def test_what_a_person_has_matched_is_left_out_no_more(jeweller: Jeweller) -> None:
    jeweller.shopify.show("", 1, title="Ruby halo ring")
    jeweller.etsy.show("", 1, title="Ruby halo ring")
    await jeweller.imports()
    async with reading(jeweller.database) as session:
        (pair,) = await proposals.open_proposals(session)
    await jeweller.decider.accept(pair.id, who="ann", sku=RING)

    again = await jeweller.imports()

    assert (again.left_out, again.proposals) == ([], 0)


async def test_an_import_twice_changes_nothing_the_second_time(jeweller: Jeweller) -> None:
    jeweller.shopify.sell(jeweller.shopify.show("RING-1", 3))
    jeweller.etsy.show("RING-1", 2)

    await jeweller.imports()
    first = await jeweller.stock()
    again = await jeweller.imports()

    assert (again.items, again.offers) == (0, 0)
    assert await jeweller.stock() == first


async def test_an_order_from_before_is_inside_the_figures_and_not_taken_off_twice(
    jeweller: Jeweller,
) -> None:
    ring = jeweller.shopify.show("RING-1", 3)
    jeweller.etsy.show("RING-1", 2)
    jeweller.shopify.sell(ring)
    jeweller.shopify.later(3600)
    jeweller.etsy.later(3600)

    await jeweller.imports()

    stock = await jeweller.stock()
    assert (stock.available, stock.on_hand, stock.committed) == (2, 3, 1)


async def test_a_shipped_order_from_before_has_left_the_shelf_already(jeweller: Jeweller) -> None:
    ring = jeweller.shopify.show("RING-1", 3)
    jeweller.shopify.sell(ring, shipped=True)
    jeweller.shopify.later(3600)

    await jeweller.imports()

    stock = await jeweller.stock()
    assert (stock.available, stock.on_hand) == (2, 2)


async def test_a_sale_right_after_its_figure_was_read_counts_once(jeweller: Jeweller) -> None:
    ring = jeweller.etsy.show("RING-1", 3)
    for number in range(3):
        jeweller.etsy.show(f"FILL-{number}", 1)
    pages = 0

    def sell_before_the_second_page() -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            jeweller.etsy.sell(ring)

    jeweller.etsy.before_page = sell_before_the_second_page

    await jeweller.imports()

    stock = await jeweller.stock()
    assert (stock.available, stock.on_hand, stock.committed) == (2, 3, 1)


async def test_where_shops_disagree_the_lower_figure_holds_and_a_person_is_asked(
    jeweller: Jeweller,
) -> None:
    shown = jeweller.shopify.show("RING-1", 3)
    jeweller.etsy.show("RING-1", 1)

    told = await jeweller.imports()

    assert told.asked == [RING]
    assert (await jeweller.stock()).available == 1
    assert await jeweller.should_show(shown) == 1
    (question,) = await jeweller.questions()
    assert question.default == "1"
    assert list(question.options) == ["1", "3"]


async def test_one_empty_shop_takes_the_piece_off_the_other(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 0)
    shown = jeweller.etsy.show("RING-1", 1)

    await jeweller.imports()

    assert await jeweller.should_show(shown) == 0


@pytest.mark.parametrize("shelf", [Shelf.WITHDRAWN, Shelf.SWITCHED_OFF])
async def test_a_draft_is_counted_with_its_twin_and_never_put_on_sale_by_peg(
    jeweller: Jeweller, shelf: Shelf
) -> None:
    jeweller.shopify.show("RING-1", 1)
    draft = jeweller.etsy.show("RING-1", 1, shelf=shelf)

    await jeweller.imports()

    async with reading(jeweller.database) as session:
        assert (await offers.by_refs(session, [draft]))[draft].parked
    assert (await jeweller.stock()).available == 1


async def test_shopifys_places_become_places_of_the_book(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 2)

    await jeweller.imports()

    async with reading(jeweller.database) as session:
        levels = await queries.levels(session, RING)
    (place,) = levels
    assert place.endswith(PLACE)
    assert place != LocationId("pool")


async def test_a_piece_tagged_so_is_one_of_a_kind(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 0, tags=["OOAK"])
    jeweller.shopify.show("CHAIN-1", 12)

    await jeweller.imports()

    async with reading(jeweller.database) as session:
        known = await items.by_skus(session, [RING, Sku("CHAIN-1")])
    assert known[RING].one_of_a_kind
    assert not known[Sku("CHAIN-1")].one_of_a_kind


async def test_the_book_adds_up_after_an_import_and_no_case_is_open(jeweller: Jeweller) -> None:
    for number in range(9):
        ref = jeweller.shopify.show(f"RING-{number}", number)
        jeweller.etsy.show(f"RING-{number}", number)
        if number:
            jeweller.shopify.sell(ref)
    jeweller.shopify.later(60)

    await jeweller.imports()

    async with reading(jeweller.database) as session:
        assert await queries.wrong_sums(session) == []
        assert await cases.all_cases(session) == []


async def test_one_offer_that_cannot_be_read_stops_no_import_and_is_named(
    jeweller: Jeweller,
) -> None:
    odd = jeweller.shopify.show("RING-1", 1)
    jeweller.shopify.show("RING-2", 1)
    jeweller.shopify.garbled.add(odd)

    told = await jeweller.imports()

    assert told.items == 1
    (left_out,) = told.left_out
    assert (left_out.sku, left_out.why) == ("RING-1", "unreadable")
    assert "lacks one of its figures" in left_out.details
