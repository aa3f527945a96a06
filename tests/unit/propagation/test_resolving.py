"""Which orders of a case PEG cancels itself, and which it leaves to the person."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    PRICE,
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
from tests.support.sold_twice import priced

from peg.domain.claim import Policy
from peg.domain.order import LineSnapshot
from peg.ledger import cancellations
from peg.propagation.giving_up import IN_A_SET, NOT_GRANTED, ON_ETSY, SENT_IN_PART, GivenUp
from peg.propagation.resolving import GivenUpAlready, NotClear, decide, plan
from peg.shops import directory
from peg.shops.scopes import CANCELLING

ON_SHOPIFY = OrderTold(order="1001", shop=SHOPIFY, created=1)
ON_ETSY_TOO = OrderTold(order="2002", created=2)
THIRD = OrderTold(order="2003", created=3)
NECKLACES = shopify_ref("12", "121", "1211")


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


async def given_up(bench: Bench, *keep: str) -> Sequence[GivenUp]:
    """What those give up who are not kept."""
    return (await plan(bench.session, 1, keep, policy=Policy.EARLIEST_PAID)).give_up


async def by_hand(bench: Bench, *keep: str) -> list[str]:
    """Why those who lose are left to the person; empty where PEG cancels the order."""
    return [one.by_hand for one in await given_up(bench, *keep)]


async def test_an_order_of_the_ring_alone_is_cancelled_by_peg(bench: Bench) -> None:
    await connect(bench, CANCELLING)
    await sell(bench, line(shopify_ref(), 1, at="71"))

    assert await by_hand(bench, "2002") == [""]
    assert await by_hand(bench, "1001") == [ON_ETSY]


async def test_without_the_right_to_cancel_it_is_left_to_the_person(bench: Bench) -> None:
    await connect(bench, "read_orders")
    await sell(bench, line(shopify_ref(), 1, at="71"))

    assert await by_hand(bench, "2002") == [NOT_GRANTED]


async def test_an_order_that_takes_another_piece_too_loses_the_ring_alone(bench: Bench) -> None:
    await connect(bench, CANCELLING)
    ring = priced(line(shopify_ref(), 1, at="71"))
    await sell(bench, ring, priced(line(NECKLACES, 1, line="2", at="71")))

    (one,) = await given_up(bench, "2002")

    assert (one.by_hand, one.pieces, one.units) == ("", 1, {"1": 1})
    assert one.pays_back == PRICE
    assert one.keeps_the_rest


async def test_without_the_right_to_cancel_a_part_is_left_to_the_person_too(bench: Bench) -> None:
    await connect(bench, "read_orders")
    await sell(bench, line(shopify_ref(), 1, at="71"), line(NECKLACES, 1, line="2", at="71"))

    assert await by_hand(bench, "2002") == [NOT_GRANTED]


async def test_a_set_in_which_the_ring_is_a_part_is_left_to_the_person(bench: Bench) -> None:
    """Taken out without a restock, its other pieces would count as lost."""
    await connect(bench, CANCELLING)
    await sell(bench, line(shopify_ref("13", "131", "1311"), 1, at="71"))

    (one,) = await given_up(bench, "2002")

    assert (one.by_hand, one.keeps_the_rest) == (IN_A_SET, True)


async def test_an_order_of_more_than_are_missing_keeps_what_it_can_have(bench: Bench) -> None:
    await connect(bench, CANCELLING)
    await bench.stock(RING, 1)
    await sell(bench, priced(line(shopify_ref(), 2, at="71")))

    (one,) = await given_up(bench, "2002")

    assert (one.by_hand, one.pieces, one.units) == ("", 1, {"1": 1})
    assert one.pays_back == PRICE


async def test_of_a_line_that_was_sent_in_part_nothing_is_asked_for(bench: Bench) -> None:
    """Shopify would take back what was sent."""
    await connect(bench, CANCELLING)
    await bench.stock(RING, 1)
    await sell(bench, line(shopify_ref(), 1, at="71", shipped=1))

    assert await by_hand(bench, "2002") == [SENT_IN_PART]


async def test_two_losers_give_up_no_more_than_is_missing(bench: Bench) -> None:
    """The last to buy gives up all it has, and the one before what is still missing."""
    await connect(bench, CANCELLING)
    await bench.stock(RING, 3)
    later = OrderTold(order="1003", shop=SHOPIFY, created=3)
    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), 3, at="71")), at=1)
    await bench.take_in(ON_ETSY_TOO.told(2, line(etsy_ref(), 2)), at=2)
    await bench.take_in(later.told(3, line(shopify_ref(), 1, at="71")), at=3)

    found = await given_up(bench, "2002")

    assert [(one.claim.order, one.pieces, one.units) for one in found] == [
        ("1001", 1, {"1": 1}),
        ("1003", 1, {}),
    ]


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
