"""Cancelling orders, later, and refunding them, at once."""

from typing import Any

from marketsim.market import OrderClosed
from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.order_records import Job, Line, Order
from marketsim.shopify.orders import GiveBack
from marketsim.shopify.paying import NotPayable, PayBack, asked_for
from marketsim.shopify.records import Location
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload, run_once


def cancel(_root: Any, info: Info, **args: Any) -> Payload:
    """Begin to cancel; the job tells when it has ended, the order whether it was done."""
    call = call_of(info)
    call.need("write_orders", "orderCancel")
    order = call.find(args["orderId"], Order, "order")
    if order is None:
        error = user_error("Order does not exist", "orderId", code="NOT_FOUND")
        return {"job": None, "orderCancelUserErrors": [error]}
    if order.cancelled_at is not None or any(line.fulfilled for line in order.lines):
        error = user_error("Cannot cancel this order", "orderId", code="INVALID")
        return {"job": None, "orderCancelUserErrors": [error]}
    job = Job(number=call.shop.store.uuid())
    call.shop.store.jobs[job.number] = job

    def finish() -> None:
        job.done = True
        if call.shop.strikes("job_fails"):
            return
        call.shop.subscriptions.new_action()
        try:
            call.shop.orders.cancel(order, restock=args["restock"], reason=args["reason"], by="app")
        except OrderClosed:
            return  # shipped or cancelled by a person meanwhile: the job ends all the same

    call.shop.agenda.later(call.shop.delay_s(0.5, 3.0), finish)
    return {"job": job, "orderCancelUserErrors": []}


def refund(_root: Any, info: Info, input: dict[str, Any]) -> Payload:  # noqa: A002 - the schema's own name
    """Give pieces back; its errors have no code."""
    call = call_of(info)
    call.need("write_orders", "refundCreate")

    def refuse(message: str, code: str) -> Payload:
        return {"refund": None, "order": None, "userErrors": [user_error(message, code=code)]}

    return run_once(info, input, lambda: _refund(call, input), refuse)


def _refund(call: Call, given: dict[str, Any]) -> Payload:
    order = call.look_up(given["orderId"])
    if not isinstance(order, Order):
        return _refused("Order does not exist", "orderId")
    rows = given.get("refundLineItems") or []
    lines = {line.gid: line for line in order.lines}
    back = []
    for index, row in enumerate(rows):
        line = lines.get(row["lineItemId"])
        if line is None:
            return _refused("Line item does not belong to the order", "refundLineItems", index)
        back.append(_give_back(call, line, row))
    try:
        pays = _paid(call, order, given)
        made = call.shop.orders.refund(order, back, note=given.get("note"), by="app", pays=pays)
    except NotPayable as error:
        return _refused(str(error), "transactions")
    except OrderClosed:
        return _refused("Refund cannot exceed the line item's quantity", "refundLineItems")
    return {"refund": made, "order": order, "userErrors": []}


def _paid(call: Call, order: Order, given: dict[str, Any]) -> PayBack:
    """What is to be paid back.

    Raises:
        NotPayable: it cannot be.
    """
    if call.shop.strikes("refund_refused"):
        raise NotPayable("There are not enough funds available to make this refund")
    if given.get("currency") not in {None, call.shop.store.currency}:
        raise NotPayable("Currency is not the currency of the order")
    return PayBack(
        minor=asked_for(order, given.get("transactions") or []),
        fails=call.shop.strikes("refund_payment_fails"),
        keeps_fulfillable=call.shop.strikes("refund_keeps_fulfillable"),
    )


def _give_back(call: Call, line: Line, row: dict[str, Any]) -> GiveBack:
    place = call.look_up(row["locationId"]) if row.get("locationId") else None
    return GiveBack(
        line=line,
        quantity=row["quantity"],
        restock_type=row.get("restockType") or "NO_RESTOCK",
        location=place if isinstance(place, Location) else None,
    )


def _refused(message: str, *path: str | int) -> Payload:
    return {"refund": None, "order": None, "userErrors": [user_error(message, "input", *path)]}


RESOLVERS: Resolvers = {
    ("Mutation", "orderCancel"): cancel,
    ("Mutation", "refundCreate"): refund,
}
