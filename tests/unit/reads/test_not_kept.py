"""What PEG does not keep in step is told with the reason, and with what ends that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NOON, RING, Bench, open_bench
from tests.support.loose_offers import KNOWN, STONEFIELD, TWIN, loose_offers, many_without_a_sku

from peg.catalog import offers, sells_on
from peg.ledger.line_meaning import Component
from peg.reads.not_kept import Why, at_a_glance, not_kept
from peg.shops import directory
from peg.shops.directory import Status


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await loose_offers(bench.session)
        yield bench


@pytest.mark.parametrize(
    ("title", "why", "remedy"),
    [
        ("Ruby Ring", Why.PAIR, "`peg match` (pair 1)"),
        ("Opal Studs", Why.SKU_DOUBLED, "several offers are typed 'STUD-3': mend that there"),
        ("Opal Drops", Why.SKU_DOUBLED, "`peg match compose 4 SKU`"),
        ("Onyx Cuff", Why.NO_SKU, "type one there, then `peg import`"),
        ("Jade Bangle", Why.NOT_IMPORTED, "`peg import` takes it in"),
        ("Gift card", Why.NOT_COUNTED, "turn tracking on, then `peg import`"),
    ],
)
async def test_each_is_told_with_what_ends_it(
    bench: Bench, title: str, why: Why, remedy: str
) -> None:
    (told,) = [one for one in await not_kept(bench.session) if one.title.startswith(title)]

    assert told.why is why
    assert remedy in told.remedy


@pytest.mark.parametrize(
    ("tracked", "oversells", "why", "remedy"),
    [
        (False, False, Why.COUNTED_NO_MORE, 'tick "Track quantity" there'),
        (False, True, Why.COUNTED_NO_MORE, 'tick "Track quantity" there'),
        (True, True, Why.SELLS_ON, 'untick "Continue selling when out of stock" there'),
    ],
)
async def test_what_is_known_and_sells_without_end_is_among_them(
    bench: Bench, *, tracked: bool, oversells: bool, why: Why, remedy: str
) -> None:
    known = (await offers.by_refs(bench.session, [KNOWN]))[KNOWN]
    await sells_on.note(bench.session, known.id, tracked=tracked, oversells=oversells)

    (told,) = [one for one in await not_kept(bench.session) if one.offer == known.id]

    assert told.why is why
    assert remedy in told.remedy


async def test_what_is_known_is_not_among_them(bench: Bench) -> None:
    known = (await offers.by_refs(bench.session, [KNOWN]))[KNOWN]

    assert known.id not in {one.offer for one in await not_kept(bench.session)}


async def test_one_that_somebody_mapped_is_among_them_no_more(bench: Bench) -> None:
    twin = (await offers.by_refs(bench.session, [TWIN]))[TWIN]
    await offers.map_to(bench.session, {twin.id: [Component(sku=RING, quantity=1)]})

    assert twin.id not in {one.offer for one in await not_kept(bench.session)}


async def test_of_a_shop_that_a_person_took_out_nothing_waits(bench: Bench) -> None:
    left = Status.DISCONNECTED
    await directory.mark(bench.session, STONEFIELD, left, "disconnected", now=NOON)

    assert [one.title for one in await not_kept(bench.session)] == ["Gift card"]


async def test_a_glance_counts_all_and_names_the_first(bench: Bench) -> None:
    await many_without_a_sku(bench.session, 40)

    told = await at_a_glance(bench.session)

    assert (told.pairs.count, told.pairs.names) == (1, ["Ruby Ring"])
    assert (told.offers.count, told.offers.names) == (45, ["Opal Studs", "Opal Drops", "Onyx Cuff"])
    assert sum(told.by_shop.values()) == 46
