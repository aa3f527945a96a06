"""Play seeds with a sabotaged PEG, in a process of its own, until the judge notices."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.run import MEMORY
from tests.simulation.sabotages.kinds import Sabotage
from tests.support.spoilt_source import lay

ROOT = Path(__file__).parents[3]
HANGS_AFTER_S_PER_SEED = 600.0


class BrokeDown(Exception):
    """The simulation itself went no further: this says nothing about the judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How it went. `seed` is None where the judge saw nothing within the seeds `tried`."""

    sabotage: Sabotage
    tried: int
    seed: int | None = None
    sentence: str = ""

    def __str__(self) -> str:
        if self.seed is None:
            return f"{self.sabotage.name}: NOT CAUGHT in {self.tried} from {self.sabotage.seed} on"
        return f"{self.sabotage.name}: caught at seed {self.seed} by {self.sentence}"


def play(sabotage: Sabotage, *, first: int | None = None, seeds: int = 1) -> Found:
    """Play `seeds` seeds from its own on, or from `first`, until one of its invariants breaks.

    Raises:
        NoLongerFits: it cannot be applied.
        BrokeDown: the simulation did not come to its end.
    """
    begin = sabotage.seed if first is None else first
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="peg-sabotage-", dir=memory) as folder:
        source = Path(folder) / "src"
        lay(sabotage.edits, source)
        told = _played(sabotage, source, first=begin, seeds=seeds)
    if told is None:
        return Found(sabotage=sabotage, tried=seeds)
    return Found(sabotage=sabotage, tried=seeds, seed=told["seed"], sentence=told["sentence"])


def _played(sabotage: Sabotage, source: Path, *, first: int, seeds: int) -> Any:
    told = {
        "breaks": sorted(sabotage.breaks),
        "amid": sabotage.amid,
        "chores_per_hour": sabotage.chores_per_hour,
        "returns": sabotage.returns,
        "first": first,
    }
    words = [sys.executable, "-m", "tests.simulation.until_broken"]
    done = subprocess.run(
        [*words, json.dumps({**told, "seeds": seeds})],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_AFTER_S_PER_SEED * seeds,
    )
    if done.returncode:
        raise BrokeDown(f"{sabotage.name}, from seed {first} on:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout) if done.stdout else None
