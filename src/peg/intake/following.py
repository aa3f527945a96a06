"""Follow a webhook that names no order to the offers it is about."""

from datetime import datetime, timedelta

from peg.catalog import mirror, offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId
from peg.intake import checks
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.marketplaces.hints import Hint

OUR_OWN = timedelta(seconds=3)
"""The first word about a listing that we wrote just now is the echo of that."""

ONE_CHANGE = timedelta(seconds=1)
"""Etsy tells of one change in several words, which may bear two seconds' stamps."""


class Follower:
    """Goes where hints point."""

    def __init__(
        self, database: Database, clock: Clock, lookout: Lookout, patience: Patience
    ) -> None:
        self._database = database
        self._clock = clock
        self._lookout = lookout
        self._patience = patience
        self._echoes: dict[OfferId, datetime] = {}

    async def follow(self, hint: Hint) -> str:
        """Look at the offers it is about, unless it is the echo of what we know; what was done.

        Raises:
            MarketplaceError: they could not be read.
        """
        pointed_at = await self._pointed_at(hint)
        if not pointed_at:
            return "nothing to do"
        if hint.stock_unit is None:
            return await self._look_soon(pointed_at, told_at=hint.happened_at)
        if await self._is_echo(pointed_at, hint):
            return "echo"
        await self._lookout.look(pointed_at)
        return "looked"

    async def _look_soon(self, pointed_at: list[OfferId], *, told_at: datetime | None) -> str:
        """A word about a listing, without a figure: many come at once, ours among them.

        A further one after our echo is looked at when our write can no longer be what is told of.
        """
        now, outcome = self._clock.now(), "our own"
        async with begin(self._database) as session:
            known = await mirror.expected_of(session, pointed_at)
            for offer in pointed_at:
                written = [row.written_at for row in known.get(offer, {}).values()]
                ours_until = max((at for at in written if at), default=now - OUR_OWN) + OUR_OWN
                if ours_until > now and self._is_our_echo(offer, told_at or now, ours_until):
                    continue
                due_at = max(now + self._patience.confirm(), ours_until)
                await checks.read_again(session, offer, due_at=due_at, why="its listing changed")
                outcome = "looks soon"
        return outcome

    def _is_our_echo(self, offer: OfferId, told_at: datetime, ours_until: datetime) -> bool:
        """Whether this is the first word since we wrote, or one more about the same change."""
        first = self._echoes.get(offer)
        if first is None or first < ours_until - OUR_OWN - ONE_CHANGE:
            self._echoes[offer] = first = told_at
        return told_at <= first + ONE_CHANGE

    async def _pointed_at(self, hint: Hint) -> list[OfferId]:
        async with reading(self._database) as session:
            if hint.stock_unit is not None:
                found = await offers.of_stock_unit(session, hint.shop, hint.stock_unit)
            elif hint.listing is not None:
                found = await offers.of_listing(session, hint.shop, hint.listing)
            else:
                return []
        return [offer.id for offer in found]

    async def _is_echo(self, pointed_at: list[OfferId], hint: Hint) -> bool:
        """A figure equal to what we expect needs no look."""
        if hint.available is None or hint.place is None:
            return False
        async with reading(self._database) as session:
            known = await mirror.expected_of(session, pointed_at)
        return all(
            hint.place in rows
            and hint.available in {rows[hint.place].quantity, rows[hint.place].pending}
            for rows in known.values()
        )
