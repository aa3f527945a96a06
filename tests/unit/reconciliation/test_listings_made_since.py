"""A listing made since the import is told of: as a danger where it sells a piece that PEG knows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller

from peg.db.transaction import reading
from peg.domain.offer import Shelf
from peg.reads import alerts
from peg.reads.alerts import AlertRow
from peg.wiring.examination_of_offers import not_in_step


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Jeweller]:
    """A ring is on both shops, and imported."""
    async with open_jeweller(tmp_path) as here:
        here.shopify.show(RING, 1)
        here.etsy.show(RING, 1)
        await here.imports()
        here.shopify.later(300)
        here.etsy.later(300)
        yield here


async def told(here: Jeweller) -> list[AlertRow]:
    """The alerts that stand."""
    async with reading(here.database) as session:
        return list(await alerts.standing(session, now=here.clock.now()))


async def the_doctor_says(here: Jeweller) -> list[str]:
    async with reading(here.database) as session:
        return [one.sentence for one in await not_in_step(session)]


@pytest.mark.parametrize("typed", [RING, " ring-1 "])
async def test_one_that_sells_a_known_piece_may_sell_it_twice_until_it_is_imported(
    here: Jeweller, typed: str
) -> None:
    here.shopify.show(typed, 1, title="Ruby ring, again")

    await here.compares()

    (alert,) = await told(here)
    assert alert.name == "listing_unknown"
    assert "'Ruby ring, again' is for sale on shopify" in alert.sentence
    assert f"{RING} may be sold a second time" in alert.sentence
    assert "`peg import`" in alert.sentence
    await here.compares()
    assert await told(here) == [alert]  # said once
    await here.imports()
    assert await told(here) == []


async def test_of_one_whose_piece_is_sold_it_is_said_anew_that_none_is_left(
    here: Jeweller,
) -> None:
    here.shopify.show(RING, 1, title="Ruby ring, again")
    await here.compares()

    (on_etsy,) = here.etsy.offers
    here.etsy.sell(on_etsy)
    await here.reads_orders()
    await here.compares()

    (alert,) = await told(here)
    assert f"none of {RING} is left" in alert.sentence
    await here.compares()
    assert await told(here) == [alert]  # said once


async def test_one_with_a_sku_of_its_own_is_counted_by_the_doctor_until_it_is_imported(
    here: Jeweller,
) -> None:
    for number in range(3):
        here.shopify.show(f"NEW-{number}", 1)

    await here.compares()

    assert await told(here) == []
    (said,) = await the_doctor_says(here)
    assert said.startswith("3 listings on Shopify were made or renamed since the last import")
    assert said.endswith("`peg import`")
    await here.imports()
    assert not [one for one in await the_doctor_says(here) if "since the last import" in one]


async def test_one_that_nobody_can_buy_yet_is_no_danger(here: Jeweller) -> None:
    here.shopify.show(RING, 1, shelf=Shelf.WITHDRAWN)
    here.shopify.show(RING, 0)

    await here.compares()

    assert await told(here) == []
    assert (await the_doctor_says(here))[0].startswith("2 listings on Shopify were")


async def test_one_without_a_sku_is_only_counted(here: Jeweller) -> None:
    here.shopify.show("", 1)

    await here.compares()

    assert await told(here) == []
    assert (await the_doctor_says(here))[0].startswith("1 listing on Shopify was made")


async def test_a_variation_of_another_name_is_told_of_as_well(here: Jeweller) -> None:
    """The listing is known, and not what stands in it now."""
    ref, remote = next(iter(here.shopify.offers.items()))
    renamed = replace(ref, variant="9091", stock_unit="9092")
    here.shopify.offers[renamed] = replace(
        remote,
        ref=renamed,
        reading=replace(remote.reading, ref=renamed),
        options={"Ring size": "8"},
    )
    here.shopify.delete(ref)

    await here.compares()

    assert [one.name for one in await told(here)] == ["listing_unknown"]
    assert len(await the_doctor_says(here)) == 1


async def test_one_that_was_deleted_again_is_over(here: Jeweller) -> None:
    ref = here.shopify.show(RING, 1)
    await here.compares()
    assert len(await told(here)) == 1

    del here.shopify.offers[ref]
    await here.compares()

    assert await told(here) == []
    assert await the_doctor_says(here) == []
