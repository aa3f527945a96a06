"""Whether an offer is there at all: one that seems deleted is looked for twice, then given up.

One answer says little. A single look may fail to find what is there, Etsy takes a listing away for
a while, and a variation that is renamed is not found under its old name: where its SKU stayed, its
offer goes by the new one before anything is asked here (`renamed`). What is given up is not written
to any more: were it back on sale with nobody seeing to it, it could be sold a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import Channel
from peg.domain.offer import Shelf
from peg.intake import checks
from peg.intake.doubts import Doubts
from peg.intake.met import Met
from peg.intake.surprises import Done, What

log = structlog.get_logger()

LOOKED_FOR_AFTER = timedelta(minutes=1)
"""So long after it was given up an offer is looked for once more: a short failure is over then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One offer that was not found, or that is found after all."""

    session: AsyncSession
    offer: Offer
    doubts: Doubts
    met: Met
    now: datetime

    async def not_found(self) -> datetime | None:
        """Give it up once it was not found twice, or when a person says that it was deleted.

        Returns from when on another look tells; None: nothing waits for one.
        """
        if self.offer.gone:
            return None
        if not await self._is_said_to_be_deleted():
            first_at = self._first_missed_at()
            tells_from = (first_at or self.now) + self._looked_for_again_after()
            if (first_at is None or tells_from <= self.now) and await self._very_many():
                return None
            if first_at is None or self.now < tells_from:
                await checks.read_once_more(
                    self.session, self.offer.id, due_at=tells_from, why="was not found"
                )
                return tells_from
        await self._give_up()
        return None

    async def found(self, expected: Mapping[str, Expectation]) -> Mapping[str, Expectation]:
        """It is there, also if it was given up: then it is cared for as what was off sale.

        Meanwhile nobody has computed what it should show: on Etsy that is what is left.
        """
        await self.met.forget(What.GONE)
        if not self.offer.gone:
            return expected
        log.warning("offer.there_again", offer=self.offer.id, shop=self.offer.ref.shop)
        await offers.mark_gone(self.session, self.offer.id, gone=False)
        await mirror.note_shelf(self.session, self.offer.id, Shelf.WITHDRAWN)
        await self.doubts.drifted()
        aim = await self.doubts.left() if self.offer.ref.channel is Channel.ETSY else None
        return {
            place: replace(row, shelf=Shelf.WITHDRAWN, aim=aim) for place, row in expected.items()
        }

    def _first_missed_at(self) -> datetime | None:
        first = self.met.find(What.GONE)
        return first.met_at if first is not None and first.done is Done.NOTED else None

    def _looked_for_again_after(self) -> timedelta:
        patience = self.doubts.patience
        is_etsy = self.offer.ref.channel is Channel.ETSY
        return max(patience.confirm(), patience.old_state() if is_etsy else timedelta(0))

    async def _is_said_to_be_deleted(self) -> bool:
        check = await checks.check_of(self.session, self.offer.id)
        return check is not None and check.why == checks.SAID_DELETED

    async def _very_many(self) -> bool:
        return await self.doubts.brake.stops(self.offer, What.GONE, base=0, done=Done.NOTED)

    async def _give_up(self) -> None:
        """No more writes to it, and a word about it."""
        await offers.mark_gone(self.session, self.offer.id)
        await self.doubts.drifted()
        await checks.read_again(
            self.session,
            self.offer.id,
            due_at=self.now + LOOKED_FOR_AFTER,
            why="was given up: looked for once more",
        )
        await self.doubts.alarm("listing_gone", self._sentence())

    def _sentence(self) -> str:
        offer, channel = self.offer, self.offer.ref.channel
        if channel is Channel.ETSY and offer.ref.variant:
            return (
                f"{offer.name!r} is not found on {channel} any more: this variation, or its whole"
                " listing, was deleted there, or somebody renamed the variation and changed its SKU"
                f" ({offer.sku_as_typed or 'none'}). Under a new name it may still be for sale, and"
                " PEG does not take it off: run `peg import`. Its stock is still counted"
            )
        return (
            f"{offer.name!r} is not found on {channel} any more: it was deleted or taken away"
            " there. List it again there and run `peg import`, or leave it; its stock is still"
            " counted. Should it come back by itself, PEG sees to it again"
        )
