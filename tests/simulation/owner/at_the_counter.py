"""What the owner does at the counter, and tells PEG: sold, received, held, let go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from tests.simulation.owner.chores import Chore
from tests.simulation.owner.commands import Commands
from tests.simulation.owner.drawer import Drawer
from tests.simulation.stage import Stage

from marketsim.market import EditedByHand
from marketsim.pieces import PieceId
from peg.db.transaction import reading
from peg.ledger import counter, reservations
from peg.ledger.reservations import Hold

T = TypeVar("T")

RECEIVES_MAX = 3
WITHOUT_END = 0.3
"""This share of the holds has none: she lets go of them herself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheCounter:
    """`peg sell`, `peg receive`, `peg hold` and `peg release`."""

    stage: Stage
    commands: Commands
    drawer: Drawer

    async def sell(self, chore: Chore) -> None:
        """A piece that nobody wants yet. What a hand has just typed off could be the very same."""
        piece = self._choose(chore, lambda one: self._is_free(one) and self._is_untouched(one))
        if piece is not None:
            await self._sold(chore, piece)

    async def sell_what_was_bought(self, chore: Chore) -> None:
        """The last one lies there for its parcel, and she hands it over: two people have it now."""
        piece = self._choose(
            chore,
            lambda one: (
                self.drawer.unsold(one) == 0
                and self.drawer.waits_for_its_parcel(one)
                and self._is_untouched(one)
            ),
        )
        if piece is not None:
            await self._sold(chore, piece)

    async def sell_what_was_held(self, chore: Chore) -> None:
        """Whom it was kept for has come."""
        kept = await self._holds()
        if kept:
            hold = _by_luck(kept, chore)
            await self._sold(chore, self.stage.piece_of(hold.sku), hold=hold.id)

    async def receive(self, chore: Chore) -> None:
        """New ones come from the bench: they lie there before they are typed in."""
        piece = self._choose(chore, lambda _: True)
        if piece is None:
            return
        pieces, mark = 1 + int(chore.luck * 1000) % RECEIVES_MAX, chore.mark

        async def receive(session: AsyncSession, now: datetime) -> object:
            sku = self.stage.names[piece]
            return await counter.receive(session, sku, pieces, who="owner", note=mark, now=now)

        self.stage.trace.note(f"the owner receives {pieces} of {self.stage.names[piece]}")
        self.stage.world.in_person(piece, pieces)
        await self.commands.tell(receive, mark=mark)

    async def hold(self, chore: Chore) -> None:
        """Keep a piece for somebody, mostly until an hour that is named."""
        piece = self._choose(chore, self._is_free)
        if piece is None:
            return
        ends = chore.luck >= WITHOUT_END

        async def hold(session: AsyncSession, now: datetime) -> int:
            return await reservations.hold(
                session,
                self.stage.names[piece],
                1,
                until=now + timedelta(seconds=chore.lasts_s) if ends else None,
                why=chore.mark,
                who="owner",
                now=now,
            )

        number = await self.commands.tell(hold, mark=chore.mark)
        if number is not None:
            self.stage.trace.note(f"the owner holds {self.stage.names[piece]} (hold {number})")
            self.stage.wishes.keeps(number, piece, for_s=chore.lasts_s if ends else None)

    async def release(self, chore: Chore) -> None:
        """Whom it was kept for does not come."""
        kept = await self._holds()
        if kept:
            await self._released(_by_luck(kept, chore))

    async def release_all(self) -> None:
        """At the end of the day nothing is kept for anybody."""
        for hold in await self._holds():
            await self._released(hold)

    async def _released(self, hold: Hold) -> None:
        async def release(session: AsyncSession, now: datetime) -> Hold:
            return await reservations.release(session, hold.id, now=now)

        self.stage.trace.note(f"the owner lets go of hold {hold.id}")
        self.stage.wishes.lets_go(hold.id)
        await self.commands.tell(release)

    async def _sold(self, chore: Chore, piece: PieceId, *, hold: int | None = None) -> None:
        sku, mark = self.stage.names[piece], chore.mark

        async def sell(session: AsyncSession, now: datetime) -> object:
            return await counter.sell(session, sku, 1, hold=hold, who="owner", note=mark, now=now)

        self.stage.trace.note(f"the owner sells {sku} in person (hold: {hold})")
        if hold is not None:
            self.stage.wishes.lets_go(hold)
        await self.commands.tell(sell, mark=mark)
        self.stage.world.in_person(piece, -1)

    async def _holds(self) -> Sequence[Hold]:
        async with reading(self.commands.peg().ground.database) as session:
            return await reservations.active(session)

    def _choose(self, chore: Chore, would_do: Callable[[PieceId], bool]) -> PieceId | None:
        known = [one for one in self.drawer.pieces() if one in self.stage.names]
        found = [one for one in known if would_do(one)]
        return _by_luck(found, chore) if found else None

    def _is_free(self, piece: PieceId) -> bool:
        return self.drawer.unsold(piece) > self.stage.wishes.kept(piece)

    def _is_untouched(self, piece: PieceId) -> bool:
        return self.drawer.is_quiet(piece, of=(EditedByHand,))


def _by_luck(those: Sequence[T], chore: Chore) -> T:
    return those[int(chore.luck * len(those))]
