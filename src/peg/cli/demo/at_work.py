"""What the jeweller does while the shops are open: sells at the counter, holds, answers, pairs.

Each as its command does it. What she says is true: she looks into the drawer, which is the practice
shops' own record, and chooses pieces that lie quiet.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from peg.catalog import proposals
from peg.catalog.proposals import KeptProposal
from peg.cli.demo.drawer import Drawer, look
from peg.cli.demo.person import Sorted
from peg.cli.demo.practice import Control
from peg.db.transaction import begin, reading
from peg.domain.errors import InsufficientStock, PegError
from peg.domain.identity import Sku
from peg.ledger import counter, queries, questions, reservations
from peg.ledger.pieces_asked import DISAGREES
from peg.ledger.questions import Question
from peg.onboarding import answers
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg

WHO = "jeweller"

HOLDS_FOR = timedelta(seconds=10)
LOOK_EVERY_S = 0.5
AGAIN_AFTER_S = 1.0
TRIES_MAX = 60
"""A shop that gives no answer is asked again: her word about a pair waits for its figures. What is
never accepted, and what never ends, is found by the verdict."""

DAY = (
    (0.04, "pairs"),
    (0.15, "sells"),
    (0.25, "holds"),
    (0.40, "sells"),
    (0.50, "answers"),
    (0.60, "receives"),
    (0.75, "sells"),
)
"""What she does after which share of the orders."""


@dataclass(slots=True, kw_only=True)
class AtWork:
    """The jeweller of one rehearsal; `done` counts what she did, `counted` what she answered for.

    `undecided` are pieces of which she has not said yet that two offers sell them; `say` tells who
    watches.
    """

    peg: Peg
    engine: Engine
    control: Control
    sorted_out: Sorted
    undecided: frozenset[str]
    rng: Random
    say: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    counted: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Through the day, until the shops are closed; what is kept for somebody ends by itself."""
        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "pairs": self._pairs,
            "sells": self._sells,
            "holds": self._holds,
            "answers": self._answers,
            "receives": self._receives,
        }
        for share, what in DAY:
            await self._until(share)
            await acts[what]()
        await self._until_nothing_is_kept()

    def so_far(self) -> Sorted:
        """What she has sorted out by now: what she answered for is counted by hand."""
        return replace(self.sorted_out, labelled=self.sorted_out.labelled | self.counted)

    def told(self) -> dict[str, int]:
        """How much she did of each, for the figures."""
        return {name: self.done[name] for name in DONE}

    async def _until(self, share: float) -> None:
        while True:
            buyers = await self.control.read("buyers")
            if buyers["state"] != "running":
                return
            if buyers["orders"]["placed"] >= share * buyers["orders"]["wanted"]:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _pairs(self) -> None:
        async with reading(self.peg.ground.database) as session:
            waiting = await proposals.open_proposals(session)
        sold = await self._drawer()
        for pair in waiting:
            piece = sold.piece_of_pair(pair)
            if piece in self.undecided:
                await self._accept(pair)

    async def _accept(self, pair: KeptProposal) -> None:
        decider, importer = self.peg.decider(self.engine), self.peg.importer(self.engine)
        for _ in range(TRIES_MAX):
            try:
                await decider.accept(pair.id, who=WHO)
            except PegError:
                await self.peg.ground.clock.sleep(AGAIN_AFTER_S)
            else:
                await importer.take_in_kept(lambda _step, _by: None)
                self._did("pairs_accepted", f"{pair.etsy.title!r} is one piece on both shops")
                return

    async def _sells(self) -> None:
        piece = await self._quiet(at_least=1)
        if piece is None:
            return
        async with begin(self.peg.ground.database) as session:
            now = self.peg.ground.clock.now()
            await counter.sell(session, self._sku(piece), 1, who=WHO, now=now)
        await self.control.act("counter", piece=piece, delta=-1)
        self._did("sold_in_person", f"sold one {self._sku(piece)} at the counter")

    async def _receives(self) -> None:
        piece = await self._quiet(at_least=0)
        if piece is None:
            return
        await self.control.act("counter", piece=piece, delta=1)
        async with begin(self.peg.ground.database) as session:
            now = self.peg.ground.clock.now()
            await counter.receive(session, self._sku(piece), 1, who=WHO, now=now)
        self._did("received", f"another {self._sku(piece)} came from the bench")

    async def _holds(self) -> None:
        piece = await self._quiet(at_least=1)
        if piece is None:
            return
        try:
            async with begin(self.peg.ground.database) as session:
                now = self.peg.ground.clock.now()
                await reservations.hold(
                    session,
                    self._sku(piece),
                    1,
                    until=now + HOLDS_FOR,
                    why="shows it to her mother",
                    who=WHO,
                    now=now,
                )
        except InsufficientStock:
            return  # it was sold a moment ago
        self._did("held", f"keeps one {self._sku(piece)} for somebody, for a while")

    async def _answers(self) -> None:
        """One question that she left open before she traded, where one of its answers is true."""
        drawer = await self._drawer()
        async with reading(self.peg.ground.database) as session:
            asked = await questions.open_questions(session, DISAGREES)
        for question in asked:
            piece = self._piece(Sku(question.subject))
            number = str(drawer.unsold(piece)) if piece else ""
            if piece and drawer.is_untouched(piece) and number in question.options:
                await self._answer(question, number)
                self.counted.add(piece)
                return

    async def _answer(self, question: Question, number: str) -> None:
        async with begin(self.peg.ground.database) as session:
            now = self.peg.ground.clock.now()
            await answers.answer(session, question.id, number, who=WHO, now=now)
        self._did("questions_answered", f"says that there are {number} {question.subject}")

    async def _quiet(self, *, at_least: int) -> str | None:
        """A piece that nobody touches just now, and of which the book knows all."""
        drawer = await self._drawer()
        asked = await self._asked()
        pieces: Sequence[str] = [
            piece
            for piece, sku in sorted(self.sorted_out.names.items())
            if drawer.unsold(piece) >= at_least
            and drawer.is_quiet(piece)
            and piece not in self.undecided
            and sku not in asked
        ]
        for piece in self.rng.sample(pieces, len(pieces)):
            async with reading(self.peg.ground.database) as session:
                known = (await queries.position(session, self._sku(piece))).level.available
            if known == drawer.unsold(piece):
                return piece
        return None

    async def _asked(self) -> set[str]:
        async with reading(self.peg.ground.database) as session:
            return {one.subject for one in await questions.open_questions(session)}

    async def _until_nothing_is_kept(self) -> None:
        """The hold ends by itself."""
        for _ in range(TRIES_MAX):
            async with reading(self.peg.ground.database) as session:
                if not await reservations.active(session):
                    return
            await self.peg.ground.clock.sleep(AGAIN_AFTER_S)

    def _did(self, what: str, words: str) -> None:
        self.done[what] += 1
        self.say(f"The jeweller: {words}.")

    async def _drawer(self) -> Drawer:
        return await look(self.control)

    def _sku(self, piece: str) -> Sku:
        return self.sorted_out.names[piece]

    def _piece(self, sku: Sku) -> str | None:
        return next((one for one, name in self.sorted_out.names.items() if name == sku), None)


DONE = ("sold_in_person", "received", "held", "pairs_accepted", "questions_answered")
"""What is counted."""
