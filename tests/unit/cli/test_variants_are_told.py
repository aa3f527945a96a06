"""Four sizes of a ring are four offers of one title: wherever one is named, it is told which."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, Bench, OrderTold, etsy_ref, line, shopify_ref
from tests.support.command_line import peg, seed

from peg.catalog import proposals
from peg.catalog.offers import Offer
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE, Shelf
from peg.domain.proposal import Proposal
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
    found = Difference(cause=CauseClass.MISSING, action=Action.HOLD, evidence={"shown": {"": 1}})
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


async def one_is_sold_that_nobody_matched(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.stock(Sku("BAND-1"), 2)
    known, unknown = shopify_ref(), etsy_ref("100", "size 6")
    await bench.offer(known, Sku("BAND-1"), title=BAND, options=options("6"))
    await bench.offer(unknown, title=BAND, options=options("6"))
    pair = Proposal(shopify=known, etsy=unknown, confidence=83, reasons=("alike",))
    await proposals.propose(session, [pair], now=NOON)
    await bench.take_in(OrderTold().told(1, line(unknown, committed=1)), at=1)


def test_who_is_asked_which_piece_was_sold_reads_which_variant_it_was(tmp_path: Path) -> None:
    seed(tmp_path, one_is_sold_that_nobody_matched)

    (question,) = peg(tmp_path, "questions", "--json").facts

    assert question["kind"] == "which_piece"
    assert "(Gold Vermeil / Ring size 6)', and it is not sure" in question["sentence"]


@pytest.mark.parametrize("words", ["drift", "drift 2"])
def test_a_comparison_tells_which_of_them_differed(home: Path, words: str) -> None:
    ran = peg(home, *words.split(), COLUMNS="400")

    assert TOLD[1] in ran.out
    assert "Selene Beaded Wedding Band, Stacking Ring (" in ran.out
    assert "seen from" not in ran.out or "it shows 1" in ran.out


@pytest.mark.parametrize("words", ["offers", "writes"])
def test_a_program_reads_its_options(home: Path, words: str) -> None:
    found = {one["options"]["Ring size"] for one in peg(home, *words.split(), "--json").facts}

    assert found == set(SIZES)


def test_a_program_reads_which_of_them_differed(home: Path) -> None:
    (difference,) = peg(home, "drift", "2", "--json").facts["differences"]

    assert difference["options"] == options(SIZES[1])
    assert difference["evidence"] == {"shown": {"": 1}}
