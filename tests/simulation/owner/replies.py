"""What the owner answers when PEG asks: the truth, as whoever looks into the drawer tells it.

She answers about a piece that lies quiet; what is in doubt for another reason is left to be asked
again. Where none of the answers is true she counts, as the questions themselves advise.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from tests.simulation.owner.commands import Commands
from tests.simulation.owner.counting import Counting
from tests.simulation.owner.drawer import Drawer
from tests.simulation.stage import Stage

from marketsim.pieces import PieceId
from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.domain.identity import Sku
from peg.intake.edits import WITHDRAWN_BY_HAND
from peg.intake.which_piece import WHICH_PIECE
from peg.ledger import queries
from peg.ledger.pieces_asked import DISAGREES, EXTRA_PIECES
from peg.ledger.questions import Question
from peg.ledger.suspense import STILL_THERE
from peg.onboarding import answers
from peg.propagation.many_raises import MANY_RAISES, RAISE
from peg.propagation.reversals import GO_ON, REVERSED
from peg.reads import doubts
from peg.reconciliation.run import VANISHED, WAIT

AT_ONCE: Mapping[str, str] = {
    WITHDRAWN_BY_HAND: "put_back",
    MANY_RAISES: RAISE,
    REVERSED: GO_ON,
    VANISHED: WAIT,
    "renewal": "leave",
}
"""Answers that need no look into the drawer: nobody in these histories means otherwise."""

COUNT = "count"
"""None of the answers is true: she counts instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Answers what is asked."""

    stage: Stage
    commands: Commands
    drawer: Drawer
    counting: Counting

    async def all(self) -> None:
        """`peg questions`, and `peg answer` for each that she can say something about."""
        database = self.commands.peg().ground.database
        async with reading(database) as session:
            asked = await doubts.questions(session)
        for question in asked:
            word = await self._word(question)
            if word == COUNT:
                for sku in self._asked_of(question):
                    await self.counting.count(self._piece(sku))
            elif word is not None:
                await self._answer(question, word)

    async def _answer(self, question: doubts.Question, word: str) -> None:
        async def answer(session: AsyncSession, now: datetime) -> Question:
            return await answers.answer(session, question.id, word, who="owner", now=now)

        self.stage.trace.note(f"the owner answers {question.kind} {question.subject}: {word}")
        try:
            await self.commands.tell(answer)
        except PegError as refused:
            self.stage.trace.note(f"she is refused: {refused}")

    async def _word(self, question: doubts.Question) -> str | None:
        """Her answer; None where she has none now."""
        if question.kind in AT_ONCE:
            return AT_ONCE[question.kind]
        ways: Mapping[str, Callable[[doubts.Question], Awaitable[str | None]]] = {
            DISAGREES: self._how_many,
            EXTRA_PIECES: self._is_there_another,
            STILL_THERE: self._are_still_there,
            WHICH_PIECE: self._which,
        }
        skus = self._asked_of(question)
        if not all(self._is_sure_of(self._piece(sku)) for sku in skus):
            return None
        return await ways[question.kind](question) if question.kind in ways else None

    async def _how_many(self, question: doubts.Question) -> str | None:
        """What is sold since the question was put into these words comes off by itself."""
        piece = self._piece(question.subject)
        taken = self.drawer.taken_since(piece, self._market_time(question.asked_at))
        if taken is None:
            return COUNT
        number = str(self.drawer.unsold(piece) + taken)
        return number if number in question.options else COUNT

    async def _is_there_another(self, question: doubts.Question) -> str | None:
        parts: Mapping[str, int] = question.evidence["parts"]
        more = {sku: await self._more_than_peg_knows(Sku(sku)) for sku in parts}
        if all(more[sku] == pieces for sku, pieces in parts.items()):
            return "yes"
        return "no" if all(more[sku] <= 0 for sku in parts) else COUNT

    async def _are_still_there(self, question: doubts.Question) -> str | None:
        missed: Mapping[str, int] = question.evidence["missed"]
        more = {sku: await self._more_than_peg_knows(Sku(sku)) for sku in missed}
        if all(more[sku] == 0 for sku in missed):
            return "there"
        return "gone" if all(more[sku] == -pieces for sku, pieces in missed.items()) else COUNT

    async def _which(self, question: doubts.Question) -> str | None:
        evidence = question.evidence
        market = str(evidence["shop"]).partition(":")[0]
        took = self.drawer.sold_by(market, evidence["order"], evidence["line"])
        if list(took.values()) != [1]:
            return None  # a set is told by `peg match compose`, which is no answer
        (piece,) = took
        return self.stage.names.get(piece)

    async def _more_than_peg_knows(self, sku: Sku) -> int:
        """Unsold pieces in the drawer, less those of `peg stock`, kept and missed ones too."""
        async with reading(self.commands.peg().ground.database) as session:
            level = (await queries.position(session, sku)).level
        return self.drawer.unsold(self._piece(sku)) - (level.on_hand - level.committed)

    def _asked_of(self, question: doubts.Question) -> list[str]:
        if question.kind == DISAGREES:
            return [question.subject]
        if question.kind in {EXTRA_PIECES, STILL_THERE}:
            return sorted(question.evidence.get("parts") or question.evidence["missed"])
        return []

    def _is_sure_of(self, piece: PieceId) -> bool:
        return self.drawer.is_quiet(piece) and self.counting.all_is_told()

    def _piece(self, sku: str) -> PieceId:
        return next(PieceId(piece) for piece, name in self.stage.names.items() if name == sku)

    def _market_time(self, moment: datetime) -> datetime:
        """By the practice shops' clock, which is not PEG's."""
        ahead = self.stage.life.ground.clock.now() - self.stage.world.clock.now()
        return moment - ahead
