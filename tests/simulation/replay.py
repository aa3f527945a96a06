"""Play a busy quarter of an hour and say what became of it: the same in every interpreter.

Sets of words are walked in an order that each interpreter draws anew (`PYTHONHASHSEED`), sets of
other things in that of their places in memory. Where that reaches what happens, no seed can be
played again.
"""

import sys
from dataclasses import replace
from random import Random

from tests.simulation.owner.chores import draw_chores
from tests.simulation.plan import Plan, draw
from tests.simulation.run import simulate

DAYS = 0.01


def main() -> None:
    """Print the digest of all that happened, and what was broken."""
    outcome = simulate(busy_quarter(3))
    sys.stdout.write("\n".join([outcome.trace, *map(str, outcome.violations), ""]))


def busy_quarter(seed: int) -> Plan:
    """Few pieces, many orders, misfortunes, and an owner who does something each minute."""
    drawn = draw(seed, days=DAYS, pieces=12, orders_per_day=600)
    chores = draw_chores(Random(f"chores/{seed}"), drawn.trade_s, per_hour=60.0)
    return replace(drawn, chores=chores, early_orders=2, undecided_share=1.0)


if __name__ == "__main__":
    main()
