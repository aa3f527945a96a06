"""How a comparison ends: its record is closed, signed, and told of where too much differs."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts import register
from peg.db.transaction import require_transaction
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.reconciliation import report, signed
from peg.reconciliation.chain import Link
from peg.reconciliation.compare import UNDER_OUR_HANDS
from peg.shops.sealing import KeyRing
from peg.shops.signing import signing_key

log = structlog.get_logger()

DRIFT = "drift"
"""The name of the alert."""

ALERTED_MIN = 2
"""One offer by itself has its own question, alert or push, and is more than 1 % of a small shop."""


class Reporter:
    """Closes comparisons; one for all shops."""

    def __init__(self, ring: KeyRing, *, alert_share: float) -> None:
        self._ring = ring
        self._alert_share = alert_share

    async def close(
        self,
        session: AsyncSession,
        run: int,
        shop: ShopId,
        *,
        offers: int,
        outcome: str,
        now: datetime,
    ) -> Link:
        """Close the record of a comparison, sign it, and say whether its shop is in drift.

        Returns what it was signed with, to be logged once that is committed.
        """
        require_transaction(session)
        await report.end_run(session, run, offers=offers, outcome=outcome, now=now)
        link = await signed.sign(session, run, await signing_key(session, self._ring, signed.KEY))
        await self._tell_of_drift(session, run, shop, offers, now=now)
        return link

    async def _tell_of_drift(
        self, session: AsyncSession, run: int, shop: ShopId, offers: int, *, now: datetime
    ) -> None:
        drifted = await report.count(session, run, without=UNDER_OUR_HANDS)
        offers = max(offers, drifted)  # what cannot be read and was never known is none of them
        if drifted >= ALERTED_MIN and drifted > self._alert_share * offers:
            sentence = (
                f"{drifted} of {counted(offers, 'offer')} on {shop} ({drifted / offers:.1%}) were"
                " not as PEG had left them, or did not show what they should: `peg drift` says"
                " which and why"
            )
            await register.tell_once(
                session, Alert(name="drift", subject=shop, sentence=sentence), now=now
            )
            return
        over = await register.numbers_of(session, shop, [DRIFT])
        if over:
            await register.end(session, over, now=now)


def log_signed(shop: ShopId, run: int, link: Link) -> None:
    """Have the log know each signature: it shows when the newest ones were cut off."""
    log.info("comparison.signed", run=run, shop=shop, link=link.link, signed=link.signature)
