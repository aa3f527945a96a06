from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    reading_of,
    shopify_ref,
)

from peg.catalog import mirror, offers, returns, sale_places
from peg.domain.identity import POOL, OfferRef
from peg.domain.offer import ANYWHERE, Shelf


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 5)
        yield bench


async def test_every_change_raises_the_version_so_that_older_readings_are_told_apart(
    bench: Bench,
) -> None:
    offer = await bench.offer(etsy_ref(), RING, shows=5)
    versions = [(await bench.expects(etsy_ref())).version]

    await mirror.note_taken(bench.session, offer.id, ANYWHERE, 1, placed_by=minute(0))
    versions.append((await bench.expects(etsy_ref())).version)
    await returns.note_may_rise(bench.session, offer.id, ANYWHERE, 1, until=minute(2))
    versions.append((await bench.expects(etsy_ref())).version)
    await mirror.note_shelf(bench.session, offer.id, Shelf.WITHDRAWN)
    versions.append((await bench.expects(etsy_ref())).version)

    assert versions == [1, 2, 3, 4]


async def test_an_applied_write_keeps_a_sale_taken_in_while_its_answer_was_on_the_way(
    bench: Bench,
) -> None:
    offer = await bench.offer(shopify_ref(), RING, shows={"71": 5})
    await mirror.note_sending(bench.session, offer.id, "71", 3, now=minute(0))
    await mirror.note_taken(bench.session, offer.id, "71", 1, placed_by=minute(0))

    await mirror.note_compared_and_set(bench.session, offer.id, "71", delta=-2, now=NOON)

    row = await bench.expects(shopify_ref(), "71")
    assert (row.quantity, row.pending, row.written_at) == (2, None, NOON)


async def test_a_refused_write_leaves_the_figure(bench: Bench) -> None:
    offer = await bench.offer(shopify_ref(), RING, shows={"71": 5})
    await mirror.note_sending(bench.session, offer.id, "71", 3, now=minute(0))
    under_way = await bench.expects(shopify_ref(), "71")

    await mirror.note_not_sent(bench.session, offer.id, "71")

    row = await bench.expects(shopify_ref(), "71")
    assert (under_way.quantity, under_way.pending) == (5, 3)
    assert (row.quantity, row.pending) == (5, None)


async def test_a_rewritten_listing_shows_what_was_read_back(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING, shows=5)
    read_back = reading_of(etsy_ref(), {ANYWHERE: 2}, shelf=Shelf.WITHDRAWN)

    await mirror.note_rewritten(bench.session, offer.id, read_back, now=NOON)

    row = await bench.expects(etsy_ref())
    assert (row.quantity, row.shelf) == (2, Shelf.WITHDRAWN)


async def test_a_return_that_its_shop_did_not_tell_of_is_unsure_until_all_is_back(
    bench: Bench,
) -> None:
    offer = await bench.offer(shopify_ref(), RING, shows={"71": 5})
    unsure = []

    for pieces, sure in ((1, True), (1, False)):
        await returns.note_may_rise(
            bench.session, offer.id, "71", pieces, until=minute(2), sure=sure
        )
        unsure.append((await bench.expects(shopify_ref(), "71")).rise_unsure)
    for pieces in (1, 1):
        await returns.note_risen(bench.session, offer.id, "71", pieces)
        unsure.append((await bench.expects(shopify_ref(), "71")).rise_unsure)

    assert unsure == [False, True, True, False]


async def test_returns_are_expected_until_a_reading_after_their_time(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING, shows=5)
    await returns.note_may_rise(bench.session, offer.id, ANYWHERE, 2, until=minute(2))
    await returns.note_risen(bench.session, offer.id, ANYWHERE, 1)

    early = await returns.overdue_rises(bench.session, now=minute(1))
    late = await returns.overdue_rises(bench.session, now=minute(2))
    await returns.forget_rise(bench.session, offer.id, ANYWHERE)

    assert (early, late) == ([], [offer.id])
    assert (await bench.expects(etsy_ref())).may_rise == 0
    assert await returns.overdue_rises(bench.session, now=minute(99)) == []


async def test_a_sale_is_taken_where_the_marketplace_says_else_where_most_are_shown(
    bench: Bench,
) -> None:
    await bench.place("71", "Atelier")
    await bench.place("72", "Gallery")
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 4})
    order = OrderTold(shop=SHOPIFY, order="1")
    await bench.take_in(order.told(1, line(shopify_ref(), 1, at="71")))
    told = (await bench.expects(shopify_ref(), "71")).quantity

    await bench.take_in(OrderTold(shop=SHOPIFY, order="2").told(1, line(shopify_ref(), 2)))

    assert told == 0
    assert (await bench.expects(shopify_ref(), "72")).quantity == 2


async def test_an_offer_may_stand_at_places_where_it_shows_nothing(bench: Bench) -> None:
    shows, stands, single = (shopify_ref(one, f"{one}1") for one in ("11", "12", "13"))
    await bench.offer(shows, RING, shows={"71": 1, "72": 4})
    await bench.offer(stands, RING, shows={"71": 1, "72": 0})
    await bench.offer(single, RING, shows={"71": 1})

    async def at_several(*refs: OfferRef, showing: bool) -> bool:
        return await sale_places.several_places(bench.session, SHOPIFY, refs, showing=showing)

    assert await at_several(single, shows, showing=True)
    assert not await at_several(single, stands, showing=True)
    assert await at_several(single, stands, showing=False)
    assert not await at_several(single, showing=False)
    assert not await at_several(showing=False)


async def test_places_are_linked_to_ours_and_strange_ones_to_the_pool(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    here = await bench.offer(shopify_ref(), RING, shows={"71": 1, "79": 4})
    there = await bench.offer(etsy_ref(), RING)

    places = await mirror.places_of(bench.session, [here, there])

    assert places[here.id] == {"71": atelier, "79": POOL}
    assert places[there.id] == {ANYWHERE: None}
    assert await mirror.location_of(bench.session, here, "71") == atelier
    assert await mirror.location_of(bench.session, there, ANYWHERE) == POOL


async def test_a_deleted_offer_is_on_sale_no_more(bench: Bench) -> None:
    """Nothing is read there any more, so what is expected of it stays what it was."""
    ring = await bench.offer(etsy_ref(), RING, shows=1)
    before = await mirror.on_sale(bench.session)

    await offers.mark_gone(bench.session, ring.id)

    assert before == {ETSY: (1, 1)}
    assert await mirror.on_sale(bench.session) == {}
