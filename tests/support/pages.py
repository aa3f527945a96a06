"""The fenced blocks of a Markdown page, and what a page promises about them.

    ```console              each `$ peg …` is run, what follows it is what it prints
    ```console refused      the same, and each command must fail
    ```python               run; lines after `>>>` are compared with what follows them
    ```sh no-run: reason    only shown, and says why

`...` in expected output stands for anything. The blocks of one page share one PEG_HOME and one
Python namespace, so that a page tells one story from top to bottom.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```(.*)$")
NO_RUN = re.compile(r"no-run: \w+ \w+")
RUNNABLE = {"console", "python"}
SHOWN_ONLY = {"", "json", "text", "sql", "graphql", "http", "toml", "yaml", "ini", "mermaid"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    line: int
    language: str
    mark: str
    text: str

    @property
    def shown_only(self) -> bool:
        return self.language in SHOWN_ONLY or bool(NO_RUN.match(self.mark))

    @property
    def refused(self) -> bool:
        return self.mark == "refused"

    @property
    def complaint(self) -> str | None:
        """What is wrong with how the block is marked."""
        if self.shown_only or (self.language in RUNNABLE and self.mark in {"", "refused"}):
            return None
        return f"line {self.line}: '{self.language} {self.mark}' cannot be run; mark it 'no-run: …'"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a console block and what it is said to print."""

    line: int
    command: str
    expected: str


def blocks(text: str) -> list[Block]:
    found: list[Block] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        at += 1
        if fence is None:
            continue
        start = at
        while at < len(lines) and lines[at].strip() != "```":
            at += 1
        language, _, mark = fence[2].partition(" ")
        inside = [line.removeprefix(fence[1]) + "\n" for line in lines[start:at]]
        found.append(Block(start, language, mark.strip(), "".join(inside)))
        at += 1
    return found


def steps(block: Block) -> list[Step]:
    """The commands of a console block; a backslash at the end continues a command."""
    found: list[Step] = []
    continued = False
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            found.append(Step(number, line[2:], ""))
        elif continued:
            last = found.pop()
            found.append(Step(last.line, last.command[:-1] + line.strip(), ""))
        elif found:
            last = found.pop()
            found.append(Step(last.line, last.command, f"{last.expected}{line}\n"))
        continued = bool(found) and not found[-1].expected and line.endswith("\\")
    return found


def pages(root: Path) -> list[Path]:
    """README and every page under docs."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
