"""Saying that two offers are one piece says nothing of any other piece, whatever is typed where."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import offers, proposals
from peg.catalog.proposals import KeptProposal
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, Sku
from peg.marketplaces.port import RemoteGone
from peg.onboarding.naming import NeedsSku, NotOnePiece, SkuTaken

RUBY, PEARL = "Ruby halo ring in rose gold", "Baroque pearl drop earrings silver"


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def pairs(jeweller: Jeweller) -> list[KeptProposal]:
    async with reading(jeweller.database) as session:
        found = await proposals.open_proposals(session)
    return sorted(found, key=lambda one: one.shopify.title)


async def piece_of(jeweller: Jeweller, ref: OfferRef) -> Sku | None:
    async with reading(jeweller.database) as session:
        parts = (await offers.by_refs(session, [ref]))[ref].components
    return parts[0].sku if parts else None


async def test_two_rings_typed_with_one_sku_on_etsy_stay_two_when_both_pairs_are_accepted(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("", 1, title=PEARL)
    jeweller.shopify.show("", 1, title=RUBY)
    jeweller.etsy.show("RING-1", 1, title=PEARL)
    jeweller.etsy.show("RING-1", 1, title=RUBY)
    await jeweller.imports()
    pearl, ruby = await pairs(jeweller)

    for pair in (pearl, ruby):
        with pytest.raises(NeedsSku, match="several offers of etsy:1001 are typed 'RING-1'"):
            await jeweller.decider.accept(pair.id, who="ann")
    await jeweller.decider.accept(pearl.id, who="ann", sku=Sku("EARR-1"))
    await jeweller.decider.accept(ruby.id, who="ann", sku=Sku("RING-1"))

    assert (await jeweller.stock("EARR-1")).available == 1
    assert (await jeweller.stock("RING-1")).available == 1


async def test_the_other_shops_sku_names_a_piece_whose_own_was_typed_twice(
    jeweller: Jeweller,
) -> None:
    ours = jeweller.shopify.show("RING-1", 1, title=RUBY)
    jeweller.shopify.show("RING-1", 1, title="Something else altogether")
    theirs = jeweller.etsy.show("ring-7", 1, title=RUBY)
    await jeweller.imports()
    (pair,) = await pairs(jeweller)

    await jeweller.decider.accept(pair.id, who="ann")

    assert await piece_of(jeweller, ours) == await piece_of(jeweller, theirs) == "RING-7"


async def test_a_pair_takes_no_sku_of_another_piece_unless_it_is_named(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 1, title=PEARL)
    await jeweller.imports()
    jeweller.shopify.delete(*jeweller.shopify.offers)
    ours = jeweller.shopify.show("", 1, title=RUBY)
    jeweller.etsy.show("ring-1", 1, title=RUBY)
    await jeweller.imports()
    (pair,) = await pairs(jeweller)

    with pytest.raises(SkuTaken, match=PEARL) as refusal:
        await jeweller.decider.accept(pair.id, who="ann")
    assert "--sku RING-1" in str(refusal.value)
    assert await pairs(jeweller) == [pair]  # it still waits
    await jeweller.decider.accept(pair.id, who="ann", sku=Sku("RING-1"))

    assert await piece_of(jeweller, ours) == "RING-1"


async def test_a_piece_that_a_shop_sells_already_is_not_sold_there_twice_by_a_slip(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("RING-1", 1, title=RUBY)
    first = jeweller.etsy.show("", 1, title=RUBY)
    await jeweller.imports()
    jeweller.etsy.hide(first)
    second = jeweller.etsy.show("", 1, title=RUBY)
    await jeweller.imports()
    one, other = await pairs(jeweller)
    await jeweller.decider.accept(one.id, who="ann")

    with pytest.raises(SkuTaken, match="etsy:1001 sells it already"):
        await jeweller.decider.accept(other.id, who="ann")

    assert await piece_of(jeweller, second) is None


async def test_what_became_two_pieces_meanwhile_cannot_be_accepted_as_one(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("RING-1", 1, title=RUBY)
    theirs = jeweller.etsy.show("", 1, title=RUBY)
    jeweller.etsy.show("NECK-2", 1, title=PEARL)
    await jeweller.imports()
    (pair,) = await pairs(jeweller)
    async with reading(jeweller.database) as session:
        offer = (await offers.by_refs(session, [theirs]))[theirs]
    await jeweller.decider.compose(offer.id, {Sku("NECK-2"): 1}, who="ann")

    with pytest.raises(NotOnePiece, match="peg match reject"):
        await jeweller.decider.accept(pair.id, who="ann")


async def test_a_known_piece_gets_no_second_name(jeweller: Jeweller) -> None:
    jeweller.shopify.show("RING-1", 1)
    jeweller.etsy.show("ring-1", 1)
    await jeweller.imports()
    (pair,) = await pairs(jeweller)

    with pytest.raises(NotOnePiece, match="leave `--sku` out"):
        await jeweller.decider.accept(pair.id, who="ann", sku=Sku("RING-2"))


async def test_a_listing_that_was_deleted_takes_no_piece_off_the_other_shop(
    jeweller: Jeweller,
) -> None:
    ours = jeweller.shopify.show("RING-1", 1)
    theirs = jeweller.etsy.show("ring-1", 1)
    await jeweller.imports()
    (pair,) = await pairs(jeweller)
    jeweller.etsy.delete(theirs)

    with pytest.raises(RemoteGone, match="reject"):
        await jeweller.decider.accept(pair.id, who="ann")

    assert await jeweller.should_show(ours) == 1
