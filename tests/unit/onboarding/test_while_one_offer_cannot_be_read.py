"""While an offer on Shopify cannot be read, what may be its twin on Etsy is no piece of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.transaction import reading
from peg.onboarding.imports import Imported
from peg.onboarding.left_out import Why

SAPPHIRE = "Cornflower blue sapphire engagement ring"


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def imports(jeweller: Jeweller) -> Imported:
    """Its dry run says the same."""
    foreseen = await jeweller.importer.rehearse(lambda _step, _by: None)
    told = await jeweller.imports()
    assert foreseen == told
    return told


async def open_pair(jeweller: Jeweller) -> int:
    async with reading(jeweller.database) as session:
        (pair,) = await proposals.open_pairs(session)
        return pair.id


def waiting(told: Imported) -> list[tuple[str, str]]:
    return [(one.sku, one.details) for one in told.left_out if one.why is Why.TWIN_NOT_READ]


@pytest.mark.parametrize("ours", [RING, "ring-1", "RING-1 "], ids=["same", "case", "space"])
async def test_the_piece_with_its_sku_waits_and_comes_once_it_can_be_read(
    jeweller: Jeweller, ours: str
) -> None:
    odd = jeweller.shopify.show(ours, 1)
    jeweller.shopify.garbled.add(odd)
    theirs = jeweller.etsy.show(RING, 1)

    told = await imports(jeweller)
    jeweller.shopify.garbled.clear()
    both = await jeweller.imports()

    assert (told.items, told.offers) == (0, 0)
    assert waiting(told) == [(RING, f"'Piece {ours}' on {odd.shop}")]
    assert waiting(both) == []
    if ours == RING:
        assert (both.items, both.matched) == (1, 1)
        assert await jeweller.should_show(theirs) == 1
    else:
        assert both.proposals == 1


async def test_a_piece_with_another_sku_does_not_wait(jeweller: Jeweller) -> None:
    jeweller.shopify.garbled.add(jeweller.shopify.show(RING, 1, title=SAPPHIRE))
    jeweller.etsy.show("RING-2", 1, title=SAPPHIRE)

    told = await imports(jeweller)

    assert (told.items, waiting(told)) == (1, [])


async def test_without_a_sku_there_all_waits_that_its_title_does_not_rule_out(
    jeweller: Jeweller,
) -> None:
    odd = jeweller.shopify.show("", 1, title=SAPPHIRE)
    jeweller.shopify.garbled.add(odd)
    jeweller.etsy.show(RING, 1, title="Engagement ring with a sapphire")
    jeweller.etsy.show("BAND-7", 1, title="Stacking ring of the house")
    jeweller.etsy.show("EARR-1", 1, title="Ruby earrings")

    told = await imports(jeweller)

    name = f"{SAPPHIRE!r} on {odd.shop}"
    assert sorted(waiting(told)) == [("BAND-7", name), (RING, name)]
    assert told.items == 1


async def test_of_what_tells_neither_sku_nor_title_anything_may_be_the_twin(
    jeweller: Jeweller,
) -> None:
    odd = jeweller.shopify.show("", 1)
    jeweller.shopify.offers[odd] = replace(jeweller.shopify.offers[odd], title="")
    jeweller.shopify.garbled.add(odd)
    jeweller.etsy.show(RING, 1)

    told = await imports(jeweller)

    assert waiting(told) == [(RING, f"{odd.listing!r} on {odd.shop}")]


async def test_a_piece_that_shopify_shows_with_its_sku_does_not_wait(jeweller: Jeweller) -> None:
    jeweller.shopify.garbled.add(jeweller.shopify.show("", 1, title=SAPPHIRE))
    jeweller.shopify.show(RING, 1, title=SAPPHIRE)
    jeweller.etsy.show(RING, 1, title=SAPPHIRE)

    told = await imports(jeweller)

    assert (told.items, told.matched, waiting(told)) == (1, 1, [])


async def test_nothing_waits_for_an_offer_whose_twin_is_known(jeweller: Jeweller) -> None:
    odd = jeweller.shopify.show("", 1, title=SAPPHIRE)
    jeweller.etsy.show(RING, 1, title=SAPPHIRE)
    await jeweller.imports()
    await jeweller.decider.accept(await open_pair(jeweller), who="ann")
    jeweller.shopify.garbled.add(odd)
    jeweller.etsy.show("BAND-7", 1, title="Stacking ring of the house")

    told = await imports(jeweller)

    assert (told.items, waiting(told)) == (1, [])


async def test_what_a_person_said_is_another_piece_does_not_wait_for_it(
    jeweller: Jeweller,
) -> None:
    odd = jeweller.shopify.show("", 1, title=SAPPHIRE)
    jeweller.etsy.show(RING, 1, title=SAPPHIRE)
    await jeweller.imports()
    await jeweller.decider.reject(await open_pair(jeweller), who="ann")
    jeweller.shopify.garbled.add(odd)

    told = await imports(jeweller)

    assert (told.items, waiting(told)) == (1, [])


async def test_shopifys_own_are_opened_as_always(jeweller: Jeweller) -> None:
    """They begin a piece with a pair or without one: Etsy's reading changes nothing."""
    jeweller.etsy.garbled.add(jeweller.etsy.show(RING, 1))
    jeweller.shopify.show(RING, 1)

    told = await imports(jeweller)

    assert (told.items, waiting(told)) == (1, [])
