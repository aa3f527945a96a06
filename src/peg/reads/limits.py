"""What each channel may show of a piece."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import rules
from peg.domain.identity import Channel


class LimitRow(BaseModel):
    """One limit; a figure that is null is set by a less particular limit, or by none.

    `scope` is `all`, a kind or a SKU; `buffer` pieces are never shown, and no more than `cap` are.
    """

    scope: str
    channel: Channel
    buffer: int | None
    cap: int | None


async def limits(session: AsyncSession) -> Sequence[LimitRow]:
    """Every limit."""
    found = await rules.all_rules(session)
    return [
        LimitRow(scope=scope, channel=channel, buffer=rule.buffer, cap=rule.cap)
        for (scope, channel), rule in found.items()
    ]
