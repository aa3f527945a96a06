"""A piece sold twice makes one case, in the transaction that found it, with both orders."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

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

from peg.alerts import register
from peg.ledger import cases, counter, queries
from peg.ledger.cases import all_cases

ON_SHOPIFY = OrderTold(order="1001", shop=SHOPIFY, created=1)
ON_ETSY = OrderTold(order="2002", created=2)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place("71", "Atelier")
        await bench.stock(RING, 1)
        await bench.offer(shopify_ref(), RING, shows={"71": 1})
        await bench.offer(etsy_ref(), RING, shows=1)
        yield bench


async def sell_twice(bench: Bench) -> None:
    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), 1)))
    await bench.take_in(ON_ETSY.told(2, line(etsy_ref(), 1)))


def orders_of(case: Any) -> Sequence[str]:
    return [claim["order_id"] for claim in case["orders"]]


async def test_one_case_holds_both_orders_and_one_alert_is_raised(bench: Bench) -> None:
    await sell_twice(bench)
    await bench.take_in(ON_ETSY.told(2, line(etsy_ref(), 1)))

    (case,) = await all_cases(bench.session)
    assert (case["sku"], case["oversold"]) == (RING, 1)
    assert orders_of(case) == ["1001", "2002"]
    assert (await queries.position(bench.session, RING)).oversold == 1
    assert len(await bench.news("alert.raised")) == 1


async def test_a_third_buyer_is_told_of_in_the_same_alert(bench: Bench) -> None:
    await sell_twice(bench)

    third = OrderTold(order="3003", shop=ETSY, created=3)
    await bench.take_in(third.told(3, line(etsy_ref(), 1)))

    (alert,) = await register.standing(bench.session)
    assert "was sold 2 more often" in alert.sentence
    assert len(await all_cases(bench.session)) == 1


async def test_a_second_buyer_seen_first_as_a_missing_piece_opens_the_case_at_once(
    bench: Bench,
) -> None:
    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), 1)))
    await bench.read(etsy_ref(), 0)
    (missed,) = await all_cases(bench.session)
    first_seen = orders_of(missed)

    await bench.take_in(ON_ETSY.told(2, line(etsy_ref(), 1)))

    (case,) = await all_cases(bench.session)
    assert case["id"] == missed["id"]
    assert (first_seen, orders_of(case)) == (["1001"], ["1001", "2002"])


async def test_the_order_that_was_shipped_already_stands_in_the_case_too(bench: Bench) -> None:
    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), shipped=1)))

    await bench.take_in(ON_ETSY.told(2, line(etsy_ref(), 1)))

    (case,) = await all_cases(bench.session)
    assert orders_of(case) == ["1001", "2002"]


async def test_a_cancelled_second_order_closes_the_case_which_still_tells_what_happened(
    bench: Bench,
) -> None:
    await sell_twice(bench)

    await bench.take_in(ON_ETSY.told(3, line(etsy_ref(), restocked=1)))

    assert await all_cases(bench.session) == []
    (case,) = await all_cases(bench.session, open_only=False)
    assert orders_of(case) == ["1001", "2002"]
    assert case["closed_at"] is not None
    assert case["note"]


async def test_another_piece_from_the_bench_closes_the_case(bench: Bench) -> None:
    await sell_twice(bench)

    await counter.receive(bench.session, RING, 1, who="anna", now=ON_ETSY.told(4).updated_at)

    assert await all_cases(bench.session) == []
    assert (await queries.position(bench.session, RING)).oversold == 0


async def test_a_piece_sold_in_person_and_online_makes_one_case_with_both(bench: Bench) -> None:
    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), 1)))

    await counter.sell(bench.session, RING, 1, who="anna", now=minute(5))

    (case,) = await all_cases(bench.session)
    assert (case["oversold"], len(await bench.news("alert.raised"))) == (1, 1)
    assert [(one["shop"], one["name"]) for one in case["orders"]] == [
        (SHOPIFY, "#1001"),
        ("counter", "in person, by anna"),
    ]


async def test_an_order_for_a_piece_that_was_sold_in_person_before_names_that_sale(
    bench: Bench,
) -> None:
    await counter.sell(bench.session, RING, 1, who="anna", now=minute(0))

    await bench.take_in(ON_SHOPIFY.told(1, line(shopify_ref(), 1)))

    (case,) = await all_cases(bench.session)
    assert [one["shop"] for one in case["orders"]] == ["counter", SHOPIFY]


async def test_a_third_buyer_joins_the_open_case(bench: Bench) -> None:
    await sell_twice(bench)

    await bench.take_in(OrderTold(order="3003", created=3).told(3, line(etsy_ref(), 1)))

    (case,) = await all_cases(bench.session)
    assert case["oversold"] == 2
    assert orders_of(case) == ["1001", "2002", "3003"]


async def test_stock_that_suffices_opens_no_case(bench: Bench) -> None:
    await bench.post(RING, on_hand=1)

    await sell_twice(bench)

    assert await all_cases(bench.session, open_only=False) == []
    assert await cases.claims_on(bench.session, RING) != []
