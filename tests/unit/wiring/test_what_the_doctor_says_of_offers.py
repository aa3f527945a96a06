"""All is not in step while pairs wait for a person, or offers are kept in step by nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import Bench, open_bench
from tests.support.loose_offers import loose_offers, many_without_a_sku

from peg.wiring.examination_of_offers import not_in_step
from peg.wiring.findings import State


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def told(bench: Bench) -> list[str]:
    found = await not_in_step(bench.session)
    assert {one.state for one in found} <= {State.LOOK}
    return [one.sentence for one in found]


async def test_a_book_whose_offers_are_all_known_has_nothing_to_say(bench: Bench) -> None:
    assert await told(bench) == []


async def test_pairs_that_wait_and_each_reason_are_named_with_the_command(bench: Bench) -> None:
    await loose_offers(bench.session)

    pairs, uncounted, doubled, nameless, left = await told(bench)

    assert pairs.startswith("1 pair waits")
    assert "pair 1 ('Ruby Ring'): `peg match` shows them" in pairs
    assert uncounted.startswith("1 offer is not counted on the shop: offer 7 ('Gift card' on")
    assert doubled.startswith("2 offers are typed with a SKU that others of that shop have, too")
    assert "'Opal Studs' on Etsy" in doubled
    assert "`peg match compose OFFER SKU`" in nameless
    assert "`peg import`" in left


async def test_of_very_many_the_first_are_named_and_the_list_of_all(bench: Bench) -> None:
    await many_without_a_sku(bench.session, 40)

    (nameless,) = await told(bench)

    assert nameless.startswith("40 offers are without a SKU")
    assert "'Charm 2' on Etsy) and 37 more (`peg offers --unknown` lists all): " in nameless
