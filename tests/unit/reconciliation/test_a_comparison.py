"""A whole shop is compared with the book: each difference has its cause, its evidence, its end."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.compared_shop import CHAIN, RING, Shop, open_compared_shop

from peg.catalog import mirror, offers
from peg.db.transaction import begin, reading
from peg.domain.offer import Shelf
from peg.intake import checks
from peg.reads import doubts


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_compared_shop(tmp_path) as shop:
        yield shop


async def test_where_all_is_as_it_should_be_nothing_is_found_and_nothing_done(shop: Shop) -> None:
    assert await shop.finds(shop.shopify) == []
    assert await shop.finds(shop.etsy) == []
    assert not await shop.is_due(shop.shopify, CHAIN)


async def test_what_was_sold_is_no_difference_since_its_order_is_read_first(shop: Shop) -> None:
    shop.shopify.sell(shop.ref(shop.shopify, CHAIN), 2)

    found = await shop.finds(shop.shopify)

    stock = await shop.here.stock(CHAIN)
    assert (stock.available, stock.suspended) == (3, 0)
    assert ("missing", "hold") not in [one[1:] for one in found]


async def test_a_missing_piece_is_held_on_both_shops(shop: Shop) -> None:
    shop.sets(shop.shopify, RING, 0)

    assert await shop.finds(shop.shopify) == [(f"Piece {RING}", "missing", "hold")]
    stock = await shop.here.stock(RING)
    assert (stock.available, stock.suspended) == (0, 1)


async def test_which_variant_differs_is_kept(shop: Shop) -> None:
    shop.sets(shop.shopify, RING, 0)
    ref = shop.ref(shop.shopify, RING)
    shop.shopify.offers[ref] = replace(shop.shopify.offers[ref], options={"Ring size": "7"})

    (found,) = await shop.compares(shop.shopify)

    assert found.options == {"Ring size": "7"}


async def test_a_piece_too_many_is_looked_at_again(shop: Shop) -> None:
    shop.sets(shop.shopify, CHAIN, 6)

    assert await shop.finds(shop.shopify) == [(f"Piece {CHAIN}", "extra", "doubt")]
    offer = await shop.offer(shop.shopify, CHAIN)
    async with reading(shop.here.database) as session:
        check = await checks.check_of(session, offer.id)
    assert check is not None


async def test_what_is_back_on_sale_is_driven_off(shop: Shop) -> None:
    offer = await shop.offer(shop.etsy, RING)
    async with begin(shop.here.database) as session:
        await mirror.note_shelf(session, offer.id, Shelf.WITHDRAWN)

    assert await shop.finds(shop.etsy) == [(f"Piece {RING}", "ghost", "push")]
    assert await shop.is_due(shop.etsy, RING)
    assert await shop.alarms() == ["ghost_unit"]


async def test_what_was_taken_off_sale_is_asked_about(shop: Shop) -> None:
    shop.puts(shop.etsy, RING, Shelf.WITHDRAWN)

    assert await shop.finds(shop.etsy) == [(f"Piece {RING}", "off_sale", "ask")]
    assert [one.kind for one in await shop.here.questions()] == ["withdrawn_by_hand"]


async def test_what_nobody_was_at_is_driven_again(shop: Shop) -> None:
    """Six are shown, as PEG knows itself; the book has five, and nobody was told."""
    async with begin(shop.here.database) as session:
        found = await offers.by_refs(session, [shop.ref(shop.shopify, CHAIN)])
        (offer,) = found.values()
        await mirror.note_seen(session, offer.id, "7001", 6)
    shop.sets(shop.shopify, CHAIN, 6)

    assert await shop.finds(shop.shopify) == [(f"Piece {CHAIN}", "not_shown", "push")]
    assert await shop.is_due(shop.shopify, CHAIN)


async def test_what_was_never_imported_is_named_with_its_listing(shop: Shop) -> None:
    ref = shop.shopify.show("NEW-1", 1)

    (found,) = await shop.compares(shop.shopify)

    assert (found.cause, found.action, found.offer) == ("not_imported", "report", None)
    assert found.evidence == {"listing": ref.listing, "sku": "NEW-1"}


async def test_what_nobody_has_matched_is_named_and_is_no_drift(shop: Shop) -> None:
    offer = await shop.offer(shop.etsy, CHAIN)
    async with begin(shop.here.database) as session:
        await offers.map_to(session, {offer.id: []})

    (found,) = await shop.compares(shop.etsy)
    async with reading(shop.here.database) as session:
        (run,) = await doubts.drift(session)

    assert (found.cause, found.action, found.offer) == ("not_matched", "report", offer.id)
    assert run.drift_share == 0


async def test_what_a_shop_does_not_count_is_named(shop: Shop) -> None:
    ref = shop.ref(shop.shopify, CHAIN)
    shop.shopify.ticks(ref, tracked=False)

    (found,) = await shop.compares(shop.shopify)

    assert (found.cause, found.action) == ("not_tracked", "report")
    assert found.evidence == {"listing": ref.listing, "sku": CHAIN}


async def test_a_sale_taken_in_while_the_shop_is_read_is_no_difference(shop: Shop) -> None:
    """The page is from before the sale, the book from after it."""
    window, ref = shop.shopify, shop.ref(shop.shopify, CHAIN)
    before = window.offers[ref]

    async def sell() -> None:
        window.while_paging = nothing
        window.sell(ref, 2)
        await shop.polls.poll(window.shop)
        window.offers[ref] = before

    window.while_paging = sell

    assert await shop.finds(window) == []
    assert (await shop.here.stock(CHAIN)).available == 3


async def nothing() -> None:
    return None


async def test_the_evidence_says_what_was_seen_what_was_expected_and_what_should_be(
    shop: Shop,
) -> None:
    shop.sets(shop.shopify, RING, 0)

    (found,) = await shop.compares(shop.shopify)

    assert found.evidence == {
        "shown": {"7001": 0},
        "shelf": "listed",
        "expected": {"7001": 1},
        "target": {"7001": 1},
    }


async def test_the_newest_comparison_of_each_shop_is_told_with_the_share_that_differed(
    shop: Shop,
) -> None:
    shop.sets(shop.shopify, RING, 0)
    await shop.compares(shop.etsy)
    await shop.compares(shop.shopify)

    async with reading(shop.here.database) as session:
        etsy, shopify = await doubts.drift(session)

    assert (etsy.shop, etsy.offers, etsy.drift_share) == (shop.etsy.shop, 3, 0)
    assert (shopify.shop, shopify.offers) == (shop.shopify.shop, 3)
    assert shopify.drift_share == pytest.approx(1 / 3)
