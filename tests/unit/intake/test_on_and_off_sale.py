"""Who put an offer on or off sale, and what follows from it."""

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
from tests.support.doubts import asked, chain, check_of, drifted

from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE, Shelf

SECOND = 1 / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_a_piece_that_is_back_on_sale_by_itself_is_alarmed_and_taken_off_again(
    bench: Bench,
) -> None:
    ring = await chain(bench, etsy_ref())
    await mirror.note_shelf(bench.session, ring.id, Shelf.WITHDRAWN)

    taken = await bench.look(etsy_ref(), 5)

    (alert,) = await bench.news("alert.raised")
    assert alert["name"] == "ghost_unit"
    assert f" ({NECKLACE}) is back on sale on etsy" in alert["sentence"]
    assert "`peg questions`" in alert["sentence"]
    assert not taken.explained
    assert await drifted(bench) == [ring.id]
    assert (await bench.expects(etsy_ref())).shelf is Shelf.LISTED


async def sold_out(bench: Bench, sku: Sku, pieces: int) -> Offer:
    await bench.stock(sku, pieces)
    await bench.stock(sku, -pieces)
    offer = await bench.offer(etsy_ref(), sku, shows={ANYWHERE: 0})
    await mirror.note_shelf(bench.session, offer.id, Shelf.SOLD_OUT)
    return offer


async def test_an_only_piece_that_was_sold_and_is_renewed_is_taken_off_at_first_sight(
    bench: Bench,
) -> None:
    """Whether there is another one is asked about after that, and not while it can be bought."""
    ring = await sold_out(bench, RING, 1)

    await bench.look(etsy_ref(), 1)

    assert (await bench.expects(etsy_ref())).quantity == 1  # more than the book allows: it is due
    assert ring.id in await drifted(bench)
    assert await bench.available(RING) == 0


@pytest.mark.parametrize("sold_s", [30.0, 600.0])
@pytest.mark.parametrize("looks", [1, 2])
async def test_an_only_piece_that_is_renewed_is_asked_about_once_it_is_off_again(
    bench: Bench, looks: int, sold_s: float
) -> None:
    """However often it is looked at before it is off, and also soon after it was sold."""
    ring = await renewed_ring(bench, sold_s)
    for look in range(looks):
        await bench.look(etsy_ref(), 1, at=look * SECOND)

    await taken_off(bench, ring, at=5 * SECOND)
    for at in (2.0, 4.0):
        await bench.orders_read(ETSY, at=at)
        await bench.look(etsy_ref(), 1, at=at, shelf=Shelf.WITHDRAWN)

    assert await asked(bench) == ["extra_pieces"]


async def test_what_may_be_an_old_state_from_before_its_sale_is_not_asked_about(
    bench: Bench,
) -> None:
    ring = await renewed_ring(bench, sold_s=5.0)
    await bench.look(etsy_ref(), 1)

    await taken_off(bench, ring, at=5 * SECOND)
    for at in (2.0, 4.0):
        await bench.orders_read(ETSY, at=at)
        await bench.look(etsy_ref(), 1, at=at, shelf=Shelf.WITHDRAWN)

    assert await asked(bench) == []


async def renewed_ring(bench: Bench, sold_s: float) -> Offer:
    """A ring that was sold so many seconds ago on Etsy, where it is on sale again now."""
    await bench.stock(RING, 1)
    ring = await bench.offer(etsy_ref(), RING)
    sold_at = -sold_s / 60
    order = OrderTold(created=sold_at)
    await bench.take_in(order.told(sold_at, line(etsy_ref(), committed=1)), at=sold_at)
    await mirror.note_shelf(bench.session, ring.id, Shelf.SOLD_OUT)
    return ring


async def taken_off(bench: Bench, offer: Offer, *, at: float) -> None:
    """PEG withdraws it: Etsy keeps the number it had."""
    session, now = bench.session, minute(at)
    await mirror.note_sending(session, offer.id, ANYWHERE, 0, now=now)
    withdrawn = reading_of(etsy_ref(), {ANYWHERE: 1}, shelf=Shelf.WITHDRAWN, begun_at=now)
    await mirror.note_rewritten(session, offer.id, withdrawn, now=now)


