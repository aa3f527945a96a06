"""Run `peg demo` as a newcomer does: as a program of its own, with nothing else set."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peg.settings.fields import Settings

HANGS_AFTER_S = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One rehearsal that ended.

    Attributes:
        words: what was typed after `peg`.
        exit_code: 0 only if every invariant held.
        found: its figures; empty if it printed none.
        complaint: the end of what it wrote on standard error.
    """

    words: Sequence[str]
    exit_code: int
    seconds: float
    found: dict[str, Any]
    complaint: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def replay(self) -> str:
        """The same rehearsal by hand, in a fresh clone."""
        settings = "".join(f"{name}={value} " for name, value in self.settings.items())
        return f'{settings}make demo ARGS="{" ".join(self.words[1:])}"'


IN_EARNEST = {
    f"PEG_{name.upper()}": f"{Settings.model_fields[name].default:g}"
    for name in ("poll_shopify_s", "poll_etsy_s", "glance_s", "reconcile_s")
}
"""PEG's own settings, where the demo has quicker ones to be worth watching."""


class NotMeasured(Exception):
    """A rehearsal did not hold, or printed no figures: nothing of it is published."""


def measured(run: Run) -> dict[str, Any]:
    """The figures of a rehearsal that held.

    Raises:
        NotMeasured: it did not, or a figure is missing.
    """
    speed = run.found.get("seconds_from_sale_to_withdrawal", {}).get("after_sales", {})
    missing = speed.get("p50") is None or speed.get("p99") is None
    if run.exit_code or missing:
        broken = [name for name, held in run.found.get("invariants", {}).items() if not held]
        why = "; ".join(broken) or run.complaint or "no seconds from sale to withdrawal"
        raise NotMeasured(f"exit code {run.exit_code} ({why}); again: {run.replay}")
    return run.found


def run_demo(
    *options: str, log_file: Path | None = None, settings: Mapping[str, str] | None = None
) -> Run:
    """Run one headless demo to its end; PEG's log goes to `log_file`, else it ends with it.

    `settings` of PEG stand instead of the demo's own.
    """
    words = ("demo", "--headless", *options, "--json")
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "peg", *words],
            env={
                **clean_environment(),
                **(settings or {}),
                **({"PEG_LOG_FILE": str(log_file)} if log_file else {}),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=HANGS_AFTER_S,
        )
    except subprocess.TimeoutExpired:
        code, out, err = 1, "", f"no end within {HANGS_AFTER_S:g} s"
    else:
        code, out, err = done.returncode, done.stdout, done.stderr
    return Run(
        words=words,
        exit_code=code,
        seconds=round(time.monotonic() - began, 1),
        found=json.loads(out) if out.startswith("{") else {},
        complaint=err.strip()[-500:],
        settings=settings or {},
    )


def clean_environment() -> dict[str, str]:
    """The environment without what somebody set for their own PEG."""
    return {name: text for name, text in os.environ.items() if not name.startswith("PEG_")}
