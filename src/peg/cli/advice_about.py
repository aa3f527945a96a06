"""What to know of pieces that were just told of: sent, missed, typed in as well, or not shown."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.cli.words import seen
from peg.domain.identity import LocationId, Sku
from peg.ledger import pieces_asked, suspense
from peg.ledger.book import Position
from peg.propagation.unstocked import have_stocked, unstocked


def perhaps_sent(after: Position, counted: int, sent: int, at: str | None) -> str:
    """Fewer than the book had: a parcel may have left of which no shop has told."""
    unsent = after.level.committed - sent
    if unsent <= 0:
        return ""
    where = f" --at '{at}'" if at else ""
    sold = "1 is sold" if unsent == 1 else f"{unsent} are sold"
    return (
        f"\n{sold}, and no shop has told that a parcel left: did one, and you did not count it, say"
        f" `peg count {after.sku} {counted} --sent {after.level.committed}{where}`"
    )


async def missed(session: AsyncSession, sku: Sku) -> str:
    """Pieces that lie there, and that a shop shows fewer of: an order may want them yet."""
    missed = await suspense.missed_of(session, sku)
    known = await offers.by_ids(session, [offer for offer, _, _ in missed])
    return "".join(
        f"\n{pieces} missed on {known[offer].ref.channel}: held until an order tells why, and asked"
        f" about if none has by {seen(due_at)}"
        for offer, pieces, due_at in missed
    )


async def told_twice(session: AsyncSession, sku: Sku) -> str:
    """What somebody has just typed into a shop as well: it is counted once, and asked about."""
    return "".join(
        f"\n{one.sentence} `peg answer {one.id} yes` if so"
        for one in await pieces_asked.told_twice(session, sku)
    )


async def not_shown(session: AsyncSession, sku: Sku, at: LocationId | None, now: datetime) -> str:
    """Pieces where Shopify does not stock them: it is asked to where a person said they lie."""
    if at is not None:
        await have_stocked(session, sku, at, now=now)
    return "".join(f"\n{one}" for one in await unstocked(session, [sku]))