async def test_goods_in_stock_that_were_sold_out_and_are_renewed_are_believed_in_time(
    bench: Bench,
) -> None:
    await sold_out(bench, NECKLACE, 5)

    for at in (0.0, PATIENCE.receipt_lag_s / 60 + 1):
        await bench.orders_read(ETSY, at=at)
        await bench.read(etsy_ref(), 5, at=at)

    assert await bench.available(NECKLACE) == 5


async def test_what_a_person_took_off_sale_stays_off_and_is_asked(bench: Bench) -> None:
    await chain(bench, etsy_ref())

    await bench.read(etsy_ref(), 5, shelf=Shelf.WITHDRAWN)
    await bench.read(etsy_ref(), 5, shelf=Shelf.WITHDRAWN, at=1)

    assert await asked(bench) == ["withdrawn_by_hand"]
    (offer,) = await offers.of_listing(bench.session, ETSY, "22")
    assert offer.parked
    assert await bench.available(NECKLACE) == 5


async def test_what_a_person_puts_back_is_cared_for_again_and_the_question_falls_away(
    bench: Bench,
) -> None:
    ring = await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 5, shelf=Shelf.WITHDRAWN)

    await bench.read(etsy_ref(), 5, at=1)

    (offer,) = await offers.of_listing(bench.session, ETSY, "22")
    assert not offer.parked
    assert await asked(bench) == []
    assert await bench.news("alert.raised") == []
    assert await drifted(bench) == [ring.id]


async def test_our_own_withdrawal_under_way_is_not_taken_for_a_persons(bench: Bench) -> None:
    ring = await chain(bench, etsy_ref())
    await mirror.note_sending(bench.session, ring.id, ANYWHERE, 5, now=minute(0))

    taken = await bench.look(etsy_ref(), 5, shelf=Shelf.WITHDRAWN)

    (offer,) = await offers.of_listing(bench.session, ETSY, "22")
    assert taken.outdated
    assert not offer.parked
    assert await asked(bench) == []
    assert (await bench.expects(etsy_ref())).shelf is Shelf.LISTED


async def test_our_own_withdrawal_that_got_no_answer_is_seen_to_have_been_made(
    bench: Bench,
) -> None:
    ring = await chain(bench, etsy_ref())
    await mirror.note_sending(bench.session, ring.id, ANYWHERE, 5, now=minute(0))
    await mirror.note_unanswered(bench.session, ring.id, ANYWHERE)

    taken = await bench.look(etsy_ref(), 5, shelf=Shelf.WITHDRAWN)

    (offer,) = await offers.of_listing(bench.session, ETSY, "22")
    assert taken.explained
    assert not offer.parked
    assert (await bench.expects(etsy_ref())).shelf is Shelf.WITHDRAWN


async def test_a_deleted_listing_is_told_once_and_its_stock_still_counts(bench: Bench) -> None:
    await chain(bench, etsy_ref())

    await bench.read(etsy_ref(), {}, shelf=Shelf.GONE)
    await bench.read(etsy_ref(), {}, shelf=Shelf.GONE, at=1)

    assert [alert["name"] for alert in await bench.news("alert.raised")] == ["listing_gone"]
    assert await bench.available(NECKLACE) == 5


async def test_an_etsy_listing_we_wrote_is_watched_however_often_it_is_explained_before(
    bench: Bench,
) -> None:
    ring = await chain(bench, etsy_ref())
    await mirror.note_compared_and_set(bench.session, ring.id, ANYWHERE, delta=0, now=minute(0))

    await bench.read(etsy_ref(), 5, at=0.1)

    watch = await check_of(bench, ring)
    assert watch is not None
    assert watch.due_at == minute(0) + PATIENCE.receipt_lag()
    await bench.read(etsy_ref(), 5, at=2)
    assert await check_of(bench, ring) == watch  # a poll of the receipts ends it, no reading
