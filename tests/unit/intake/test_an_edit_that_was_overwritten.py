"""What a person typed on Etsy just before a listing was written there is not lost with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    PATIENCE,
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    reading_of,
)
from tests.support.doubts import asked, chain, check_of

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.domain.offer import ANYWHERE
from peg.ledger import questions
from peg.ledger.pieces_asked import EXTRA_PIECES

LAG = PATIENCE.receipt_lag().total_seconds() / 60
WRITTEN, SOON, LATER = 0.01, LAG / 2, LAG + 1
HALF_A_SECOND = 0.5 / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def covers(bench: Bench, offer: Offer, *, shows: int) -> None:
    """A sale on the other shop has the listing written with what the book allows."""
    await mirror.change(
        bench.session, offer.id, ANYWHERE, quantity=shows, written_at=minute(WRITTEN)
    )


async def test_a_person_is_asked_once_no_cancellation_can_explain_it(bench: Bench) -> None:
    """It was seen only once, and Etsy's reads may be old: nothing is believed of it."""
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 7)
    await covers(bench, offer, shows=4)

    await bench.read(etsy_ref(), 4, at=SOON)
    assert await asked(bench) == []
    check = await check_of(bench, offer)
    assert check is not None
    assert check.due_at == minute(0) + PATIENCE.receipt_lag()

    await bench.orders_read(ETSY, at=LATER)
    await bench.read(etsy_ref(), 4, at=LATER)
    assert await asked(bench) == [EXTRA_PIECES]
    assert await bench.available(NECKLACE) == 5


async def test_a_piece_sold_after_it_was_typed_and_cancelled_does_not_explain_it(
    bench: Bench,
) -> None:
    """Somebody was asked about it only once that sale had been heard of."""
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 6)
    await covers(bench, offer, shows=5)
    sold = OrderTold(shop=ETSY, created=SOON)
    await bench.take_in(sold.told(SOON, line(etsy_ref(), 1)), at=SOON)
    await bench.orders_read(ETSY, at=LATER)
    await bench.read(etsy_ref(), 4, at=LATER)

    await bench.take_in(sold.told(LATER + 1, line(etsy_ref(), restocked=1)), at=LATER + 1)

    assert await asked(bench) == [EXTRA_PIECES]


async def test_a_sale_within_the_second_of_the_reading_does_not_explain_it(bench: Bench) -> None:
    """Nobody had heard of it, so it was not taken off what the reading was compared with."""
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 6)
    await covers(bench, offer, shows=5)
    sold = OrderTold(shop=ETSY, created=-HALF_A_SECOND)
    await bench.take_in(sold.told(SOON, line(etsy_ref(), 1)), at=SOON)
    await bench.orders_read(ETSY, at=LATER)

    await bench.read(etsy_ref(), 4, at=LATER)

    assert await asked(bench) == [EXTRA_PIECES]


async def test_it_is_asked_about_once_only(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 7)
    await covers(bench, offer, shows=4)
    await bench.orders_read(ETSY, at=LATER)

    for at in (LATER, LATER + 1):
        await bench.read(etsy_ref(), 4, at=at)

    (question,) = await questions.open_questions(bench.session)
    assert (
        f" ({NECKLACE}) showed 7 on etsy until PEG wrote there, 2 more than PEG knows of"
        in question.sentence
    )
    assert question.evidence["more"] == 2
    assert await check_of(bench, offer) is None


async def test_it_is_not_forgotten_while_the_orders_cannot_be_read(bench: Bench) -> None:
    """Etsy is dark for an hour, and other offers show more than they should meanwhile."""
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 7)
    await covers(bench, offer, shows=4)
    await bench.read(etsy_ref(), 4, at=SOON)
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref("23"), RING)

    await bench.read(etsy_ref("23"), 2, at=60)

    await bench.orders_read(ETSY, at=61)
    await bench.read(etsy_ref(), 4, at=61)
    assert await asked(bench) == [EXTRA_PIECES]


