"""Money as webhooks write it."""

from typing import Any

from marketsim.shopify.wording import decimal


def both(minor: int, currency: str) -> dict[str, Any]:
    """The same amount in the shop's and the buyer's currency."""
    amount = {"amount": decimal(minor), "currency_code": currency}
    return {"shop_money": amount, "presentment_money": dict(amount)}
