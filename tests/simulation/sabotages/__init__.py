"""Ways to break PEG on purpose: the judge of the simulation must notice each of them."""

from collections.abc import Sequence

from tests.simulation.sabotages import hearing, keeping, telling, writing
from tests.simulation.sabotages.kinds import Sabotage

SABOTAGES: Sequence[Sabotage] = (
    *writing.SABOTAGES,
    *hearing.SABOTAGES,
    *keeping.SABOTAGES,
    *telling.SABOTAGES,
)
