"""An order that was given up: what its shop wrote off never left the shelf."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
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
from tests.support.sold_twice import ON_ETSY, ON_SHOPIFY, priced, sold_twice

from peg.ledger import cancellations, claims, queries
from peg.ledger.cancellations import Cancellation, Gives

THREE = OrderTold(order="1003", shop=SHOPIFY, created=3)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await sold_twice(bench.session)
        yield bench


async def give_up(bench: Bench, shop: str) -> Cancellation:
    """The order of one shop loses; by hand, since that asks nobody."""
    case = await claims.case(bench.session, 1)
    (loser,) = [one for one in await claims.claims_of(bench.session, case) if one.shop == shop]
    gives = Gives(pieces=1, by_hand=True)
    await cancellations.decide(
        bench.session, 1, RING, loser, gives=gives, who="mira", now=minute(3)
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


async def test_what_was_heard_of_while_the_shop_was_about_to_be_asked_again_stays_noted(
    bench: Bench,
) -> None:
    decided = await give_up(bench, SHOPIFY)
    lost = priced(line(shopify_ref(), written_off=1, at="71"))
    await bench.take_in(ON_SHOPIFY.told(4, lost), at=4)

    await cancellations.sending(bench.session, decided, now=minute(5))

    (known,) = await cancellations.of_case(bench.session, 1)
    assert (known.outcome, known.sent_at) == ("cancelled", minute(5))


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


async def gives_up_one(bench: Bench, at: float) -> None:
    """A third order loses one of its rings, and keeps the rest."""
    case = await claims.case(bench.session, 1)
    found = await claims.claims_of(bench.session, case)
    (loser,) = [one for one in found if one.order == THREE.order]
    gives = Gives(pieces=1, keeps_the_rest=True, units={"1": 1})
    await cancellations.decide(
        bench.session, 1, RING, loser, gives=gives, who="mira", now=minute(at)
    )


async def of_three(bench: Bench, at: float, *, shipped: int = 0, written_off: int) -> None:
    left = 3 - shipped - written_off
    told = line(shopify_ref(), left, shipped=shipped, written_off=written_off, at="71")
    await bench.take_in(THREE.told(at, priced(told)), at=at)


async def test_an_order_gives_up_one_piece_after_another_and_each_comes_back_once(
    bench: Bench,
) -> None:
    await of_three(bench, 3, written_off=0)
    await bench.stock(RING, 2)

    await gives_up_one(bench, 4)
    await gives_up_one(bench, 5)  # typed twice: it is one decision
    await of_three(bench, 6, written_off=1)
    once = await on_hand_and_committed(bench)
    await gives_up_one(bench, 7)
    await of_three(bench, 8, written_off=2)

    assert once == (3, 4)
    assert await on_hand_and_committed(bench) == (3, 3)
    decided = await cancellations.of_case(bench.session, 1)
    assert [(one.keeps, one.given_back, one.outcome) for one in decided] == [
        (2, 1, "taken out of the order"),
        (1, 1, "taken out of the order"),
    ]
    assert (await claims.case(bench.session, 1))["closed_at"] is not None


async def test_what_was_lost_before_the_decision_or_after_it_was_sent_is_lost(
    bench: Bench,
) -> None:
    await of_three(bench, 3, written_off=0)
    await bench.stock(RING, 2)
    await of_three(bench, 3.5, written_off=1)
    broken = await on_hand_and_committed(bench)

    await gives_up_one(bench, 4)
    await of_three(bench, 5, written_off=2)
    given_up = await on_hand_and_committed(bench)
    await of_three(bench, 6, written_off=2, shipped=1)
    await of_three(bench, 7, written_off=3)

    assert (broken, given_up) == ((2, 4), (2, 3))
    assert await on_hand_and_committed(bench) == (1, 2)
