"""Make a history that breaks a promise as small as it can be and still break the same one."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.plan import DAY_S, Plan
from tests.simulation.run import Outcome

TRIES_MAX = 60
MARGIN_S = 3 * 3600.0

Play = Callable[[Plan], Outcome]


def shrink(outcome: Outcome, *, play: Play, tries_max: int = TRIES_MAX) -> Outcome:
    """Leave out days, misfortunes, chores one after the other, as long as the same promise breaks.

    Greedy: every step that still breaks it is kept. `outcome` must hold a violation.
    """
    wanted = outcome.violations[0].invariant
    smallest, tries = outcome, 0
    again = True
    while again and tries < tries_max:
        again = False
        for smaller in _smaller(smallest.plan):
            tries += 1
            found = play(smaller)
            if any(one.invariant == wanted for one in found.violations):
                smallest, again = found, True
                break
            if tries >= tries_max:
                break
    return smallest


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Plans a step simpler, the boldest first."""
    half = plan.days / 2
    if half * DAY_S >= MARGIN_S:
        kept = tuple(one for one in plan.episodes if one.ends_s < half * DAY_S)
        yield replace(plan, days=half, episodes=kept)
    several = len(plan.episodes)
    for size in (several // 2, several // 4, 1):
        if size < 1:
            continue
        for begin in range(0, several, size):
            yield replace(plan, episodes=plan.episodes[:begin] + plan.episodes[begin + size :])
    if plan.chores:
        half_of_them = len(plan.chores) // 2
        yield replace(plan, chores=plan.chores[:half_of_them])
        yield replace(plan, chores=plan.chores[half_of_them:])
    if plan.skew_s or plan.drift:
        yield replace(plan, skew_s=0.0, drift=0.0)
