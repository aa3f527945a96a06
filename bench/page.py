"""The page of benchmarks: each command writes its own section and leaves the others alone."""

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SECTIONS = ("The main job", "The import", "Rehearsals")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def write_section(title: str, body: str) -> None:
    """Put one section on the page in the place of its former self."""
    PAGE.write_text(with_section(PAGE.read_text(), title, body))


def with_section(page: str, title: str, body: str) -> str:
    """The page with one section new; sections stand in the order of SECTIONS.

    Raises:
        ValueError: the page has no place for such a section.
    """
    head, *rest = HEADING.split(page)
    found = dict(zip(rest[::2], rest[1::2], strict=True)) | {title: f"\n\n{body}"}
    if unknown := found.keys() - set(SECTIONS):
        raise ValueError(f"no place for the sections {sorted(unknown)}: name them in SECTIONS")
    parts = [f"## {name}\n\n{found[name].strip()}" for name in SECTIONS if name in found]
    return "\n\n".join([head.strip(), *parts]) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown; None is an empty cell."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def verdict(met: bool | None) -> str:  # noqa: FBT001 - it is what the word says
    """The word in the last column; where nothing was aimed at there is none."""
    return "" if met is None else "met" if met else "MISSED"


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)
