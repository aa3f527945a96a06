"""A variation of another name is the same one if its SKU says so and nothing speaks against it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    PATIENCE,
    RING,
    Bench,
    etsy_ref,
    shopify_ref,
)
from tests.support.renamings import (
    SIZE_6,
    SIZE_7,
    US_6,
    US_7,
    is_read,
    known,
    open_one_size,
    shows,
)

from peg.catalog import mirror, offers
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE, Reading
from peg.intake import renamed


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_one_size(tmp_path) as bench:
        yield bench


async def test_a_variation_with_the_same_sku_is_the_same_offer(bench: Bench) -> None:
    before = await known(bench, SIZE_6)
    assert before is not None

    await is_read(bench, shows(US_6))

    after = await known(bench, US_6)
    assert after == replace(before, ref=US_6, options={"Size": "US 6"})
    assert await known(bench, SIZE_6) is None
    (alert,) = await bench.news("alert.raised")
    assert "variation renamed on etsy: Size 6 → US 6 (SKU RING-1)" in alert["sentence"]
    (drifted,) = await bench.news("offer.drifted")
    assert drifted["offer"] == before.id


async def test_two_renamed_at_once_are_told_of_together(bench: Bench) -> None:
    await bench.offer(SIZE_7, NECKLACE, options={"Size": "7"})

    await is_read(bench, shows(US_7, NECKLACE), shows(US_6))

    (alert,) = await bench.news("alert.raised")
    assert "Size 7 → US 7" in alert["sentence"]
    assert "Size 6 → US 6" in alert["sentence"]


@pytest.mark.parametrize(
    "shown",
    [
        [shows(US_6, "RING-18")],
        [shows(US_6, "ring-1")],
        [shows(US_6, "")],
        [shows(US_6), shows(US_7)],
        [shows(US_6), shows(SIZE_6)],
        [shows(US_6), shows(SIZE_6, "")],
        [shows(etsy_ref("23", "Size=US 6"))],
        [shows(replace(shopify_ref(), variant="112"))],
    ],
    ids=[
        "another SKU",
        "not the exact SKU",
        "no SKU",
        "two of that SKU",
        "the old one stands beside it",
        "the old one stands beside it without its SKU",
        "in another listing",
        "on Shopify",
    ],
)
async def test_what_may_be_another_piece_is_a_stranger(bench: Bench, shown: list[Reading]) -> None:
    await is_read(bench, *shown)

    assert await known(bench, SIZE_6) is not None
    assert await known(bench, US_6) is None
    assert await bench.news("alert.raised") == []


async def test_where_two_of_that_sku_are_missing_nobody_knows_which_it_is(bench: Bench) -> None:
    await bench.offer(SIZE_7, NECKLACE, sku=RING)

    await is_read(bench, shows(US_6))

    assert await known(bench, US_6) is None


async def test_a_variation_that_nobody_matched_carries_nothing_over(bench: Bench) -> None:
    await bench.offer(SIZE_7, sku="LOOSE-1")

    await is_read(bench, shows(SIZE_6), shows(US_7, "LOOSE-1"))

    assert await known(bench, US_7) is None


@pytest.mark.parametrize("sku", [RING, Sku("RING-OTHER")])
async def test_of_one_given_up_and_one_missing_now_the_latter_was_renamed(
    bench: Bench, sku: Sku
) -> None:
    given_up = await bench.offer(SIZE_7, NECKLACE, sku=sku)
    await offers.mark_gone(bench.session, given_up.id)
    missing = await known(bench, SIZE_6)
    assert missing is not None

    await is_read(bench, shows(US_6))

    found = await known(bench, US_6)
    assert found is not None
    assert found.id == missing.id


async def test_one_that_was_given_up_is_found_again_under_its_new_name(bench: Bench) -> None:
    before = await known(bench, SIZE_6)
    assert before is not None
    await offers.mark_gone(bench.session, before.id)

    await is_read(bench, shows(US_6))

    found = await known(bench, US_6)
    assert found is not None
    assert found.id == before.id


async def test_a_reading_from_before_a_renaming_does_not_name_it_back(bench: Bench) -> None:
    before = await mirror.versions_of_shop(bench.session, SIZE_6.shop)
    await is_read(bench, shows(US_6))

    await renamed.follow(bench.session, [shows(SIZE_6)], before, patience=PATIENCE, now=NOON)

    assert await known(bench, SIZE_6) is None
    assert await known(bench, US_6) is not None


async def test_nothing_is_renamed_under_a_write_of_ours(bench: Bench) -> None:
    offer = await known(bench, SIZE_6)
    assert offer is not None
    await mirror.note_sending(bench.session, offer.id, ANYWHERE, 0, now=NOON)

    await is_read(bench, shows(US_6))
    assert await known(bench, US_6) is None

    await mirror.note_unanswered(bench.session, offer.id, ANYWHERE)
    await is_read(bench, shows(US_6))
    assert await known(bench, US_6) is not None
