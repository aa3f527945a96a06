"""`make model`: check the model deeper than the tests do, and print what was found.

With the name of a variant: how it breaks its promise, step by step.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.model.spin import Bounds, Search, Verdict, check, missing_programs, variants
from tests.model.story import story

SEARCHES: tuple[tuple[str, Search, Bounds], ...] = (
    ("as the tests do", Search.PROMISES, {}),
    ("three sales", Search.PROMISES, {"SALES": 3}),
    ("no cycle, as the tests do", Search.CYCLES, {"HANDS": 0}),
    ("no cycle, with a ghost unit", Search.CYCLES, {}),
)


def main(names: list[str]) -> int:
    """Search, or tell the stories of some variants; 1 if anything is not as it should be."""
    if missing := missing_programs():
        print(f"SKIPPED: the model needs {missing}")
        return 0
    if unknown := sorted(set(names) - variants().keys()):
        print(f"no variant is called {', '.join(unknown)}; there are {', '.join(variants())}")
        return 1
    with TemporaryDirectory() as folder:
        if names:
            return max(_tell(name, Path(folder)) for name in names)
        return max([*_search(Path(folder)), *_try_variants(Path(folder))])


def _tell(name: str, folder: Path) -> int:
    promise, does = variants()[name]
    found = check(folder, Search.COUNTEREXAMPLE, {"VARIANT": name})
    print(f"{name}: {does}. I{found.broken} is broken:")
    for line in story(folder, {"VARIANT": name}):
        print(f"  {line}")
    return int(found.broken != promise)


def _search(folder: Path) -> list[int]:
    failed = []
    for title, search, bounds in SEARCHES:
        found = check(folder, search, bounds)
        print(f"{title:30} {_figures(found)}")
        failed.append(int(bool(found.errors) or not found.complete))
    return failed


def _try_variants(folder: Path) -> list[int]:
    failed = []
    for name, (promise, does) in variants().items():
        found = check(folder, Search.COUNTEREXAMPLE, {"VARIANT": name})
        told = f"breaks I{found.broken}" if found.errors else "IS NOT CAUGHT"
        print(f"{name:20} {told:15} {does}")
        failed.append(int(found.broken != promise))
    return failed


def _figures(found: Verdict) -> str:
    cut_short = "" if found.complete else ", CUT SHORT"
    return (
        f"{found.errors} errors, {found.states:,} states, {found.depth} deep,"
        f" {found.seconds:.1f} s, {found.memory_mb:,.0f} MB{cut_short}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
