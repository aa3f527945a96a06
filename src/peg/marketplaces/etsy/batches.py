"""Ask Etsy for up to a hundred listings at once, although one dead id spoils the answer for all."""

from collections.abc import Awaitable, Callable, Sequence

from peg.marketplaces.etsy.answers import Json, things, whole
from peg.marketplaces.port import RemoteGone

BATCH = 100

Ask = Callable[[Sequence[str]], Awaitable[Json]]


async def ask_all(listings: Sequence[str], ask: Ask) -> dict[str, Json]:
    """The rows by listing id; a listing that is not among them answered 404 or not at all."""
    rows: dict[str, Json] = {}
    for begin in range(0, len(listings), BATCH):
        rows |= await _halving(listings[begin : begin + BATCH], ask)
    return rows


async def _halving(listings: Sequence[str], ask: Ask) -> dict[str, Json]:
    """Split the batch until the dead ids stand alone: about 13 calls for one among a hundred."""
    try:
        answer = await ask(listings)
    except RemoteGone:
        if len(listings) == 1:
            return {}
        half = len(listings) // 2
        return await _halving(listings[:half], ask) | await _halving(listings[half:], ask)
    return {str(whole(row, "listing_id")): row for row in things(answer, "results")}
