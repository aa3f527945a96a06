"""An app takes units out of an order and pays for them: what Shopify does, and what it does not."""

from typing import Any

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal
from tests.unit.marketsim.shopify.test_orders import stock

from marketsim.market import OrderId


def two_chains(shop: Rehearsal, *, pays: bool = True) -> OrderId:
    order = shop.shopify.market.buy(shop.unit("CHAIN"), 2)
    if pays:
        shop.shopify.market.pay(order)
    return order


async def line_of(shop: Rehearsal, order: OrderId) -> dict[str, Any]:
    (line,) = (await shop.data("OrderById", id=order))["order"]["lineItems"]["nodes"]
    found: dict[str, Any] = line
    return found


async def row_of(shop: Rehearsal, order: OrderId, quantity: int = 1) -> dict[str, Any]:
    line = await line_of(shop, order)
    return {"lineItemId": line["id"], "quantity": quantity, "restockType": "NO_RESTOCK"}


async def suggested(shop: Rehearsal, order: OrderId, quantity: int = 1) -> Any:
    lines = [await row_of(shop, order, quantity)]
    data = await shop.data("WhatARefundWouldPay", id=order, lines=lines)
    return data["order"]["suggestedRefund"]


async def one_back(shop: Rehearsal, order: OrderId, **changed: Any) -> dict[str, Any]:
    """What an app says that takes one unit out and pays what is suggested, but for `changed`."""
    pays = [
        {
            "orderId": order,
            "kind": "REFUND",
            "gateway": one["gateway"],
            "parentId": one["parentTransaction"]["id"],
            "amount": one["amountSet"]["shopMoney"]["amount"],
        }
        | changed
        for one in (await suggested(shop, order))["suggestedTransactions"]
    ]
    return {
        "orderId": order,
        "note": "sold twice",
        "refundLineItems": [await row_of(shop, order)],
        "transactions": pays,
    }


async def refund(shop: Rehearsal, given: dict[str, Any], key: str = "k1") -> list[str]:
    made = (await shop.data("RefundMake", input=given, key=key))["refundCreate"]
    return [error["message"] for error in made["userErrors"]]


async def test_units_leave_the_order_unstocked_and_are_paid_back_as_suggested(
    shop: Rehearsal,
) -> None:
    order = two_chains(shop)

    assert await refund(shop, await one_back(shop, order)) == []

    line = await line_of(shop, order)
    assert (line["currentQuantity"], line["unfulfilledQuantity"]) == (1, 1)
    assert stock(shop, "CHAIN") == (3, 1, 4)
    (made,) = (await shop.data("RefundsOfOrder", id=order))["order"]["refunds"]
    assert (made["note"], made["totalRefundedSet"]["shopMoney"]["amount"]) == (
        "sold twice",
        "49.99",
    )
    (payment,) = made["transactions"]["nodes"]
    assert payment["status"] == "SUCCESS"
    assert (await suggested(shop, order, 2)) is None


async def test_an_app_that_names_no_payment_pays_nothing_back(shop: Rehearsal) -> None:
    order = two_chains(shop)

    await refund(shop, await one_back(shop, order) | {"transactions": []})

    found = (await shop.data("OrderById", id=order))["order"]
    assert found["totalRefundedSet"]["shopMoney"]["amount"] == "0.00"
    assert found["displayFinancialStatus"] == "PAID"


async def test_for_an_order_that_is_not_paid_no_payment_is_suggested(shop: Rehearsal) -> None:
    order = two_chains(shop, pays=False)

    assert (await suggested(shop, order))["suggestedTransactions"] == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": "100.00"}, "Refund amount cannot exceed the available amount"),
        ({"amount": "0.00"}, "Amount must be greater than zero"),
        ({"amount": "-49.99"}, "Amount must be greater than zero"),
        ({"kind": "SALE"}, "Transactions must be refunds of this order"),
        ({"gateway": "cash"}, "Parent transaction is not a payment of this order"),
        ({"parentId": None}, "Parent transaction is not a payment of this order"),
    ],
)
async def test_a_payment_that_cannot_be_made_is_refused_with_all_of_the_refund(
    shop: Rehearsal, changed: dict[str, Any], why: str
) -> None:
    order = two_chains(shop)

    assert await refund(shop, await one_back(shop, order, **changed)) == [why]

    assert (await line_of(shop, order))["currentQuantity"] == 2
    assert stock(shop, "CHAIN") == (3, 2, 5)


async def test_of_a_line_that_was_sent_in_part_an_app_refunds_what_was_sent_first(
    shop: Rehearsal,
) -> None:
    """In the admin a person says which; no version of the API has a word for it."""
    order = shop.shopify.market.buy(shop.unit("CHAIN"), 7)
    shop.shopify.market.pay(order)
    (kept,) = shop.shopify.shop.store.orders.values()
    near, _far = kept.lines[0].allocations
    near.fulfilled = near.open

    await refund(shop, await one_back(shop, order))

    line = await line_of(shop, order)
    assert (near.fulfilled, line["currentQuantity"], line["unfulfilledQuantity"]) == (5, 6, 2)


@pytest.mark.parametrize(("trap", "waiting"), [(1, 2), (0, 1)], ids=["on", "off"])
async def test_what_is_refunded_without_a_restock_may_stay_among_what_is_to_be_shipped(
    shop: Rehearsal, trap: int, waiting: int
) -> None:
    order = two_chains(shop)
    shop.switch(refund_keeps_fulfillable=trap)

    await refund(shop, await one_back(shop, order))

    line = await line_of(shop, order)
    assert (line["currentQuantity"], line["unfulfilledQuantity"]) == (1, waiting)


@pytest.mark.parametrize(("trap", "paid"), [(1, "0.00"), (0, "49.99")], ids=["on", "off"])
async def test_a_refund_may_stand_and_its_payment_fail(
    shop: Rehearsal, trap: int, paid: str
) -> None:
    order = two_chains(shop)
    shop.switch(refund_payment_fails=trap)

    await refund(shop, await one_back(shop, order))

    (made,) = (await shop.data("RefundsOfOrder", id=order))["order"]["refunds"]
    (payment,) = made["transactions"]["nodes"]
    assert payment["status"] == ("FAILURE" if trap else "SUCCESS")
    assert made["totalRefundedSet"]["shopMoney"]["amount"] == paid
    assert (await line_of(shop, order))["currentQuantity"] == 1


@pytest.mark.parametrize(("trap", "left"), [(1, 2), (0, 1)], ids=["on", "off"])
async def test_a_refund_may_be_refused(shop: Rehearsal, trap: int, left: int) -> None:
    order = two_chains(shop)
    given = await one_back(shop, order)
    shop.switch(refund_refused=trap)

    errors = await refund(shop, given)

    assert bool(errors) is bool(trap)
    assert (await line_of(shop, order))["currentQuantity"] == left
