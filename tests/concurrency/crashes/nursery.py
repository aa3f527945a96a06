"""Starts PEG again and again, each time as a process of its own, without loading it anew.

It reads a line of JSON for each start, loads PEG once, and forks. Each child is the real `peg run`.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from tests.concurrency.crashes.points import Act, Moment, Point
from tests.concurrency.crashes.watch import Watch

import peg.cli.running
import peg.workers.embedded
from peg.cli.main import run

PR_SET_PDEATHSIG = 1

LOADED = (peg.cli.running, peg.workers.embedded)


def main() -> None:
    """Start what is asked for, one after the other, and say when it begins and how it ends."""
    die_with_parent()
    gc.freeze()
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(wanted)
        say(begun=pid)
        _, status = os.waitpid(pid, 0)
        say(ended=pid, code=os.waitstatus_to_exitcode(status))


def live(wanted: dict[str, Any]) -> NoReturn:
    """Be `peg run`, until the end."""
    die_with_parent()
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, number)
    if wanted["point"] is not None:
        Watch(read(wanted["point"]), Path(wanted["armed"])).begin()
    code = run(["run"], {**os.environ, **wanted["environment"]})
    sys.stderr.flush()
    os._exit(code)


def die_with_parent() -> None:
    """Whoever stops the tests, however, leaves no PEG behind; elsewhere than on Linux they may."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def written(point: Point) -> dict[str, Any]:
    """A point as a line of JSON may hold it."""
    return {
        "area": point.area,
        "where": point.where,
        "moment": point.moment.name,
        "act": point.act.name,
        "nth": point.nth,
    }


def read(told: dict[str, Any]) -> Point:
    """A point as it was written."""
    return Point(**{**told, "moment": Moment[told["moment"]], "act": Act[told["act"]]})


def say(**told: int) -> None:
    """To whoever started the nursery."""
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
