"""A run is a function of its seed, and of nothing that an interpreter draws for itself."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HANGS_AFTER_S = 600.0


def begun(hash_seed: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulation.replay"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_interpreters_play_the_same_history() -> None:
    players = [begun("1"), begun("2")]

    told = [player.communicate(timeout=HANGS_AFTER_S)[0] for player in players]

    assert told[0].strip()
    assert told[0] == told[1]
