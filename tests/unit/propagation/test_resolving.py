"""Which orders of a case PEG cancels itself, and which it leaves to the person."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
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
from tests.support.shops import APP, key_ring, shop

from peg.domain.claim import Policy
from peg.domain.order import LineSnapshot
from peg.ledger import cancellations
from peg.propagation.resolving import (
    NOT_GRANTED,
    ON_ETSY,
    TAKES_MORE,
    GivenUpAlready,
    NotClear,
    decide,
    plan,
)
from peg.shops import directory
from peg.shops.scopes import CANCELLING

ON_SHOPIFY = OrderTold(order="1001", shop=SHOPIFY, created=1)
ON_ETSY_TOO = OrderTold(order="2002", created=2)
THIRD = OrderTold(order="2003", created=3)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place("71", "Atelier")
        await bench.stock(RING, 1)
        await bench.stock(NECKLACE, 3)
        await bench.offer(shopify_ref(), RING, shows={"71": 1})
        await bench.offer(shopify_ref("12", "121", "1211"), NECKLACE, shows={"71": 3})
        await bench.offer(shopify_ref("13", "131", "1311"), RING, NECKLACE, shows={"71": 1})
        await bench.offer(etsy_ref(), RING, shows=1)
        yield bench


async def connect(bench: Bench, *scopes: str) -> None:
    connected = replace(shop(SHOPIFY), scopes=frozenset(scopes))
    await directory.store(bench.session, key_ring(), connected, APP)


async def sell(bench: Bench, *lines: LineSnapshot) -> None:
    """On Shopify these lines, and then the ring on Etsy."""
    await bench.take_in(ON_SHOPIFY.told(1, *lines), at=1)
    await bench.take_in(ON_ETSY_TOO.told(2, line(etsy_ref(), 1)), at=2)


async def by_hand(bench: Bench, *keep: str) -> list[str]:
    """Why those who lose are left to the person; empty where PEG cancels the order."""
    made = await plan(bench.session, 1, keep, policy=Policy.EARLIEST_PAID)
    return [one.by_hand for one in made.give_up]


async def test_an_order_of_the_ring_alone_is_cancelled_by_peg(bench: Bench) -> None:
    await connect(bench, CANCELLING)
    await sell(bench, line(shopify_ref(), 1, at="71"))

    assert await by_hand(bench, "2002") == [""]
    assert await by_hand(bench, "1001") == [ON_ETSY]


async def test_without_the_right_to_cancel_it_is_left_to_the_person(bench: Bench) -> None:
    await connect(bench, "read_orders")
    await sell(bench, line(shopify_ref(), 1, at="71"))

    assert await by_hand(bench, "2002") == [NOT_GRANTED]


async def test_an_order_that_takes_another_piece_too_is_never_cancelled_whole(
    bench: Bench,
) -> None:
    await connect(bench, CANCELLING)
    necklace = shopify_ref("12", "121", "1211")
    await sell(bench, line(shopify_ref(), 1, at="71"), line(necklace, 1, line="2", at="71"))

    assert await by_hand(bench, "2002") == [TAKES_MORE]


async def test_nor_is_one_of_a_set_in_which_the_ring_is_a_part(bench: Bench) -> None:
    """Cancelled without a restock, its other pieces would count as lost."""
    await connect(bench, CANCELLING)
    await sell(bench, line(shopify_ref("13", "131", "1311"), 1, at="71"))

    assert await by_hand(bench, "2002") == [TAKES_MORE]


async def test_an_order_of_more_than_are_missing_keeps_what_it_can_have(bench: Bench) -> None:
    await connect(bench, CANCELLING)
    await bench.stock(RING, 1)
    await sell(bench, line(shopify_ref(), 2, at="71"))

    (why,) = await by_hand(bench, "2002")

    assert why == "it takes 2 pieces, of which no more than 1 are missing"


async def test_a_person_who_decides_otherwise_is_heard_until_a_shop_was_asked(
    bench: Bench,
) -> None:
    await connect(bench, CANCELLING)
    await sell(bench, line(shopify_ref(), 1, at="71"))
    first = await plan(bench.session, 1, ["1001"], policy=Policy.ASK)
    other = await plan(bench.session, 1, ["2002"], policy=Policy.ASK)

    await decide(bench.session, first, who="mira", now=minute(3))
    await decide(bench.session, other, who="mira", now=minute(4))
    (decided,) = await cancellations.of_case(bench.session, 1)
    await cancellations.sending(bench.session, decided, now=minute(5))

    assert decided.order_id == "1001"
    with pytest.raises(GivenUpAlready):
        await decide(bench.session, first, who="mira", now=minute(6))


async def test_who_wants_to_be_asked_names_all_that_are_kept(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await sell(bench, line(shopify_ref(), 1, at="71"))
    await bench.take_in(THIRD.told(3, line(etsy_ref(), 1)), at=3)

    with pytest.raises(NotClear, match="does not say who loses"):
        await plan(bench.session, 1, ["1001"], policy=Policy.ASK)
    made = await plan(bench.session, 1, ["1001", "2003"], policy=Policy.ASK)

    assert [one.claim.order for one in made.give_up] == ["2002"]
