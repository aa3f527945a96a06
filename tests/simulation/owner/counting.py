"""The owner counts a piece, sold but unshipped ones included, and tells PEG."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from tests.simulation.owner.commands import Commands
from tests.simulation.owner.drawer import Drawer
from tests.simulation.stage import Stage

from marketsim.pieces import PieceId
from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.ledger import counter, queries

CALM = timedelta(minutes=30)
"""She counts, and says how many there are, when both shops have worked for so long: what one has
not told yet is in the drawer already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """`peg count`."""

    stage: Stage
    commands: Commands
    drawer: Drawer

    def may_be_counted(self, piece: PieceId) -> bool:
        """Nothing of it is on its way, to a buyer or to PEG."""
        waits = self.drawer.waits_for_its_parcel(piece)
        return self.all_is_told() and not waits and self.drawer.is_quiet(piece)

    def all_is_told(self) -> bool:
        """Whether nothing was broken for a while."""
        now = self.stage.world.clock.now()
        return self.stage.calm_s(now - CALM, now) >= CALM.total_seconds()

    async def count(self, piece: PieceId) -> None:
        """Where it lies at several places, the fullest is corrected by what all of it tells."""
        if not self.may_be_counted(piece):
            return
        sku = self.stage.names[piece]
        async with reading(self.commands.peg().ground.database) as session:
            levels = await queries.levels(session, sku)
        places = {place: level.on_hand for place, level in levels.items() if level.on_hand}
        fullest = max(places, key=lambda place: (places[place], place), default=None)
        lie = self.drawer.lie_there(piece)
        here = lie - sum(places.values()) + (places[fullest] if fullest else 0)
        if here < 0:
            return

        async def count(session: AsyncSession, now: datetime) -> int:
            return await counter.count(session, sku, here, who="owner", location=fullest, now=now)

        self.stage.trace.note(f"the owner counts {lie} of {sku}")
        try:
            await self.commands.tell(count)
        except PegError as refused:
            self.stage.trace.note(f"she is refused: {refused}")
