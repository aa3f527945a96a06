"""More pieces than the book explains are believed late, asked about, or not believed at all."""

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
from tests.support.doubts import asked, chain, check_of, drifted

from peg.catalog import mirror
from peg.domain.offer import ANYWHERE
from peg.ledger import questions
from peg.ledger.pieces_asked import EXTRA_PIECES

SECOND = 1 / 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_more_pieces_are_never_believed_at_first_sight(bench: Bench) -> None:
    ring = await chain(bench, shopify_ref())

    seen = await bench.read(shopify_ref(), 7)

    check = await check_of(bench, ring)
    assert seen == "extra"
    assert await bench.available(NECKLACE) == 5
    assert (await bench.expects(shopify_ref())).quantity == 5
    assert check is not None
    assert check.due_at == minute(0) + PATIENCE.confirm()


async def test_more_stocked_pieces_are_believed_when_seen_again_after_the_orders(
    bench: Bench,
) -> None:
    ring = await chain(bench, shopify_ref())
    await bench.read(shopify_ref(), 7)
    await bench.orders_read(SHOPIFY, at=1)

    await bench.read(shopify_ref(), 7, at=1.1)

    assert await bench.available(NECKLACE) == 7
    assert (await bench.expects(shopify_ref())).quantity == 7
    assert await check_of(bench, ring) is None
    assert await asked(bench) == []


async def test_seen_again_without_the_orders_in_between_they_are_not_believed(
    bench: Bench,
) -> None:
    """A cancelled order may have put them back, and only the orders tell."""
    ring = await chain(bench, shopify_ref())
    await bench.orders_read(SHOPIFY, at=-1)
    await bench.read(shopify_ref(), 7)

    await bench.read(shopify_ref(), 7, at=1)

    assert await bench.available(NECKLACE) == 5
    assert await check_of(bench, ring) is not None


async def test_looks_that_follow_each_other_quickly_do_not_put_belief_off(bench: Bench) -> None:
    await chain(bench, shopify_ref())
    for second in range(3):
        await bench.read(shopify_ref(), 7, at=second * SECOND)
        await bench.orders_read(SHOPIFY, at=(second + 0.5) * SECOND)

    assert await bench.available(NECKLACE) == 7


async def test_a_doubt_that_changes_begins_anew(bench: Bench) -> None:
    await chain(bench, shopify_ref())
    await bench.read(shopify_ref(), 7)
    await bench.orders_read(SHOPIFY, at=1)

    await bench.read(shopify_ref(), 8, at=1.1)

    assert await bench.available(NECKLACE) == 5


async def test_more_at_two_places_at_once_is_believed_at_both(bench: Bench) -> None:
    for remote, name in (("71", "Atelier"), ("72", "Gallery")):
        await bench.stock(NECKLACE, 2, at=await bench.place(remote, name))
    await bench.offer(shopify_ref(), NECKLACE, shows={"71": 2, "72": 2})

    for at in (0, 1, 2, 3):
        await bench.read(shopify_ref(), {"71": 3, "72": 4}, at=at)
        await bench.orders_read(SHOPIFY, at=at + 0.5)

    assert await bench.available(NECKLACE) == 7
    assert await bench.read(shopify_ref(), {"71": 3, "72": 4}, at=4) == "echo, echo"


async def test_another_one_of_a_kind_is_asked_and_the_lower_figure_stays(bench: Bench) -> None:
    await bench.stock(RING, 1)
    ring = await bench.offer(shopify_ref(), RING)
    await bench.read(shopify_ref(), 2)
    await bench.orders_read(SHOPIFY, at=1)

    await bench.read(shopify_ref(), 2, at=1.1)

    assert await asked(bench) == ["extra_pieces"]
    assert await bench.available() == 1
    assert await drifted(bench) == [ring.id]
    assert (await bench.expects(shopify_ref())).quantity == 2


async def test_a_stale_figure_of_etsy_is_not_believed_before_every_sale_must_show(
    bench: Bench,
) -> None:
    """It may show for a while what stood there before a sale that PEG has heard of."""
    await chain(bench, etsy_ref())
    lag = PATIENCE.receipt_lag_s / 60
    for at in (0, 0.3, 0.6, 0.9 * lag):
        await bench.read(etsy_ref(), 6, at=at)
        await bench.orders_read(ETSY, at=at + SECOND)

    assert await bench.available(NECKLACE) == 5

    await bench.orders_read(ETSY, at=lag)
    await bench.read(etsy_ref(), 6, at=lag + SECOND)

    assert await bench.available(NECKLACE) == 6


async def test_more_on_etsy_is_not_believed_by_orders_that_were_read_too_early(
    bench: Bench,
) -> None:
    await chain(bench, etsy_ref())
    await bench.read(etsy_ref(), 6)
    await bench.orders_read(ETSY, at=0.5)

    await bench.read(etsy_ref(), 6, at=5)

    assert await bench.available(NECKLACE) == 5


async def test_pieces_at_a_place_that_was_never_heard_of_are_more_than_expected(
    bench: Bench,
) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.stock(NECKLACE, 5, at=atelier)
    await bench.offer(shopify_ref(), NECKLACE, shows={"71": 5})

    seen = await bench.read(shopify_ref(), {"71": 5, "73": 2})
    await bench.orders_read(SHOPIFY, at=1)
    await bench.read(shopify_ref(), {"71": 5, "73": 2}, at=1.1)

    assert seen == "echo, extra"
    assert await bench.available(NECKLACE) == 7
    assert await bench.read(shopify_ref(), {"71": 5, "73": 2}, at=2) == "echo, echo"


async def test_of_what_was_typed_before_an_order_was_given_up_she_is_asked_which_are_the_same(
    bench: Bench,
) -> None:
    """Two were typed; one piece came back later, which Etsy puts back nowhere. The lower holds."""
    offer, order = await chain(bench, etsy_ref()), OrderTold(shop=ETSY, created=0.5)
    await bench.read(etsy_ref(), 7)
    await bench.take_in(order.told(0.5, line(etsy_ref(), 1)), at=0.5)
    await bench.read(etsy_ref(), 6, at=0.6)
    await bench.take_in(order.told(1, line(etsy_ref(), restocked=1)), at=1.1)
    await mirror.change(bench.session, offer.id, ANYWHERE, aim=5)
    await bench.orders_read(ETSY, at=2)

    await bench.read(etsy_ref(), 6, at=2.5)

    assert await bench.available(NECKLACE) == 5 + 1
    (question,) = await questions.open_questions(bench.session)
    assert question.kind == EXTRA_PIECES
    assert question.evidence["more"] == 1
