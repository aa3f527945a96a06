"""Run the real `peg` in this process."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peg.cli.main import run


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> Any:
        return json.loads(self.err.splitlines()[-1])


def peg(home: Path, *words: str, **environment: str) -> Ran:
    """Run `peg WORDS` with its data in `home`."""
    out, err = io.StringIO(), io.StringIO()
    code = run(words, {"PEG_HOME": str(home), **environment}, out=out, err=err)
    return Ran(code, out.getvalue(), err.getvalue())
