"""What a line of an order stands for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.catalog import lines, offers
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.domain.offer import ANYWHERE
from peg.domain.order import LineSnapshot
from peg.ledger import order_rows, queries, questions
from peg.ledger.line_meaning import Component, Resolved
from peg.onboarding import answers

SIX, SEVEN = "Ring size=6", "Ring size=7"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 3)
        await bench.stock(NECKLACE, 3)
        yield bench


async def meaning(
    bench: Bench, told: LineSnapshot, *, shop: ShopId | None = None
) -> Resolved | None:
    order = OrderTold(shop=shop) if shop else OrderTold()
    found = await lines.resolve_lines(bench.session, order.told(1, told))
    return found.get(told.line)


async def id_of(bench: Bench, ref: OfferRef) -> OfferId:
    return (await offers.by_refs(bench.session, [ref]))[ref].id


async def test_the_variant_says_it(bench: Bench) -> None:
    await bench.offer(etsy_ref("22", SIX), RING)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE)

    found = await meaning(bench, line(etsy_ref("22", SEVEN), 1, sku="TYPED-ANEW"))

    assert found == Resolved(
        offer=await id_of(bench, etsy_ref("22", SEVEN)),
        components=(Component(sku=NECKLACE),),
        assumed_place=ANYWHERE,
    )


async def test_where_it_was_taken_is_assumed_only_while_nobody_tells(bench: Bench) -> None:
    for place, name in (("71", "Atelier"), ("72", "Gallery")):
        await bench.place(place, name)
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 3})

    silent = await meaning(bench, line(shopify_ref(), 1), shop=SHOPIFY)
    told = await meaning(bench, line(shopify_ref(), 1, at="71"), shop=SHOPIFY)

    assert silent is not None
    assert told is not None
    assert (silent.assumed_place, told.assumed_place) == ("72", None)


async def test_the_only_offer_of_a_listing_is_meant_whatever_its_variant_is_called(
    bench: Bench,
) -> None:
    only = await bench.offer(etsy_ref("22", SIX), RING)

    found = await meaning(bench, line(etsy_ref("22", "Size=6"), 1))

    assert found is not None
    assert (found.offer, found.sure) == (only.id, True)


async def test_an_unknown_variant_is_told_by_its_sku(bench: Bench) -> None:
    await bench.offer(etsy_ref("22", SIX), RING)
    seven = await bench.offer(etsy_ref("22", SEVEN), NECKLACE)

    found = await meaning(bench, line(etsy_ref("22", "Size=7"), 1, sku=NECKLACE))

    assert found is not None
    assert (found.offer, found.sure) == (seven.id, True)


async def test_an_unknown_variant_without_a_sku_holds_every_item_of_its_listing(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref("22", SIX), RING)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE)

    found = await meaning(bench, line(etsy_ref("22", "Size=8"), 1))

    assert found is not None
    assert found.offer is None
    assert not found.sure
    assert {part.sku for part in found.components} == {RING, NECKLACE}


async def test_an_offer_nobody_mapped_takes_none_of_its_listings_other_items(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref("22", SIX), RING)
    await bench.offer(etsy_ref("22", SEVEN))

    assert await meaning(bench, line(etsy_ref("22", SEVEN), 1)) is None


async def test_a_deleted_product_is_told_by_its_exact_sku(bench: Bench) -> None:
    by_sku = await meaning(bench, line(None, 1, sku=RING), shop=SHOPIFY)
    slipped = await meaning(bench, line(None, 1, sku=RING.lower()), shop=SHOPIFY)
    blank = await meaning(bench, line(None, 1), shop=SHOPIFY)
    other = await meaning(bench, line(None, 1, sku="RING-9"), shop=SHOPIFY)

    assert by_sku is not None
    assert (by_sku.offer, by_sku.components) == (None, (Component(sku=RING),))
    assert (slipped, blank, other) == (None, None, None)


async def test_a_sku_that_several_offers_carry_is_held_but_not_sure(bench: Bench) -> None:
    await bench.offer(shopify_ref("11", "111"), sku=RING)
    await bench.offer(shopify_ref("12", "121"), sku=RING)

    found = await meaning(bench, line(shopify_ref("11", "111"), 1, sku=RING), shop=SHOPIFY)

    assert found is not None
    assert (found.sure, found.components) == (False, (Component(sku=RING),))


async def test_one_of_several_that_carry_a_sku_is_not_sure_either_once_their_listing_is_deleted(
    bench: Bench,
) -> None:
    for variant in (SIX, SEVEN):
        await bench.offer(etsy_ref("22", variant), sku=RING)
        await offers.mark_gone(bench.session, await id_of(bench, etsy_ref("22", variant)))

    found = await meaning(bench, line(etsy_ref("22", SEVEN), 1, sku=RING))

    assert found is not None
    assert (found.sure, found.components) == (False, (Component(sku=RING),))


async def test_a_listing_that_was_made_anew_leaves_its_former_sales_sure(bench: Bench) -> None:
    await bench.offer(etsy_ref("22"), sku=RING)
    await offers.mark_gone(bench.session, await id_of(bench, etsy_ref("22")))
    await bench.offer(etsy_ref("23"), sku=RING)

    found = await meaning(bench, line(etsy_ref("22"), 1, sku=RING))

    assert found is not None
    assert (found.sure, found.components) == (True, (Component(sku=RING),))


async def test_a_line_held_as_a_whole_listing_lets_the_others_go_once_it_is_known(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref("22", SIX), RING, shows=3)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE, shows=3)
    sold = OrderTold().told(1, line(etsy_ref("22", "Size=7"), 1))
    await bench.take_in(sold)
    held = (await bench.available(RING), await bench.available(NECKLACE))
    listed = await order_rows.unresolved(bench.session)

    known = OrderTold().told(1, line(etsy_ref("22", SEVEN), 1), fetched=2)
    await bench.take_in(known)

    assert held == (2, 2)
    assert len(listed) == 1
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (3, 2)
    assert (await bench.expects(etsy_ref("22", SEVEN))).quantity == 2
    assert (await bench.expects(etsy_ref("22", SIX))).quantity == 3
    assert await order_rows.unresolved(bench.session) == []


async def test_what_was_sold_stays_what_it_was_when_the_offer_is_mapped_anew(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref(), RING, shows=3)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 1)))
    await bench.offer(etsy_ref(), NECKLACE, shows=3)

    await bench.take_in(order.told(2, line(etsy_ref(), shipped=1)))

    assert (await bench.level(RING)).on_hand == 2
    assert (await bench.level(NECKLACE)).on_hand == 3


async def test_a_line_nobody_can_assign_is_kept_and_listed(bench: Bench) -> None:
    told = line(etsy_ref("99"), 2, sku="ring one")
    done = await bench.take_in(OrderTold().told(1, told))

    (kept,) = await order_rows.unresolved(bench.session)
    assert done.lines[0].offer is None
    assert (kept["sku"], kept["committed"], kept["listing"]) == ("ring one", 2, "99")
    assert await bench.available(Sku(RING)) == 3


async def test_a_person_is_asked_which_piece_it_was_and_the_others_are_let_go(
    bench: Bench,
) -> None:
    await bench.offer(etsy_ref("22", SIX), RING, shows=3)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE, shows=3)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22", "Size=7"), 1)))
    (asked,) = await questions.open_questions(bench.session)

    await answers.answer(bench.session, asked.id, NECKLACE, who="anna", now=NOON)
    await bench.take_in(OrderTold().told(2, line(etsy_ref("22", "Size=7"), shipped=1)))

    assert asked.options == [NECKLACE, RING, "all"]
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (3, 2)
    assert (await bench.level(NECKLACE)).on_hand == 2
    assert (await bench.expects(etsy_ref("22", SEVEN))).quantity == 2
    assert await queries.wrong_sums(bench.session) == []


async def test_the_question_is_withdrawn_once_the_variant_is_known(bench: Bench) -> None:
    await bench.offer(etsy_ref("22", SIX), RING, shows=3)
    await bench.offer(etsy_ref("22", SEVEN), NECKLACE, shows=3)
    await bench.take_in(OrderTold().told(1, line(etsy_ref("22", "Size=7"), 1)))

    await bench.take_in(OrderTold().told(2, line(etsy_ref("22", SEVEN), 1)))

    assert await questions.open_questions(bench.session) == []
