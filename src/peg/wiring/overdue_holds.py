"""A hold whose time is over counts nowhere, also where no `peg run` is at work to end it."""

from peg.db.transaction import begin, reading
from peg.ledger import reservations
from peg.propagation.retarget import retarget
from peg.wiring.ground import Ground


async def end_overdue_holds(ground: Ground) -> None:
    """End them before anybody reads what is available, and give their offers new targets.

    So the book alone says what is available: nobody who reads it has to look at the clock, too.

    Raises:
        DatabaseUnavailable: one is over, and the database cannot be written.
    """
    now = ground.clock.now()
    async with reading(ground.database) as session:
        if not await reservations.any_due(session, now=now):
            return
    async with begin(ground.database) as session:
        ended = await reservations.expire_due(session, now=now)
        await retarget(session, {one.sku for one in ended}, now=now)
