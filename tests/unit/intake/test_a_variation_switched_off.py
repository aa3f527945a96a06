"""One variation of an Etsy listing is switched off by its owner: off sale, and nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NECKLACE, Bench, etsy_ref, minute, open_bench, shopify_ref
from tests.support.doubts import asked, drifted

from peg.catalog import mirror, offers
from peg.domain.identity import LocationId
from peg.domain.offer import Shelf
from peg.ledger import overdue, questions

ATELIER = "71"
AN_HOUR = 60.0
GOLD = etsy_ref(variant="Metal=Gold")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place(ATELIER, "Atelier")
        await bench.stock(NECKLACE, 3, at=LocationId("atelier"))
        await bench.offer(shopify_ref(), NECKLACE, shows={ATELIER: 3})
        await bench.offer(GOLD, NECKLACE, shows=3)
        yield bench


async def is_left_off(bench: Bench) -> bool:
    (offer,) = await offers.of_listing(bench.session, ETSY, GOLD.listing)
    return offer.parked


@pytest.mark.parametrize("says", [3, 0])
async def test_it_is_asked_about_once_and_nothing_is_written_off(bench: Bench, says: int) -> None:
    """Whatever figure Etsy gives it meanwhile: nobody can buy it."""
    for at in (1.0, 2.0):
        await bench.read(GOLD, says, at=at, shelf=Shelf.SWITCHED_OFF)
    await overdue.close_due(bench.session, now=minute(AN_HOUR))

    level = await bench.level(NECKLACE)
    (question,) = await questions.open_questions(bench.session)
    assert (level.on_hand, level.available) == (3, 3)
    assert await is_left_off(bench)
    assert question.kind == "withdrawn_by_hand"
    assert list(question.options) == ["leave"]
    assert "switched off on etsy by hand" in question.sentence
    assert (await bench.expects(GOLD)).quantity == 3


async def test_switched_on_again_it_is_as_before_and_the_question_falls_away(bench: Bench) -> None:
    await bench.read(GOLD, 3, at=1, shelf=Shelf.SWITCHED_OFF)

    taken_for = await bench.read(GOLD, 3, at=90)

    assert taken_for == "echo"
    assert not await is_left_off(bench)
    assert await asked(bench) == []
    assert await bench.news("alert.raised") == []
    assert (await bench.expects(GOLD)).shelf is Shelf.LISTED
    assert await drifted(bench) != []  # it may have been sold elsewhere meanwhile


async def test_a_piece_sold_in_the_moment_it_was_switched_on_is_missed(bench: Bench) -> None:
    await bench.read(GOLD, 3, at=1, shelf=Shelf.SWITCHED_OFF)

    taken_for = await bench.read(GOLD, 2, at=90)

    assert taken_for == "missing"
    assert await bench.available(NECKLACE) == 2


async def test_one_switched_off_in_a_listing_that_peg_took_off_sale_is_asked_about_too(
    bench: Bench,
) -> None:
    (offer,) = await offers.of_listing(bench.session, ETSY, GOLD.listing)
    await mirror.note_shelf(bench.session, offer.id, Shelf.WITHDRAWN)

    await bench.read(GOLD, 3, at=1, shelf=Shelf.SWITCHED_OFF)
    asked_when_off = await asked(bench)
    await bench.read(GOLD, 3, at=2, shelf=Shelf.WITHDRAWN)

    assert asked_when_off == ["withdrawn_by_hand"]
    assert await asked(bench) == []
    assert not await is_left_off(bench)  # so that PEG puts the listing back when stock allows
    assert (await bench.expects(GOLD)).shelf is Shelf.WITHDRAWN
