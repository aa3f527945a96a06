"""Why no item has a SKU although it is typed on a shop: its offers wait for somebody."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import UnknownSku
from peg.domain.identity import Sku
from peg.reads import not_kept
from peg.reads.not_kept import NAMED_MAX, NotKept


async def in_full(session: AsyncSession, error: UnknownSku) -> UnknownSku:
    """The same error; where offers carry the very SKU, it says so and what makes them a piece."""
    waiting = await not_kept.typed(session, Sku(error.sku))
    return UnknownSku(error.sku, waits=_told(waiting)) if waiting else error


def _told(waiting: Sequence[NotKept]) -> str:
    first, more = waiting[:NAMED_MAX], len(waiting) - NAMED_MAX
    named = ", ".join(f"offer {one.offer} on {one.shop}" for one in first)
    others = f" and {more} more" if more > 0 else ""
    are = "carry it and are" if len(waiting) > 1 else "carries it and is"
    return f"{named}{others} {are} not matched. {_remedy(waiting)}"


def _remedy(waiting: Sequence[NotKept]) -> str:
    """What a person does about them: a pair to decide, or else what stands in the way."""
    pairs = sorted({one.pair for one in waiting if one.pair is not None})[:NAMED_MAX]
    if pairs:
        accept = " or ".join(f"`peg match accept {pair}`" for pair in pairs)
        return f"`peg match` shows what may be the same piece: {accept} says that it is"
    return "; ".join(dict.fromkeys(one.remedy for one in waiting[:NAMED_MAX]))
