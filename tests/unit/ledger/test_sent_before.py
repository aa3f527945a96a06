"""A parcel leaves, the shelf is counted, and PEG hears of the parcel only then.

Three rings lie there, and one of them is sold on Etsy. Its parcel leaves at minute 10; the shelf is
counted at minute 60.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
)

from peg.domain.errors import BadQuantity
from peg.domain.identity import LocationId
from peg.domain.order import OrderSnapshot
from peg.ledger import counter, queries
from peg.ledger.truths import orders_counted_wrongly

LEFT, COUNTED, HEARD = 10, 60, 90
ORDER = OrderTold(created=1)
GALLERY = LocationId("gallery")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 3)
        await bench.offer(etsy_ref(), RING, shows=3)
        yield bench


def sold(order: OrderTold = ORDER) -> OrderSnapshot:
    return order.told(1, line(etsy_ref(), committed=1))


def shipped(left: float | None = LEFT, order: OrderTold = ORDER) -> OrderSnapshot:
    told = order.told(LEFT, line(etsy_ref(), shipped=1))
    return replace(told, left_by=None if left is None else minute(left))


async def count(bench: Bench, found: int, *, sent: int = 0) -> None:
    await counter.count(bench.session, RING, found, sent=sent, who="mira", now=minute(COUNTED))


async def shelf(bench: Bench) -> tuple[int, int, int]:
    """On hand, committed, available."""
    level = await bench.level()
    return level.on_hand, level.committed, level.available


async def test_it_comes_off_once_whichever_is_heard_first(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)

    await count(bench, 2)
    assert await shelf(bench) == (2, 1, 1)  # the lower figure, until the shop tells
    await bench.take_in(shipped(), at=HEARD)

    assert await shelf(bench) == (2, 0, 2)
    (entry, *_) = await queries.history(bench.session, RING)
    assert "had left before the shelf was counted" in entry["note"]
    assert await orders_counted_wrongly(bench.session) == []


async def test_what_is_heard_before_the_count_is_counted_as_it_is(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)
    await bench.take_in(shipped(), at=LEFT)

    await count(bench, 2)

    assert await shelf(bench) == (2, 0, 2)


async def test_an_order_that_was_never_heard_of_before_comes_off_once_too(bench: Bench) -> None:
    await count(bench, 2)

    await bench.take_in(shipped(), at=HEARD)

    assert await shelf(bench) == (2, 0, 2)


async def test_what_left_after_the_count_comes_off(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)
    await count(bench, 2)  # one was lost, and the sold one lay there still

    await bench.take_in(shipped(COUNTED + 10), at=HEARD)

    assert await shelf(bench) == (1, 0, 1)


@pytest.mark.parametrize("left", [COUNTED - 4, None])
async def test_where_nobody_can_say_which_was_first_the_lower_figure_holds(
    bench: Bench, left: float | None
) -> None:
    """Etsy's clock may be some minutes behind ours."""
    await bench.take_in(sold(), at=1)
    await count(bench, 2)

    await bench.take_in(shipped(left), at=HEARD)

    assert await shelf(bench) == (1, 0, 1)


async def test_no_more_is_put_back_than_the_count_took_off(bench: Bench) -> None:
    other = OrderTold(order="5002", created=2)
    for order in (ORDER, other):
        await bench.take_in(sold(order), at=3)
    await count(bench, 2)  # one of the two had left the drawer

    for order in (ORDER, other):
        await bench.take_in(shipped(order=order), at=HEARD)

    assert await shelf(bench) == (1, 0, 1)


async def test_of_a_line_that_left_in_two_parcels_only_the_one_heard_of_late_is_put_back(
    bench: Bench,
) -> None:
    await bench.take_in(ORDER.told(1, line(etsy_ref(), committed=2)), at=1)
    await bench.take_in(ORDER.told(5, line(etsy_ref(), committed=1, shipped=1)), at=5)
    await count(bench, 0)  # the second has left by then, and another was lost

    both = replace(ORDER.told(LEFT, line(etsy_ref(), shipped=2)), left_by=minute(LEFT))
    await bench.take_in(both, at=HEARD)

    assert await shelf(bench) == (0, 0, 0)


async def test_of_two_in_one_parcel_no_more_is_put_back_than_was_found_missing(
    bench: Bench,
) -> None:
    await bench.take_in(ORDER.told(1, line(etsy_ref(), committed=2)), at=1)
    await count(bench, 2)  # a new one has come in, which nobody told

    both = replace(ORDER.told(LEFT, line(etsy_ref(), shipped=2)), left_by=minute(LEFT))
    await bench.take_in(both, at=HEARD)

    assert await shelf(bench) == (1, 0, 1)


async def test_a_count_that_found_all_is_believed(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)
    await count(bench, 3)

    await bench.take_in(shipped(), at=HEARD)

    assert await shelf(bench) == (2, 0, 2)


async def test_told_again_it_puts_nothing_back_and_returned_it_is_there_once(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)
    await count(bench, 2)
    await bench.take_in(shipped(), at=HEARD)

    await bench.take_in(replace(shipped(), updated_at=minute(HEARD)), at=HEARD + 1)
    assert await shelf(bench) == (2, 0, 2)

    await bench.take_in(ORDER.told(HEARD + 2, line(etsy_ref(), restocked=1)), at=HEARD + 2)
    assert await shelf(bench) == (3, 0, 3)


async def test_who_says_at_the_count_that_it_has_left_has_it_off_once(bench: Bench) -> None:
    await bench.take_in(sold(), at=1)

    await count(bench, 2, sent=1)
    assert await shelf(bench) == (3, 1, 2)
    await bench.take_in(shipped(), at=HEARD)

    assert await shelf(bench) == (2, 0, 2)


@pytest.mark.parametrize("sent", [-1, 2])
async def test_no_more_can_have_left_than_was_sold(bench: Bench, sent: int) -> None:
    await bench.take_in(sold(), at=1)

    with pytest.raises(BadQuantity, match="1 of RING-1"):
        await count(bench, 2, sent=sent)


async def test_what_was_counted_elsewhere_is_no_matter_of_it(bench: Bench) -> None:
    """Nobody knows from which of two shelves the parcel was taken."""
    await bench.take_in(sold(), at=1)
    await bench.post(RING, on_hand=2, at=GALLERY)
    await counter.count(bench.session, RING, 1, who="mira", location=GALLERY, now=minute(COUNTED))

    await bench.take_in(shipped(), at=HEARD)

    assert (await bench.level()).on_hand == 3
