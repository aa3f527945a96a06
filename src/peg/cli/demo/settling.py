"""Wait until everything that was begun has come to its end, or its time is over."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from peg.cli.demo.practice import Control
from peg.db.transaction import reading
from peg.intake import checks, inbox
from peg.ledger import questions
from peg.propagation import board
from peg.wiring.engine import Engine

CALM_FOR_S = 3.0
LOOK_EVERY_S = 0.25


async def settled(engine: Engine, control: Control, *, within_s: float) -> bool:
    """Whether PEG and the practice shops came to rest: no delivery, doubt or push is left."""
    clock = engine.ground.clock
    begun, calm_since = clock.monotonic(), None
    while clock.monotonic() - begun < within_s:
        if await at_rest(engine, control):
            calm_since = calm_since if calm_since is not None else clock.monotonic()
            if clock.monotonic() - calm_since >= CALM_FOR_S:
                return True
        else:
            calm_since = None
        await asyncio.sleep(LOOK_EVERY_S)
    return False


async def at_rest(engine: Engine, control: Control) -> bool:
    """Whether nothing is under way at this moment."""
    if (await control.read("buyers"))["state"] not in {"idle", "done"}:
        return False
    async with reading(engine.ground.database) as session:
        return (
            await inbox.oldest_waiting_at(session) is None
            and not await checks.waiting_count(session)
            and not await moving(session)
        )


async def moving(session: AsyncSession) -> int:
    """Offers on their way to their targets; those that a question keeps are not."""
    asked = {
        int(question.subject)
        for question in await questions.open_questions(session)
        if question.subject.isdigit()
    }
    return len([offer for offer in await board.dirty_offers(session) if offer not in asked])
