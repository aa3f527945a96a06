"""A sale on Etsy whose variation is called as one piece, and has the SKU of another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    RING,
    Bench,
    OrderTold,
    line,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.renamings import (
    AS_THEY_WERE,
    BANGLE,
    SIZE_6,
    SIZE_7,
    SIZE_8,
    is_read,
    open_three_sizes,
    shows,
    stand,
)

from peg.domain.identity import Sku
from peg.domain.order import LineSnapshot
from peg.intake import checks
from peg.intake.orders import MISNAMED
from peg.ledger import order_rows, queries, questions

ORDER = OrderTold(shop=SIZE_6.shop)
RING_CALLED_7 = line(SIZE_7, 1, sku=RING)
"""The ring was sold once it was called size 7: PEG knows the necklace by that."""


@pytest.fixture
async def sizes(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_three_sizes(tmp_path) as bench:
        yield bench


async def left(bench: Bench) -> list[int]:
    """What may still be promised of the ring, the necklace and the bangle."""
    return [await bench.available(sku) for sku in (RING, NECKLACE, BANGLE)]


async def asked(bench: Bench) -> list[str]:
    return [one.sentence for one in await questions.open_questions(bench.session)]


async def test_until_the_listing_is_seen_both_pieces_are_held(sizes: Bench) -> None:
    await sizes.take_in(ORDER.told(0, RING_CALLED_7))

    assert await left(sizes) == [0, 0, 1]
    (question,) = await asked(sizes)
    assert "PEG holds NECK-2, RING-1" in question
    assert "its SKU (RING-1) of another" in question
    due = await checks.take_due(sizes.session, now=NOON)
    assert [check.why for check in due] == [MISNAMED]


async def test_names_that_are_seen_to_have_shifted_tell_which_it_was(sizes: Bench) -> None:
    await sizes.take_in(ORDER.told(0, RING_CALLED_7))

    await is_read(sizes, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, BANGLE))

    assert await stand(sizes) == {"Size=7": RING, "Size=6": NECKLACE, "Size=8": BANGLE}
    assert await left(sizes) == [0, 1, 1]
    assert await asked(sizes) == []
    assert await order_rows.unresolved(sizes.session) == []
    assert (await sizes.expects(SIZE_7)).quantity == 0
    assert await queries.wrong_sums(sizes.session) == []


async def test_a_sku_that_was_typed_twice_is_asked_about(sizes: Bench) -> None:
    await sizes.take_in(ORDER.told(0, RING_CALLED_7))

    await is_read(sizes, shows(SIZE_6), shows(SIZE_7), shows(SIZE_8, BANGLE))

    assert await stand(sizes) == AS_THEY_WERE
    assert await left(sizes) == [0, 0, 1]
    assert len(await asked(sizes)) == 1


async def test_a_variation_with_the_sku_of_a_piece_from_elsewhere_is_asked_about(
    sizes: Bench,
) -> None:
    brooch = Sku("BROOCH-9")
    await sizes.stock(brooch, 1)

    await sizes.take_in(ORDER.told(0, line(SIZE_7, 1, sku=brooch)))

    assert (await left(sizes), await sizes.available(brooch)) == ([1, 0, 1], 0)
    assert len(await asked(sizes)) == 1


@pytest.mark.parametrize(
    "sold",
    [
        line(SIZE_7, 1),
        line(SIZE_7, 1, sku="neck-2 "),
        line(SIZE_7, 1, sku="TYPED-ANEW"),
    ],
    ids=["no SKU", "its own, typed carelessly", "one that nothing has"],
)
async def test_a_sku_that_names_nothing_else_leaves_the_name_to_tell(
    sizes: Bench, sold: LineSnapshot
) -> None:
    await sizes.take_in(ORDER.told(0, sold))

    assert await left(sizes) == [1, 0, 1]
    assert await asked(sizes) == []


async def test_what_a_person_matched_against_its_sku_is_what_she_said(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        for sku in (RING, NECKLACE):
            await bench.stock(sku, 1)
        await bench.offer(SIZE_6, RING, sku=NECKLACE)

        await bench.take_in(ORDER.told(0, line(SIZE_6, 1, sku=NECKLACE)))

        assert [await bench.available(sku) for sku in (RING, NECKLACE)] == [0, 1]


async def test_on_shopify_a_variant_is_known_by_its_number(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        for sku in (RING, NECKLACE):
            await bench.stock(sku, 1)
        ref = shopify_ref()
        await bench.offer(ref, RING)
        await bench.offer(shopify_ref(variant="112", stock_unit="1112"), NECKLACE)

        order = OrderTold(shop=ref.shop)
        await bench.take_in(order.told(0, line(ref, 1, sku=NECKLACE)))

        assert [await bench.available(sku) for sku in (RING, NECKLACE)] == [0, 1]


async def test_of_what_was_sold_before_all_was_counted_the_name_tells(sizes: Bench) -> None:
    """It is inside the first figures of either."""
    order = OrderTold(shop=SIZE_6.shop, created=-90)
    assert order.told(0).created_at < minute(-60)

    await sizes.take_in(order.told(0, RING_CALLED_7))

    assert await left(sizes) == [1, 1, 1]
    assert await asked(sizes) == []
