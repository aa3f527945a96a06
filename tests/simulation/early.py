"""Orders that were placed before PEG came: what becomes of them it hears as it works already."""

import asyncio
from collections import Counter
from random import Random

from tests.simulation.plan import Plan

from marketsim.buyers.fates import Placed, meet_fate
from marketsim.world import World


class Early:
    """Buyers of the hour before the import."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._fates: list[asyncio.Task[None]] = []

    async def sell(self) -> None:
        """Let them order; each order goes its own way from then on."""
        rng, world = Random(f"early/{self._plan.seed}"), self._world
        for number in range(self._plan.early_orders):
            market = world.market(rng.choice(sorted(world.practices)))
            units = market.units()
            left = [one.unit for one in market.offered() if world.truth.allowed(units[one.unit])]
            order = market.buy(rng.choice(left))  # who sold it twice before, PEG cannot know
            own = Random(f"early/{self._plan.seed}/{number}")
            fate = meet_fate(
                Placed(market=market, order=order, rng=own),
                habits=self._plan.people,
                clock=world.clock,
                tally=Counter(),
            )
            self._fates.append(asyncio.get_running_loop().create_task(fate, name=str(order)))
            await asyncio.sleep(rng.uniform(0.0, 900.0))

    async def close(self) -> None:
        """What has not happened by now does not."""
        for fate in self._fates:
            fate.cancel()
        await asyncio.gather(*self._fates, return_exceptions=True)
