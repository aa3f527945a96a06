"""One command of PEG's, as a process of its own that may kill itself at a point.

A line of JSON tells what to do: `python -m tests.concurrency.crashes.errand LINE`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.concurrency.crashes.lives import ROOT
from tests.concurrency.crashes.nursery import die_with_parent, read, written
from tests.concurrency.crashes.points import Point
from tests.concurrency.crashes.watch import Watch

from peg.cli.main import run


async def send(
    environment: Mapping[str, str],
    *words: str,
    log: Path,
    point: Point | None = None,
    code: Path | None = None,
) -> int:
    """Type a command; with what it ended, which is -9 if it was killed.

    `code`: a copy of PEG's source, if it is to be that.
    """
    first = [str(code)] if code is not None else []
    told = json.dumps({"words": words, "point": written(point) if point else None})
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PEG_")}
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.concurrency.crashes.errand",
            told,
            cwd=ROOT,
            env={**clean, **environment, "PYTHONPATH": os.pathsep.join([*first, str(ROOT)])},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
        return await process.wait()


def main() -> int:
    """Be that command."""
    die_with_parent()
    told = json.loads(sys.argv[1])
    if told["point"] is not None:
        Watch(read(told["point"]), Path(os.environ["PEG_HOME"])).begin()
    return run(told["words"], dict(os.environ))


if __name__ == "__main__":
    sys.exit(main())
