"""Compare and set: up to 250 figures in one call; a stale one does not hold up the others."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    MarketplaceError,
    MaybeApplied,
    Result,
    Shown,
    UnexpectedAnswer,
    Write,
)
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.reading import field, gid, text

STALE = {"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"}
IN_DOUBT = {"IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"}


class StockWriter:
    """Writes figures of one shop."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        """Set every figure that still is what we believe; one result per write.

        The call is all or nothing: figures that were stale are left out, and the rest is sent once
        more under a key of its own, since its body is another one.
        """
        results: dict[int, Result] = {}
        left = dict(enumerate(writes))
        for round_ in range(len(writes) + 1):
            if not left:
                break
            body_key = key if round_ == 0 else str(uuid5(UUID(key), str(round_)))
            refused = await self._send(left, body_key)
            if not refused:
                results.update({index: _result(write, Shown.SENT) for index, write in left.items()})
                break
            results.update(refused)
            left = {index: write for index, write in left.items() if index not in refused}
        return [results[index] for index in range(len(writes))]

    async def _send(self, writes: Mapping[int, Write], key: str) -> Mapping[int, Result]:
        """Send once, and the same bytes once more if no answer came; what was refused."""
        try:
            payload = await self._mutate(writes, key)
        except MaybeApplied:
            return await self._send_again(writes, key)
        return _refused(writes, payload)

    async def _send_again(self, writes: Mapping[int, Write], key: str) -> Mapping[int, Result]:
        """The same key and body: a success is ours; STALE may mean that it was applied before.

        Whatever this call comes to, and be it that the line is down, says nothing of the first.
        """
        try:
            payload = await self._mutate(writes, key)
        except MarketplaceError as error:
            return _all(writes, Shown.UNKNOWN, str(error))
        if not field(payload, "userErrors"):
            return {}
        return _all(writes, Shown.UNKNOWN, "sent twice, refused once: the first may be applied")

    async def _mutate(self, writes: Mapping[int, Write], key: str) -> Mapping[str, Any]:
        variables = {
            "key": key,
            "input": {
                "name": "available",
                "reason": "correction",
                "referenceDocumentUri": f"gid://peg/Attempt/{key}",
                "quantities": [
                    {
                        "inventoryItemId": gid("InventoryItem", write.ref.stock_unit),
                        "locationId": gid("Location", write.place),
                        "quantity": write.quantity,
                        "changeFromQuantity": write.basis,
                    }
                    for write in writes.values()
                ],
            },
        }
        raising = all(write.quantity > write.basis for write in writes.values())
        lane = Lane.RAISE_STOCK if raising else Lane.LOWER_STOCK
        try:
            answer = await self._client.execute("InventorySet", variables, lane=lane, writes=True)
        except UnexpectedAnswer as odd:
            raise MaybeApplied(f"{odd}; it is read again") from odd
        payload = answer.data.get("inventorySetQuantities")
        if not isinstance(payload, Mapping):
            raise MaybeApplied("InventorySet: an answer without its payload; it is read again")
        return payload


def _refused(writes: Mapping[int, Write], payload: Mapping[str, Any]) -> Mapping[int, Result]:
    """Which writes the errors are about; an error about none is about all."""
    indices = list(writes)
    found: dict[int, Result] = {}
    for error in field(payload, "userErrors"):
        code, words = text(error, "code"), text(error, "message")
        shown = Shown.REFUSED
        if code in STALE:
            shown = Shown.STALE
        elif code in IN_DOUBT:
            shown = Shown.UNKNOWN
        position = _position(field(error, "field"))
        if position is None:
            return _all(writes, shown, f"{code}: {words}")
        if position >= len(indices):
            raise UnexpectedAnswer(f"InventorySet: an error about figure {position}")
        index = indices[position]
        found[index] = _result(writes[index], shown, f"{code}: {words}")
    return found


def _position(path: Any) -> int | None:
    """The index in `["input", "quantities", "3", "changeFromQuantity"]`."""
    if not isinstance(path, Sequence) or len(path) < 3 or path[1] != "quantities":
        return None
    return int(path[2]) if str(path[2]).isdigit() else None


def _all(writes: Mapping[int, Write], shown: Shown, sentence: str) -> Mapping[int, Result]:
    return {index: _result(write, shown, sentence) for index, write in writes.items()}


def _result(write: Write, shown: Shown, sentence: str = "") -> Result:
    return Result(ref=write.ref, place=write.place, shown=shown, sentence=sentence)
