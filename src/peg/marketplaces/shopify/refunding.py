"""Take a part of an order out of it, and pay for that. Only ever for a person, who named the order.

One call does both, under a key. It has no word for units that were not shipped: of a line that was
sent in part, Shopify takes those that were sent. So only lines of which nothing was sent may come
here. Whether what is taken out also leaves the list of what is to be shipped, sources do not agree:
it is looked at afterwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from peg.domain.money import Money
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import RemoteGone, UnexpectedAnswer
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.order_changes import ask
from peg.marketplaces.shopify.reading import field, gid, next_cursor, text, things, whole
from peg.marketplaces.writers import Asked, PaidBack, Payment

NOT_PAID = {"FAILURE", "ERROR"}
PAYMENT_FAILED = "its payment did not go through: pay it back in Shopify's admin"
STILL_TO_SHIP = "Shopify goes on to list it among what is to be shipped: take it out there"

Node = Mapping[str, Any]


class Refunder:
    """Refunds parts of one shop's orders."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def payments_for(self, order: str, units: Mapping[str, int]) -> Sequence[Payment]:
        """What Shopify itself reckons: discounts and tax, and no shipping.

        Raises:
            RemoteGone: the order cannot be read any more.
            UnexpectedAnswer: it does not have so many units, or a payment lacks what it must have.
        """
        variables = {"order": gid("Order", order), "lines": _rows(units)}
        answer = await self._client.execute("RefundSuggested", variables, lane=Lane.ORDERS)
        found = field(answer.data, "order")
        if found is None:
            raise RemoteGone(f"Shopify does not show order {order} (any more)")
        told = field(found, "suggestedRefund")
        if told is None:
            raise UnexpectedAnswer(f"Shopify does not say what order {order} would be paid back")
        return [_payment(one) for one in things(told, "suggestedTransactions")]

    async def take_out(
        self,
        order: str,
        units: Mapping[str, int],
        payments: Sequence[Payment],
        *,
        note: str,
        key: str,
    ) -> Asked:
        """Once for each key, without a restock: that would put a sold piece on sale, unproved."""
        variables = {"input": _input(gid("Order", order), units, payments, note), "key": key}
        return await ask(self._client, "RefundLines", variables, payload="refundCreate")

    async def paid_back_with(self, order: str, note: str) -> PaidBack | None:
        """What came of the refund that carries this note, in the shop's own currency.

        Raises:
            RemoteGone: the order cannot be read any more.
        """
        variables = {"id": gid("Order", order)}
        answer = await self._client.execute("OrderRefunds", variables, lane=Lane.ORDERS)
        found = field(answer.data, "order")
        if found is None:
            raise RemoteGone(f"Shopify does not show order {order} (any more)")
        mine = [text(one, "id") for one in things(found, "refunds") if text(one, "note") == note]
        return await self._came_to(mine[0]) if mine else None

    async def _came_to(self, refund: str) -> PaidBack:
        statuses: set[str] = set()
        after: str | None = None
        while True:
            variables = {"id": refund, "after": after}
            answer = await self._client.execute("RefundCameTo", variables, lane=Lane.ORDERS)
            node = field(answer.data, "node")
            page = field(node, "transactions")
            statuses |= {text(one, "status") for one in things(page, "nodes")}
            after = next_cursor(page)
            if after is None:
                return _told(node, statuses)


def _told(node: Node, statuses: set[str]) -> PaidBack:
    odd = [PAYMENT_FAILED] if statuses & NOT_PAID else []
    lines = [field(one, "lineItem") for one in things(node, "refundLineItems", "nodes")]
    if any(whole(one, "unfulfilledQuantity") > whole(one, "currentQuantity") for one in lines):
        odd.append(STILL_TO_SHIP)
    money = field(node, "totalRefundedSet", "shopMoney")
    amount = Money.parse(text(money, "amount"), text(money, "currencyCode"))
    return PaidBack(amount=amount, odd="; ".join(odd))


def _payment(told: Node) -> Payment:
    """In the buyer's currency, since that is what a refund is made in."""
    money = field(told, "amountSet", "presentmentMoney")
    return Payment(
        parent=text(told, "parentTransaction", "id"),
        gateway=text(told, "gateway"),
        amount=Money.parse(text(money, "amount"), text(money, "currencyCode")),
    )


def _rows(units: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"lineItemId": gid("LineItem", line), "quantity": many, "restockType": "NO_RESTOCK"}
        for line, many in sorted(units.items())
    ]


def _input(
    order: str, units: Mapping[str, int], payments: Sequence[Payment], note: str
) -> dict[str, Any]:
    currency = {"currency": payments[0].amount.currency} if payments else {}
    return {
        "orderId": order,
        "note": note,
        "notify": False,
        "refundLineItems": _rows(units),
        "transactions": [
            {
                "orderId": order,
                "kind": "REFUND",
                "parentId": one.parent,
                "gateway": one.gateway,
                "amount": str(one.amount.decimal()),
            }
            for one in payments
        ],
        **currency,
    }
