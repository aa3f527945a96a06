"""A counterexample that spin has found, step by step: who made it, and what it changed."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby, takewhile
from pathlib import Path

from tests.model.spin import MODEL, Bounds, run

STEP = re.compile(r"\s*(\d+):\s+proc\s+\d+ \((\w+):\d+\)")
CHANGE = re.compile(r"\t+(\w+)(?:\[(\d)\])? = (\S+)$")
END = "spin: trail ends"
SCRATCH = {"allowed", "above", "highest", "more", "explained", "ghost"}
BEGUN_WITH = {"m_figure": "1", "m_pending": "-1", "target": "1", "at": "IDLE"}
"""What is not 0 from the start: once one place of an array has changed, spin prints them all."""

PLACES = {
    "at": ("RAISE_S", "RAISE_E", "WRITE_S", "WRITE_E"),
    "order": ("0", "1", "2", "3"),
    "applied": ("0", "1", "2", "3"),
    "unlisted": ("0", "1", "2", "3"),
    "letter": tuple("01234567"),
}
SIDES = ("S", "E")

Step = tuple[str, str]
Change = tuple[str, str]


def story(folder: Path, bounds: Bounds) -> Iterator[str]:
    """Tell the counterexample that `check` left in `folder`."""
    defined = [f"-D{name}={value}" for name, value in bounds.items()]
    trail = f"{MODEL.name}.trail"
    told = run(folder, "spin", *defined, "-t", "-p", "-g", "-k", trail, str(MODEL), may_fail=True)
    known: dict[str, str] = {}
    for (step, who), lines in groupby(_by_step(told), key=lambda line: line[0]):
        after = dict(change for _, change in lines if change is not None)
        changed = [f"{name} = {value}" for name, value in after.items() if _new(name, value, known)]
        known |= after
        if changed:
            yield f"{step:>3} {who:5} {', '.join(changed)}"


def _by_step(told: str) -> Iterator[tuple[Step, Change | None]]:
    """Each line that spin prints, with the step it belongs to."""
    step = ("", "")
    for line in takewhile(lambda one: not one.startswith(END), told.splitlines()):
        if begun := STEP.match(line):
            step = (begun[1], begun[2])
            yield step, None
        elif step[0] and (change := CHANGE.match(line)) and change[1] not in SCRATCH:
            yield step, (_named(change[1], change[2]), change[3])


def _named(variable: str, place: str | None) -> str:
    if place is None:
        return variable
    return f"{variable}[{PLACES.get(variable, SIDES)[int(place)]}]"


def _new(name: str, value: str, known: Mapping[str, str]) -> bool:
    variable, _, place = name.partition("[")
    return known.get(name, BEGUN_WITH.get(variable, "0") if place else "") != value
