"""Pairs about which the owner says nothing before she trades: one piece, and PEG does not know."""

from random import Random

from tests.simulation.plan import Plan

from peg.cli.demo.drawer import right_pairs
from peg.cli.demo.practice import Control
from peg.wiring.peg import Peg


async def left_undecided(peg: Peg, control: Control, plan: Plan) -> set[str]:
    """The pieces of a share of the right pairs."""
    rng = Random(f"undecided/{plan.seed}")
    pieces = [piece for _, piece in await right_pairs(peg, control)]
    return {piece for piece in pieces if rng.random() < plan.undecided_share}
