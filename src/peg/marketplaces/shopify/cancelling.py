"""Cancel an order for want of the piece. Only ever for a person, who named the order."""

from peg.domain.money import Money
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import RemoteGone
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.order_changes import ask
from peg.marketplaces.shopify.reading import field, gid, text
from peg.marketplaces.writers import Asked


class Canceller:
    """Cancels orders of one shop."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def cancel_order(self, order: str, *, note: str) -> Asked:
        """Ask for it, without a restock: that would put a sold piece on sale, unproved.

        Shopify carries it out later, and takes no key for it: of two such jobs the second finds the
        order cancelled, and pays nothing back again.
        """
        variables = {"order": gid("Order", order), "note": note}
        return await ask(
            self._client,
            "OrderCancel",
            variables,
            payload="orderCancel",
            errors="orderCancelUserErrors",
        )

    async def paid_back(self, order: str) -> Money:
        """What was paid back so far, shipping and tax included, in the shop's own currency.

        Raises:
            RemoteGone: the order cannot be read any more.
        """
        variables = {"id": gid("Order", order)}
        answer = await self._client.execute("OrderPaidBack", variables, lane=Lane.ORDERS)
        found = field(answer.data, "order")
        if found is None:
            raise RemoteGone(f"Shopify does not show order {order} (any more)")
        told = field(found, "totalRefundedSet", "shopMoney")
        return Money.parse(text(told, "amount"), text(told, "currencyCode"))
