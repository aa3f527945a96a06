"""What seems deleted is looked for twice; what is there again is cared for again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.doubts import check_of, drifted

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import LocationId, OfferRef
from peg.domain.offer import Shelf
from peg.intake import checks
from peg.propagation import board
from peg.propagation.retarget import retarget, retarget_offers

ALONE = etsy_ref()
SIZE_7 = etsy_ref(variant="Ring size=7")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def the_ring(bench: Bench, ref: OfferRef = ALONE) -> Offer:
    """On sale on both shops; one piece."""
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    ring = await bench.offer(ref, RING, shows=1)
    await retarget(bench.session, [RING], now=minute(0))
    for shop in (SHOPIFY, ETSY):
        for one in await board.dirty(bench.session, shop, now=minute(0)):
            version = one.target.version
            await board.shown(bench.session, one.offer, version, outcome="shown", now=minute(0))
    return ring


async def is_gone(bench: Bench, ref: OfferRef = ALONE) -> bool:
    return (await offers.by_refs(bench.session, [ref]))[ref].gone


async def is_given_up(bench: Bench, ref: OfferRef = ALONE) -> None:
    await bench.look(ref, 0, shelf=Shelf.GONE)
    await bench.look(ref, 0, shelf=Shelf.GONE, at=1)
    assert await is_gone(bench, ref)


async def sold_on_shopify(bench: Bench, at: float) -> None:
    order = OrderTold(shop=SHOPIFY, order="9", created=at).told(at, line(shopify_ref(), 1, at="71"))
    await bench.take_in(order, at=at)
    await retarget(bench.session, [RING], now=minute(at))


async def alarms(bench: Bench) -> list[str]:
    return [alert["name"] for alert in await bench.news("alert.raised")]


async def is_to_show(bench: Bench, ring: Offer) -> tuple[int, bool]:
    """After the retargeter has heard of it: how many, and whether it is driven there."""
    known = (await offers.by_ids(bench.session, [ring.id]))[ring.id]
    await retarget_offers(bench.session, [known], now=minute(90))
    standing = (await board.standings(bench.session, [ring.id]))[ring.id]
    return standing.target.total, standing.dirty


async def test_a_listing_that_one_look_does_not_find_is_not_given_up(bench: Bench) -> None:
    ring = await the_ring(bench)

    taken = await bench.look(etsy_ref(), 0, shelf=Shelf.GONE)

    assert not await is_gone(bench)
    assert await alarms(bench) == []
    assert not taken.explained  # nothing is raised elsewhere meanwhile
    assert taken.tells_from == minute(0) + PATIENCE.old_state()
    check = await check_of(bench, ring)
    assert check is not None
    assert check.due_at == taken.tells_from


async def test_two_looks_at_one_moment_are_one(bench: Bench) -> None:
    await the_ring(bench)

    await bench.look(etsy_ref(), 0, shelf=Shelf.GONE)
    taken = await bench.look(etsy_ref(), 0, shelf=Shelf.GONE, at=0.05)

    assert not await is_gone(bench)
    assert taken.tells_from == minute(0) + PATIENCE.old_state()


async def test_seen_in_between_it_must_be_missed_twice_again(bench: Bench) -> None:
    await the_ring(bench)

    await bench.look(etsy_ref(), 0, shelf=Shelf.GONE)
    await bench.look(etsy_ref(), 1, at=1)
    await bench.look(etsy_ref(), 0, shelf=Shelf.GONE, at=2)

    assert not await is_gone(bench)
    assert await alarms(bench) == []


async def test_what_a_person_says_was_deleted_is_believed_at_once(bench: Bench) -> None:
    ring = await the_ring(bench)
    await checks.read_again(bench.session, ring.id, due_at=minute(0), why=checks.SAID_DELETED)

    await bench.look(etsy_ref(), 0, shelf=Shelf.GONE)

    assert await is_gone(bench)


async def test_what_was_given_up_is_looked_for_once_more(bench: Bench) -> None:
    ring = await the_ring(bench)

    await is_given_up(bench)

    assert await drifted(bench) == [ring.id]  # so that it waits for no target any more
    check = await check_of(bench, ring)
    assert check is not None
    assert check.due_at <= minute(2)
    await checks.done(bench.session, ring.id)
    await bench.look(etsy_ref(), 0, shelf=Shelf.GONE, at=2)
    assert await check_of(bench, ring) is None  # and not for ever
    assert await alarms(bench) == ["listing_gone"]


@pytest.mark.parametrize("ref", [ALONE, SIZE_7], ids=["listing", "variation"])
async def test_sold_elsewhere_and_there_again_it_is_taken_off_at_once_and_alarmed(
    bench: Bench, ref: OfferRef
) -> None:
    """It was taken away for a while, renamed and renamed back, or not found by mistake."""
    ring = await the_ring(bench, ref)
    await is_given_up(bench, ref)
    await sold_on_shopify(bench, at=2)

    taken = await bench.look(ref, 1, at=3)

    assert not await is_gone(bench, ref)
    assert not taken.explained
    assert await drifted(bench) == [ring.id] * 3  # given up, there again, and on sale
    assert await is_to_show(bench, ring) == (0, True)
    assert await alarms(bench) == ["listing_gone", "ghost_unit"]
    told = (await bench.news("alert.raised"))[-1]["sentence"]
    assert "is back on sale on etsy although it was deleted" in told
    assert (await bench.expects(ref)).shelf is Shelf.LISTED
    assert await bench.available() == 0


async def test_there_again_and_not_sold_it_alarms_nobody(bench: Bench) -> None:
    ring = await the_ring(bench)
    await is_given_up(bench)

    await bench.look(etsy_ref(), 1, at=3)

    assert not await is_gone(bench)
    assert await alarms(bench) == ["listing_gone"]
    assert (await is_to_show(bench, ring))[0] == 1
    assert (await bench.look(etsy_ref(), 1, at=4)).explained
    assert await bench.available() == 1


async def test_there_again_and_off_sale_it_is_cared_for_and_nothing_is_missing(
    bench: Bench,
) -> None:
    ring = await the_ring(bench)
    await is_given_up(bench)
    await sold_on_shopify(bench, at=2)

    await bench.look(etsy_ref(), 1, at=3, shelf=Shelf.WITHDRAWN)

    assert not await is_gone(bench)
    assert await is_to_show(bench, ring) == (0, True)
    assert await alarms(bench) == ["listing_gone"]
    assert (await bench.level()).suspended == 0


async def test_sold_there_and_put_back_by_mistake_it_is_taken_off_before_anybody_is_asked(
    bench: Bench,
) -> None:
    """Its order came while it was away; the listing comes back with its piece."""
    ring = await the_ring(bench)
    await is_given_up(bench)
    order = OrderTold(order="77", created=2).told(2, line(etsy_ref(), 1))
    await bench.take_in(order, at=2)
    assert await bench.available() == 0

    await bench.look(etsy_ref(), 1, at=3)

    assert await is_to_show(bench, ring) == (0, True)
    assert (await bench.expects(etsy_ref())).quantity == 1  # so that it is written over
    assert await bench.available() == 0


async def test_there_again_with_none_since_she_knew_that_it_was_sold_nothing_is_missing(
    bench: Bench,
) -> None:
    ring = await the_ring(bench)
    await is_given_up(bench)
    await sold_on_shopify(bench, at=2)

    await bench.look(etsy_ref(), 0, at=3)

    assert (await bench.level()).suspended == 0
    assert await is_to_show(bench, ring) == (0, True)


async def test_there_again_with_fewer_than_are_left_holds_what_is_missing(bench: Bench) -> None:
    await the_ring(bench)
    await is_given_up(bench)

    await bench.look(etsy_ref(), 0, at=3)

    assert (await bench.level()).suspended == 1


async def test_a_renamed_variation_is_not_said_to_be_deleted(bench: Bench) -> None:
    await the_ring(bench, SIZE_7)

    await is_given_up(bench, SIZE_7)

    (alert,) = await bench.news("alert.raised")
    assert "renamed" in alert["sentence"]
    assert "still be for sale" in alert["sentence"]
    assert "no longer exists" not in alert["sentence"]


async def test_of_a_listing_that_is_not_found_it_is_said_that_it_may_have_been_taken_away(
    bench: Bench,
) -> None:
    await bench.stock(NECKLACE, 5)
    await bench.offer(etsy_ref(), NECKLACE, shows=5)

    await is_given_up(bench)

    (alert,) = await bench.news("alert.raised")
    assert "deleted or taken away" in alert["sentence"]
    assert await bench.available(NECKLACE) == 5
