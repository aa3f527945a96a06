"""Where a person finds an order in the admin of its marketplace."""

from peg.domain.identity import Channel, ShopId

_SUFFIX = ".myshopify.com"


def order_link(shop: ShopId, order: str) -> str | None:
    """The page of one order; None for a sale in person.

    >>> order_link(ShopId("shopify:gems.myshopify.com"), "1001")
    'https://admin.shopify.com/store/gems/orders/1001'
    >>> order_link(ShopId("etsy:61234567"), "3412345678")
    'https://www.etsy.com/your/orders/sold?order_id=3412345678'
    """
    kind, _, remote = shop.partition(":")
    if kind == Channel.SHOPIFY:
        return f"https://admin.shopify.com/store/{remote.removesuffix(_SUFFIX)}/orders/{order}"
    if kind == Channel.ETSY:
        return f"https://www.etsy.com/your/orders/sold?order_id={order}"
    return None
