"""What a shop refuses to change is told once, with the shop's own words; of very many, the list."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NOON, Bench, etsy_ref, open_bench
from tests.support.shops import APP, key_ring, shop

from peg.domain.identity import Sku
from peg.marketplaces.port import Result, Shown
from peg.propagation.refusals import note_refused
from peg.propagation.retarget import retarget
from peg.shops import directory
from peg.wiring.examination import REFUSED_SHOWN_MAX, waiting, writes
from peg.wiring.findings import Finding, State


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await directory.store(bench.session, key_ring(), shop(ETSY), APP)
        yield bench


async def refused(bench: Bench, many: int) -> None:
    """So many listings show two where one is left, and Etsy changes none of them."""
    for number in range(many):
        sku = Sku(f"RING-{number}")
        await bench.stock(sku, 1)
        offer = await bench.offer(etsy_ref(f"{22 + number}"), sku, shows=2)
        await retarget(bench.session, [sku], now=NOON)
        result = Result(ref=offer.ref, place="", shown=Shown.REFUSED, sentence="it is locked")
        await note_refused(bench.session, [(offer, result)], now=NOON)


async def told(bench: Bench) -> Sequence[Finding]:
    """What is not well, but for whose turn it is."""
    found = [
        *await writes(bench.session),
        *await waiting(bench.session, now=NOON, running=True),
    ]
    return [one for one in found if one.state is not State.WELL and one.what != "offers"]


async def test_a_refusal_is_told_once_and_as_something_bad(bench: Bench) -> None:
    await refused(bench, 1)

    (found,) = await told(bench)

    assert (found.state, found.what) == (State.BAD, "refused")
    assert "etsy refuses to change 'Piece 22 '" in found.sentence
    assert "it is locked" in found.sentence


async def test_of_very_many_it_says_how_many_more_and_what_lists_them(bench: Bench) -> None:
    await refused(bench, REFUSED_SHOWN_MAX + 2)

    found = await told(bench)

    assert [one.what for one in found] == ["refused"] * (REFUSED_SHOWN_MAX + 1)
    assert found[-1].sentence == "2 more: `peg offers --behind` lists them"
