"""Four sizes of a ring are four offers of one title: wherever one is named, it is told which."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, Bench, etsy_ref, shopify_ref
from tests.support.command_line import peg, seed

from peg.catalog.offers import Offer
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE, Shelf
from peg.propagation import board
from peg.propagation.attempts import begin_attempt, record_write
from peg.propagation.retarget import retarget
from peg.reconciliation import report
from peg.reconciliation.compare import Action, CauseClass, Difference

BAND = "Selene Beaded Wedding Band, Stacking Ring"
SIZES = ("5", "5 1/2")
TOLD = ("(Gold Vermeil / Ring size 5)", "(Gold Vermeil / Ring size 5 1/2)")


def options(size: str) -> dict[str, str]:
    return {"Metal": "Gold Vermeil", "Ring size": size}


async def a_band_in_two_sizes(session: AsyncSession) -> None:
    """On Etsy kept in step, compared, written and taken off sale; on Shopify not counted."""
    bench = Bench(session)
    for number, size in enumerate(SIZES):
        sku, there = Sku(f"BAND-{number}"), shopify_ref("200", f"{number}", f"9{number}")
        await bench.stock(sku, 2)
        await bench.offer(there, title=BAND, options=options(size), tracked=False)
        ref = etsy_ref("100", f"size {size}")
        offer = await bench.offer(ref, sku, title=BAND, options=options(size))
        await retarget(session, [sku], now=NOON)
        await _compared(session, offer)
        await _written(session, offer)
        await bench.read(ref, 0, shelf=Shelf.WITHDRAWN)


async def _compared(session: AsyncSession, offer: Offer) -> None:
    run = await report.begin_run(session, offer.ref.shop, now=NOON)
    found = Difference(cause=CauseClass.MISSING, action=Action.HOLD, evidence={"shown": 1})
    await report.record_difference(
        session, run, offer=offer.id, title=offer.title, options=offer.options, found=found
    )
    await report.end_run(session, run, offers=2, outcome=report.COMPLETE, now=NOON)


async def _written(session: AsyncSession, offer: Offer) -> None:
    standing = (await board.standings(session, [offer.id]))[offer.id]
    await begin_attempt(session, f"a-{offer.id}", ETSY, [], now=NOON)
    await record_write(
        session,
        offer=offer.id,
        place=ANYWHERE,
        attempt=f"a-{offer.id}",
        before=1,
        quantity=0,
        standing=standing,
        now=NOON,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("variants")
    seed(home, a_band_in_two_sizes)
    return home


@pytest.mark.parametrize(
    "words", ["offers", "offers --unknown", "offers --behind", "writes", "questions", "doctor"]
)
def test_a_list_tells_the_one_from_the_other(home: Path, words: str) -> None:
    told = " ".join(peg(home, *words.split(), COLUMNS="400").out.split())

    assert [one for one in TOLD if one in told] == list(TOLD)


@pytest.mark.parametrize("words", ["drift", "drift 2"])
def test_a_comparison_tells_which_of_them_differed(home: Path, words: str) -> None:
    ran = peg(home, *words.split(), COLUMNS="400")

    assert TOLD[1] in ran.out
    assert "Selene Beaded Wedding Band, Stacking Ring (" in ran.out
    assert "seen from" not in ran.out or "shown 1" in ran.out


@pytest.mark.parametrize("words", ["offers", "writes"])
def test_a_program_reads_its_options(home: Path, words: str) -> None:
    found = {one["options"]["Ring size"] for one in peg(home, *words.split(), "--json").facts}

    assert found == set(SIZES)


def test_a_program_reads_which_of_them_differed(home: Path) -> None:
    (difference,) = peg(home, "drift", "2", "--json").facts["differences"]

    assert difference["options"] == options(SIZES[1])
    assert difference["evidence"] == {"shown": 1}
