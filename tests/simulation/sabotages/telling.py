"""Mistakes of whoever takes in what the owner says: they show only where she says something."""

from collections.abc import Sequence

from tests.simulation.sabotages.kinds import CALM, OVERSELLS, Sabotage
from tests.support.spoilt_source import Edit

SABOTAGES: Sequence[Sabotage] = (
    Sabotage(
        name="what came back is told of twice",
        like="an answer about figures, after a cancellation has brought the piece back already",
        edits=[
            Edit(
                "intake/orders.py",
                "            await pieces_asked.meet_by_return(\n"
                "                session, sku, pieces, shop=order.shop, order=order.order\n"
                "            )\n",
                "            pass\n",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="a hold is only a note",
        like="a slip of paper on the drawer, which no shop reads",
        edits=[
            Edit(
                "ledger/reservations.py",
                "            reserved=sign * pieces,",
                "            reserved=0 * sign * pieces,",
            )
        ],
        breaks=frozenset({"I4", "I5"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="a hold that never ends",
        like="a date that nobody looks at again",
        edits=[
            Edit(
                "ledger/reservations.py",
                "return query.where(holds.c.ended_at.is_(None), holds.c.until <= now)",
                "return query.where(holds.c.ended_at.is_(None), holds.c.until < holds.c.opened_at)",
            )
        ],
        breaks=frozenset({"I4"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="write through a pause",
        like="a kill switch that is asked once a day",
        edits=[
            Edit(
                "propagation/pauses.py",
                "    found = await pause_of(session, shop)\n",
                "    found = None\n",
            )
        ],
        breaks=frozenset({"I7"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
)
