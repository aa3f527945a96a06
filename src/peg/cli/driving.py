"""Have offers driven to their targets: by this command, or by the PEG that runs."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from peg.db.transaction import reading
from peg.domain.identity import OfferId, ShopId
from peg.propagation import board
from peg.propagation.board import DUE_AT_ONCE_MAX, Standing
from peg.wiring.alone import is_running
from peg.wiring.ground import Ground
from peg.wiring.peg import Peg

LOOK_S = 0.25
TRIES_WAITED_FOR = 3
"""After so many in vain the reason is told, and no longer waited for."""


async def drive(peg: Peg) -> None:
    """Drive what is behind, once; what fails is not tried again."""
    engine = await peg.engine()
    async with reading(peg.ground.database) as session:
        many = await board.dirty_count(session)
    for worker in engine.workers.values():
        for _ in range(0, many, DUE_AT_ONCE_MAX):
            if not await worker.lower_once():
                break
            await worker.raise_once()


async def wait_for_the_runner(
    ground: Ground,
    wanted: Sequence[OfferId],
    *,
    not_of: Collection[ShopId],
    within_s: float,
    done: Callable[[int], None],
) -> None:
    """Wait until the PEG that runs has driven these offers, or tried hard, or ended.

    Args:
        ground: where it keeps how they stand.
        wanted: the offers.
        not_of: shops that nothing is written to: theirs are not waited for.
        within_s: no longer than that.
        done: told how many are driven, at each look.
    """
    until = ground.clock.now() + timedelta(seconds=within_s)
    while is_running(ground.settings):
        async with reading(ground.database) as session:
            found = await board.standings(session, wanted)
        left = [
            one
            for one in found.values()
            if one.dirty and one.shop not in not_of and not tried_hard(one)
        ]
        done(len(wanted) - len(left))
        if not left or ground.clock.now() >= until:
            return
        await ground.clock.sleep(LOOK_S)


def tried_hard(standing: Standing) -> bool:
    """Whether it was tried so often in vain, or so surely refused, that a person should hear it."""
    refused = standing.refused_at is not None and standing.attempts > 0
    return refused or standing.attempts >= TRIES_WAITED_FOR
