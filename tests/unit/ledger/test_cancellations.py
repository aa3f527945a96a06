"""An order that was given up: what its shop wrote off never left the shelf."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    RING,
    SHOPIFY,
    Bench,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)
from tests.support.sold_twice import ON_ETSY, ON_SHOPIFY, priced, sold_twice

from peg.ledger import cancellations, claims, queries
from peg.ledger.cancellations import Cancellation


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await sold_twice(bench.session)
        yield bench


async def give_up(bench: Bench, shop: str) -> Cancellation:
    """The order of one shop loses; by hand, since that asks nobody."""
    case = await claims.case(bench.session, 1)
    (loser,) = [one for one in await claims.claims_of(bench.session, case) if one.shop == shop]
    await cancellations.decide(
        bench.session, 1, RING, loser, by_hand=True, who="mira", now=minute(3)
    )
    (decided,) = await cancellations.of_case(bench.session, 1)
    return decided


async def on_hand_and_committed(bench: Bench) -> tuple[int, int]:
    level = (await queries.position(bench.session, RING)).level
    return level.on_hand, level.committed


async def test_what_was_written_off_is_put_back_once_however_often_it_is_told(
    bench: Bench,
) -> None:
    await give_up(bench, SHOPIFY)

    for told_at in (4, 4, 5):
        lost = priced(line(shopify_ref(), written_off=1, at="71"))
        await bench.take_in(ON_SHOPIFY.told(told_at, lost), at=told_at)

    assert await on_hand_and_committed(bench) == (1, 1)
    (decided,) = await cancellations.of_case(bench.session, 1)
    assert (decided.outcome, decided.given_back) == ("cancelled", 1)
    case = await claims.case(bench.session, 1)
    assert case["closed_at"] is not None


async def test_what_nobody_gave_up_and_its_shop_wrote_off_is_lost(bench: Bench) -> None:
    lost = priced(line(shopify_ref(), written_off=1, at="71"))

    await bench.take_in(ON_SHOPIFY.told(4, lost), at=4)

    assert await on_hand_and_committed(bench) == (0, 1)


async def test_an_order_of_etsy_that_is_cancelled_ends_the_decision_and_the_case(
    bench: Bench,
) -> None:
    decided = await give_up(bench, ETSY)

    await bench.take_in(ON_ETSY.told(4, priced(line(etsy_ref(), restocked=1))), at=4)

    (ended,) = await cancellations.of_case(bench.session, 1)
    assert (decided.ended_at, ended.ended_at) == (None, minute(4))
    assert await on_hand_and_committed(bench) == (1, 1)


async def test_the_same_decision_twice_is_one(bench: Bench) -> None:
    first = await give_up(bench, SHOPIFY)
    second = await give_up(bench, SHOPIFY)

    assert first == second
