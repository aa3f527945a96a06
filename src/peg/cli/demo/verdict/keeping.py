"""What the practice shops saw of every piece, kept beside a run that did not hold."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from peg.cli.demo.verdict.record import Happened

RECORD = "practice-record.jsonl"


def keep_record(happened: Iterable[Happened], home: Path) -> None:
    """A line of JSON for each thing that happened to stock, in the market's time, earliest first.

    PEG's own side of it is in the database and the log of the same folder.
    """
    lines = [json.dumps(asdict(one), default=str) for one in happened]
    (home / RECORD).write_text("".join(f"{line}\n" for line in lines))
