"""Watches over what was written without a condition: might it have covered a sale?

Only a receipt tells of such a sale, up to the receipts' lag later. So a watch ends with a poll of
the receipts, which all of a shop's watches share, and not with a call for each listing. If one told
of a sale that may be covered, the listing is read at once (`covered_sales`). If none did, nothing
can have been covered, and the figure is seen again in passing: by a glance at what was changed
last, or by a comparison.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror
from peg.domain.identity import OfferId
from peg.intake import checks
from peg.intake.checks import WATCHED, Check
from peg.intake.patience import Patience


async def watch(session: AsyncSession, offer: OfferId, *, until: datetime) -> None:
    """Watch it until every sale from before its last write must have been told."""
    await checks.read_again(session, offer, due_at=until, why=WATCHED)


async def end(
    session: AsyncSession, taken: Sequence[Check], *, polled_at: datetime, patience: Patience
) -> None:
    """End the watches that a poll of the receipts, begun at `polled_at`, found without a sale.

    A listing that was written again meanwhile is watched on.
    """
    expected = await mirror.expected_of(session, [check.offer for check in taken])
    for check in taken:
        if await checks.check_of(session, check.offer) != check:
            continue  # it is asked for sooner, and for another reason
        written = [row.written_at for row in expected.get(check.offer, {}).values()]
        last = max((at for at in written if at is not None), default=None)
        if last is not None and last + patience.receipt_lag() > polled_at:
            await checks.postpone(session, check.offer, due_at=last + patience.receipt_lag())
        else:
            due_at = polled_at + patience.seen_in_passing()
            await checks.leave_to_others(session, check.offer, due_at=due_at)
