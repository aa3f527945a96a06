"""Targets follow the book: of every offer of an item, and of no other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.support.bench import (
    NECKLACE,
    NOON,
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.catalog import offers, rules, tables
from peg.catalog.offers import Offer
from peg.catalog.rules import Rule
from peg.domain.identity import Channel, Sku
from peg.propagation import board
from peg.propagation.retarget import retarget


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def targets(bench: Bench, *wanted: Offer) -> list[int | None]:
    """What each should show; None where it has no target."""
    found = await board.standings(bench.session, [offer.id for offer in wanted])
    return [found[one.id].target.total if one.id in found else None for one in wanted]


async def of_both(bench: Bench, sku: Sku, pieces: int) -> tuple[Offer, Offer]:
    await bench.stock(sku, pieces, at=await bench.place("71", "Atelier"))
    number = sku.rpartition("-")[2]
    mine = await bench.offer(shopify_ref(f"1{number}", f"11{number}"), sku, shows={"71": pieces})
    return mine, await bench.offer(etsy_ref(f"2{number}"), sku, shows=pieces)


async def test_every_offer_of_an_item_gets_its_target(bench: Bench) -> None:
    on_shopify, on_etsy = await of_both(bench, RING, 3)

    changed = await retarget(bench.session, [RING], now=NOON)

    assert set(changed) == {on_shopify.id, on_etsy.id}
    assert await targets(bench, on_shopify, on_etsy) == [3, 3]


async def test_a_sale_changes_the_targets_of_what_it_took_and_of_nothing_else(bench: Bench) -> None:
    ring, ring_on_etsy = await of_both(bench, RING, 1)
    necklace, _ = await of_both(bench, NECKLACE, 4)
    await retarget(bench.session, [RING, NECKLACE], now=NOON)

    await bench.take_in(OrderTold().told(1, line(etsy_ref("21"), 1)))
    changed = await retarget(bench.session, [RING, NECKLACE], now=NOON)

    assert set(changed) == {ring.id, ring_on_etsy.id}
    assert (await board.standings(bench.session, [necklace.id]))[necklace.id].target.version == 1
    assert await targets(bench, ring, ring_on_etsy) == [0, 0]


async def test_nothing_changed_means_no_target_changed(bench: Bench) -> None:
    await of_both(bench, RING, 2)
    await retarget(bench.session, [RING], now=NOON)

    assert await retarget(bench.session, [RING], now=NOON) == []


async def test_a_set_shows_no_more_than_its_scarcest_part(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 5)
    both = await bench.offer(etsy_ref("33"), RING, NECKLACE, NECKLACE)

    await retarget(bench.session, [NECKLACE], now=NOON)
    whole = await targets(bench, both)
    await bench.post(RING, on_hand=-1)
    await retarget(bench.session, [RING], now=NOON)

    assert (whole, await targets(bench, both)) == ([1], [0])


async def test_an_offer_nobody_mapped_has_no_target(bench: Bench) -> None:
    await bench.stock(RING, 1)
    stranger = await bench.offer(etsy_ref("99"))

    await retarget(bench.session, [RING], now=NOON)

    assert await targets(bench, stranger) == [None]


async def test_an_offer_that_its_marketplace_does_not_count_has_no_target(bench: Bench) -> None:
    on_shopify, on_etsy = await of_both(bench, RING, 1)
    row = tables.offers.c.id == on_shopify.id
    await bench.session.execute(update(tables.offers).where(row).values(tracked=False))

    await retarget(bench.session, [RING], now=NOON)

    assert await targets(bench, on_shopify, on_etsy) == [None, 1]


async def test_an_offer_that_is_gone_gets_no_new_target(bench: Bench) -> None:
    _, on_etsy = await of_both(bench, RING, 1)
    await offers.mark_gone(bench.session, on_etsy.id)

    await retarget(bench.session, [RING], now=NOON)

    assert await targets(bench, on_etsy) == [None]


async def test_what_a_rule_keeps_back_is_shown_to_nobody_there(bench: Bench) -> None:
    on_shopify, on_etsy = await of_both(bench, NECKLACE, 4)
    await rules.set_rule(bench.session, rules.ALL, Channel.ETSY, Rule(buffer=1, cap=2))

    await retarget(bench.session, [NECKLACE], now=NOON)

    found = await board.standings(bench.session, [on_etsy.id])
    assert await targets(bench, on_shopify, on_etsy) == [4, 2]
    assert found[on_etsy.id].target.why == (
        "1 kept back from this channel",
        "at most 2 shown on this channel",
    )


async def test_etsy_is_never_asked_to_show_more_than_it_takes(bench: Bench) -> None:
    on_shopify, on_etsy = await of_both(bench, RING, 1_500)

    await retarget(bench.session, [RING], now=NOON)

    assert await targets(bench, on_shopify, on_etsy) == [1_500, 999]
