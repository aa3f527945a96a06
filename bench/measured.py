"""What every measurement says of itself, and where it is kept."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"


def keep(name: str, command: str, facts: Mapping[str, Any]) -> str:
    """Write a result with its time, command and machine; the sentence that says so on the page."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"at": at, "commit": commit(), "machine": machine(), "command": command, **facts}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n")
    return f"Measured {at} at commit {commit()} by `{command}` on {machine()}."


def commit() -> str:
    """What was measured: the commit, and whether the folder differs by more than results."""
    try:
        told = _git("rev-parse", "--short=12", "HEAD")
        others = (":!bench/results", ":!docs/benchmarks.md")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *others)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{told} with changes" if changed else told


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words],  # noqa: S607 - whichever git this machine has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def machine() -> str:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, Linux"
