"""Ask Shopify to change an order, and tell what it says to that."""

from collections.abc import Mapping
from typing import Any

from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MaybeApplied, Shown, UnexpectedAnswer
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.reading import field, text, things
from peg.marketplaces.writers import Asked


async def ask(
    client: ShopifyClient,
    operation: str,
    variables: Mapping[str, Any],
    *,
    payload: str,
    errors: str = "userErrors",
) -> Asked:
    """Refused by its own words, or sent; in doubt where its answer is lost or tells neither.

    Args:
        client: the shop's.
        operation: which of PEG's.
        variables: what it is about.
        payload: what the mutation's part of the answer is called.
        errors: what its refusals are called there.

    Raises:
        MarketplaceError: by its name; nothing was changed.
    """
    try:
        answer = await client.execute(operation, variables, lane=Lane.ORDERS, writes=True)
        refusals = things(field(answer.data, payload), errors)
        words = "; ".join(text(one, "message") for one in refusals)
    except (MaybeApplied, UnexpectedAnswer) as error:
        return Asked(shown=Shown.UNKNOWN, sentence=str(error))
    return Asked(shown=Shown.REFUSED if words else Shown.SENT, sentence=words)
