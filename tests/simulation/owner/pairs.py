"""The owner looks at two offers that may be one piece, and says whether they are."""

from dataclasses import dataclass
from functools import partial

from tests.simulation.owner.commands import Commands
from tests.simulation.stage import Stage

from marketsim.pieces import PieceId
from peg.catalog import proposals
from peg.catalog.proposals import KeptProposal
from peg.cli.demo.drawer import look
from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.domain.identity import Sku
from peg.marketplaces.port import RemoteGone


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """`peg match accept` and `peg match reject`."""

    stage: Stage
    commands: Commands

    async def decide(self) -> None:
        """All pairs that wait, each by what is sold there."""
        async with reading(self.commands.peg().ground.database) as session:
            waiting = await proposals.open_proposals(session)
        drawer = await look(self.stage.control)
        for pair in waiting:
            piece = drawer.piece_of_pair(pair)
            try:
                if piece is not None:
                    await self._accept(pair, PieceId(piece))
                else:
                    await self._reject(pair)
            except PegError as refused:
                self.stage.trace.note(f"she is refused: {refused}")

    async def _accept(self, pair: KeptProposal, piece: PieceId) -> None:
        known = pair.shopify.components or pair.etsy.components
        sku = known[0].sku if known else Sku(piece.upper())
        self.stage.trace.note(f"the owner says that pair {pair.id} is one piece, {sku}")
        try:
            await self.commands.until_it_works(partial(self._accepted, pair, sku))
        except RemoteGone as gone:  # rejected, what the deleted one sold would be let go
            self.stage.trace.note(f"she leaves pair {pair.id} as it is: {gone}")
            return
        self.stage.is_said(piece, sku)

    async def _accepted(self, pair: KeptProposal, sku: Sku) -> None:
        """As the command does it: once accepted, orders that wait may be known."""
        peg = self.commands.peg()
        engine = await peg.engine()
        async with reading(peg.ground.database) as session:
            waits = pair.id in {one.id for one in await proposals.open_pairs(session)}
        if waits:
            await peg.decider(engine).accept(pair.id, who="owner", sku=sku)
        await peg.importer(engine).take_in_kept(lambda _step, _by: None)

    async def _reject(self, pair: KeptProposal) -> None:
        self.stage.trace.note(f"the owner says that pair {pair.id} is two pieces")
        peg = self.commands.peg()
        engine = await peg.engine()
        await self.commands.until_it_works(
            partial(peg.decider(engine).reject, pair.id, who="owner")
        )