async def test_what_a_cancelled_order_gave_back_is_not_counted_again(bench: Bench) -> None:
    offer, order = await chain(bench, etsy_ref()), OrderTold()
    await bench.take_in(order.told(-1, line(etsy_ref(), committed=2)), at=-1)
    await bench.read(etsy_ref(), 5)  # back already: two more than the three left
    await covers(bench, offer, shows=2)
    await bench.take_in(order.told(SOON, line(etsy_ref(), restocked=2)), at=SOON)
    await bench.orders_read(ETSY, at=LATER)

    await bench.read(etsy_ref(), 2, at=LATER)

    assert await asked(bench) == []
    assert await bench.available(NECKLACE) == 5


async def test_more_that_went_by_itself_was_an_old_figure(bench: Bench) -> None:
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 7)

    await bench.read(etsy_ref(), 5, at=SOON)

    await bench.orders_read(ETSY, at=LATER)
    await bench.read(etsy_ref(), 5, at=LATER)
    assert await asked(bench) == []
    assert await check_of(bench, offer) is None


async def test_one_that_was_typed_soon_after_our_own_write_is_asked_about_too(
    bench: Bench,
) -> None:
    offer = await chain(bench, etsy_ref())
    await mirror.change(bench.session, offer.id, ANYWHERE, quantity=5, written_at=minute(-0.1))
    await bench.read(etsy_ref(), 7)
    await covers(bench, offer, shows=4)
    await bench.orders_read(ETSY, at=LATER)

    await bench.read(etsy_ref(), 4, at=LATER)

    assert await asked(bench) == [EXTRA_PIECES]


async def seen_after_a_sale(bench: Bench, *, sold: float) -> list[str]:
    """What is asked when five were seen once, and one of those five had been sold before."""
    offer, order = await chain(bench, etsy_ref()), OrderTold(created=sold)
    await bench.take_in(order.told(sold, line(etsy_ref(), 1)), at=sold / 2)
    await bench.read(etsy_ref(), 5)
    await covers(bench, offer, shows=4)
    await bench.orders_read(ETSY, at=LATER)

    await bench.read(etsy_ref(), 4, at=LATER)

    return await asked(bench)


async def test_what_was_sold_a_moment_before_may_show_in_an_old_reading(bench: Bench) -> None:
    assert await seen_after_a_sale(bench, sold=-PATIENCE.old_state_s / 60) == []


async def test_a_sale_of_before_that_explains_no_piece_more(bench: Bench) -> None:
    """No reading is as old as that: a person has typed one more."""
    assert await seen_after_a_sale(bench, sold=-LAG / 2) == [EXTRA_PIECES]


async def test_of_what_an_earlier_write_put_back_nobody_is_asked(bench: Bench) -> None:
    """Two more are seen: one is a sale that the write before had covered, one was typed."""
    offer, order = await chain(bench, etsy_ref()), OrderTold(created=-LAG - 1)
    await mirror.note_sending_all(bench.session, {offer.id: 5}, now=minute(-LAG - 1))
    shown = reading_of(offer.ref, {ANYWHERE: 5})
    await mirror.note_rewritten(bench.session, offer.id, shown, now=minute(-LAG - 0.9))
    await bench.take_in(order.told(-LAG - 1, line(etsy_ref(), 1)), at=-LAG)
    await bench.read(etsy_ref(), 6)
    await covers(bench, offer, shows=4)
    await bench.orders_read(ETSY, at=LATER)

    await bench.read(etsy_ref(), 4, at=LATER)

    (question,) = await questions.open_questions(bench.session)
    assert "showed 6 on etsy until PEG wrote there, 1 more than PEG knows of" in question.sentence


async def test_what_was_written_over_and_shows_in_an_old_reading_was_not_seen_twice(
    bench: Bench,
) -> None:
    """Else it would be believed, missed by the next reading, and held for an order."""
    offer = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 6, at=-LAG - 0.1)
    await bench.orders_read(ETSY, at=0)
    await covers(bench, offer, shows=5)

    await bench.read(etsy_ref(), 6, at=WRITTEN + HALF_A_SECOND)
    await bench.read(etsy_ref(), 5, at=SOON)
    assert await bench.available(NECKLACE) == 5

    await bench.orders_read(ETSY, at=LATER)
    await bench.read(etsy_ref(), 5, at=LATER)
    (question,) = await questions.open_questions(bench.session)
    assert question.kind == EXTRA_PIECES
    assert "showed 6 on etsy until PEG wrote there, 1 more" in question.sentence
