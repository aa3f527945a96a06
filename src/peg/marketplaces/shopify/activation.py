"""Stock a product at one more place: Shopify shows nothing where it is not stocked."""

from collections.abc import Mapping

from peg.domain.identity import OfferRef
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MaybeApplied, Result, Shown
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.reading import field, gid, text


class Activator:
    """Stocks one shop's products at its places."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def stock_at(self, ref: OfferRef, place: str, *, key: str) -> Result:
        """Activate at none: whatever is shown there later is a raise, with its proof.

        The figure is given on purpose. Shopify refuses it where the product is stocked already, and
        without one it would show again what lay there before a person ended that. Its refusals have
        no code: whether it is stocked there after all, a reading tells.
        """
        variables = {
            "item": gid("InventoryItem", ref.stock_unit),
            "location": gid("Location", place),
            "available": 0,
            "key": key,
        }
        try:
            answer = await self._client.execute(
                "InventoryActivate", variables, lane=Lane.RAISE_STOCK, writes=True
            )
        except MaybeApplied as error:
            return Result(ref=ref, place=place, shown=Shown.UNKNOWN, sentence=str(error))
        payload = answer.data.get("inventoryActivate")
        if not isinstance(payload, Mapping):
            return Result(ref=ref, place=place, shown=Shown.UNKNOWN, sentence="no payload came")
        shown, words = _came_to(payload)
        return Result(ref=ref, place=place, shown=shown, sentence=words)


def _came_to(payload: Mapping[str, object]) -> tuple[Shown, str]:
    words = "; ".join(text(error, "message") for error in field(payload, "userErrors"))
    if words:
        return Shown.REFUSED, words
    if not field(payload, "inventoryLevel", "isActive"):
        return Shown.REFUSED, "it was accepted, and the product is not stocked there"
    return Shown.SENT, ""
