"""What a tidy rule is: it reads one file and says, per line, what to mend."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

Breach = tuple[int, str]
"""A line number and a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit, which files it is for, and a sample of each kind that proves it can fail."""

    name: str
    covers: Callable[[PurePosixPath], bool]
    breaches: Callable[[PurePosixPath, str], Iterator[Breach]]
    bad: tuple[str, str]
    good: tuple[str, str]

    def __str__(self) -> str:
        return self.name

    def judge(self, path: str, text: str) -> list[str]:
        """All that is wrong in one file, as `path:line: what to do`."""
        place = PurePosixPath(path)
        if not self.covers(place):
            return []
        return [f"{path}:{line}: {sentence}" for line, sentence in self.breaches(place, text)]


def any_file(_: PurePosixPath) -> bool:
    return True


def python(path: PurePosixPath) -> bool:
    written_by_a_tool = {"generated", "versions"} & set(path.parts)
    return path.suffix == ".py" and not written_by_a_tool


def python_in(*folders: str) -> Callable[[PurePosixPath], bool]:
    return lambda path: python(path) and path.parts[0] in folders


@cache
def tree(text: str) -> ast.Module:
    return ast.parse(text)


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def comments(text: str, words: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Each comment that has the words, with its line; what stands in a string is none."""
    if not words.search(text):  # few files have: to divide one into its tokens takes long
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and words.search(token.string):
            yield token.start[0], token.string
