"""Mistakes of whoever takes in what the owner says: they show only where she says something."""

from collections.abc import Sequence

from tests.simulation.sabotages.kinds import CALM, Sabotage
from tests.support.spoilt_source import Edit

SABOTAGES: Sequence[Sabotage] = (
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
