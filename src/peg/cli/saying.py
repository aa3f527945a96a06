"""How a sentence is printed, and how wide the window is that it is read in."""

from collections.abc import Mapping

from rich.console import Console

from peg.cli.cells import folded

WIDTH = "COLUMNS"
"""By this a person, or a program such as `watch`, says how wide a window is that nobody can ask."""


def window(to: Console, environment: Mapping[str, str]) -> int | None:
    """How wide the window is; None where there is none: a file and a program get whole lines."""
    said = environment.get(WIDTH, "")
    if said.isdecimal() and int(said):
        return int(said)
    return to.width if to.is_terminal else None


def say(to: Console, sentence: str, width: int | None) -> None:
    """Print words for people, broken between words, and never within a command that fits a line."""
    lines = [line for part in sentence.split("\n") for line in _lines(part, width)]
    to.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _lines(line: str, width: int | None) -> list[str]:
    if width is None:
        return [line]
    words = line.lstrip(" ")
    indent = line[: len(line) - len(words)]
    return [indent + part for part in folded(words, width - len(indent))]
