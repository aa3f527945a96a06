"""Play seeds until one breaks an invariant that is looked for; where none is named, any counts.

until_broken '{"first": 1, "seeds": 3, "breaks": ["I3"], "amid": [["Shopify dark", 1]],
    "chores_per_hour": 0, "returns": false}'
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.simulation.owner.chores import draw_chores
from tests.simulation.plan import Episode, Plan, draw
from tests.simulation.run import simulate
from tests.simulation.sabotages.kinds import Amid

ALL = ("I1", "I2", "I3", "I4", "I5", "I6", "I7")

HOURS = 6 / 24
"""Of trade, in days."""

SETS, EARLY_ORDERS, MANY_EARLY = 3, 6, 24

BUSY: Mapping[str, Any] = {
    "rivals_share": 0.5,
    "rivals_gap_s": 5.0,
    "payment_s": 60.0,
    "several_share": 0.5,
    "cancelled_share": 0.2,
    "cancelled_s": 60.0,
    "edits_per_order": 0.2,
    "reactivations_per_order": 0.05,
}

MANY_CANCEL: Mapping[str, float] = {"cancelled_share": 0.7, "cancelled_s": 1200.0}


def main(asked: str) -> None:
    """Print the seed and what it broke, as JSON; nothing where all held."""
    wanted = json.loads(asked)
    breaks = wanted["breaks"] or ALL
    for seed in range(wanted["first"], wanted["first"] + wanted["seeds"]):
        plan = busy(
            seed,
            wanted["amid"],
            chores_per_hour=wanted["chores_per_hour"],
            returns=wanted["returns"],
        )
        for violation in simulate(plan, until=breaks).violations:
            if violation.invariant in breaks:
                told = {"seed": seed, "sentence": str(violation)}
                sys.stdout.write(f"{json.dumps(told)}\n")
                return


def busy(seed: int, amid: Amid, *, chores_per_hour: float = 0.0, returns: bool = False) -> Plan:
    """A small shop with much going on: most mistakes need a coincidence.

    Two people often want the same on both shops, some pay late, and many change their minds. Each
    misfortune `amid` which it trades lasts from the first half hour on for half of the day. An
    owner who does something has sold before PEG came, and leaves the pairs for later.
    """
    drawn = draw(seed, days=HOURS, pieces=25, orders_per_day=240)
    does = draw_chores(Random(f"chores/{seed}"), drawn.trade_s, per_hour=chores_per_hour)
    plan = replace(
        drawn,
        sets=SETS,
        people=replace(drawn.people, **{**BUSY, **(MANY_CANCEL if returns else {})}),
        chores=does,
        early_orders=(MANY_EARLY if returns else EARLY_ORDERS) if does else 0,
        undecided_share=1.0 if does else 0.0,
    )
    if not amid:
        return plan
    half_s = plan.trade_s / 2
    return replace(
        plan,
        episodes=tuple(
            Episode(kind=kind, at_s=1800.0, lasts_s=half_s, strength=strength)
            for kind, strength in amid
        ),
    )


if __name__ == "__main__":
    main(sys.argv[1])
