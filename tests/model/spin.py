"""Run the model through spin: it writes a program in C that tries every order of events."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import perf_counter

MODEL = Path(__file__).parent / "last_piece.pml"
VARIANT = re.compile(r"#define (\w+) \d+ +/\* I(\d): (.+) \*/")
BROKEN = re.compile(r"assertion violated \(+(\d)&&")
STATES = re.compile(r"(\d+) states, stored")
DEPTH = re.compile(r"depth reached (\d+)")
ERRORS = re.compile(r"errors: (\d+)")
MEMORY = re.compile(r"([\d.]+)\ttotal actual memory usage")

Bounds = Mapping[str, int | str]
"""What can happen, and the variant: names that the model takes by #define."""


class Search(Enum):
    """What is looked for, with spin's words for it; states are kept whole, not hashed to a bit.

    A counterexample is soon found: there it is the compiler that must be quick.
    """

    PROMISES = (("-O2", "-DSAFETY"), ("-m10000", "-w24"))
    CYCLES = (("-O2", "-DNP"), ("-m10000", "-w24", "-l"))
    COUNTEREXAMPLE = (
        ("-O0", "-DSAFETY"),
        ("-m100", "-w22"),
    )


class SpinFailed(Exception):
    """Spin, or the program that it wrote, did not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a search has found.

    Attributes:
        broken: the number of the promise that was broken; None where none was.
        complete: every state that can be reached was visited.
    """

    errors: int
    broken: int | None
    complete: bool
    states: int
    depth: int
    seconds: float
    memory_mb: float


def missing_programs() -> str:
    """What has to be installed before the model can be checked; empty where nothing has to be."""
    missing = [] if shutil.which("spin") else ["spin"]
    if not any(map(shutil.which, ("cc", "gcc"))):
        missing.append("a C compiler")
    return " and ".join(missing)


def variants() -> Mapping[str, tuple[int, str]]:
    """Each variant with the promise it must break, and what it does."""
    text = (MODEL.parent / "variants.pml").read_text()
    return {name: (int(promise), does) for name, promise, does in VARIANT.findall(text)}


def check(folder: Path, search: Search, bounds: Bounds) -> Verdict:
    """Search in `folder`, which is filled with what spin writes.

    Raises:
        SpinFailed: the model does not compile, or the search broke off.
    """
    compiled, searched = search.value
    defined = [f"-D{name}={value}" for name, value in bounds.items()]
    run(folder, "spin", *defined, "-o3", "-a", str(MODEL))
    compiler = "cc" if shutil.which("cc") else "gcc"
    run(folder, compiler, *compiled, "-DNOREDUCE", "-w", "-o", "pan", "pan.c")
    begun_s = perf_counter()
    told = run(folder, str(folder / "pan"), *searched)
    return _verdict(told, perf_counter() - begun_s)


def _verdict(told: str, seconds: float) -> Verdict:
    broken = BROKEN.search(told)
    errors = int(_found(ERRORS, told))
    return Verdict(
        errors=errors,
        broken=int(broken[1]) if broken else None,
        complete="Search not completed" not in told and "depth too small" not in told,
        states=int(_found(STATES, told)),
        depth=int(_found(DEPTH, told)),
        seconds=seconds,
        memory_mb=float(_found(MEMORY, told)),
    )


def _found(pattern: re.Pattern[str], told: str) -> str:
    found = pattern.search(told)
    if found is None:
        raise SpinFailed(told)
    return found[1]


def run(folder: Path, program: str, *words: str, may_fail: bool = False) -> str:
    """What a program says; of one that `may_fail`, also when it did."""
    path = shutil.which(program)
    if path is None:
        raise SpinFailed(f"{program} is not installed")
    ran = subprocess.run(
        [path, *words], cwd=folder, capture_output=True, text=True, timeout=1800, check=False
    )
    if ran.returncode and not may_fail:
        raise SpinFailed(f"{program} {' '.join(words)}\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout
