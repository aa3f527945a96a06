"""How long, how deep and how named code may be."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from tests.tidy.rule import Breach, Rule, any_file, functions, python, python_in, tree

FILE_LINES_MAX = 300
CONFTEST_LINES_MAX = 80
FUNCTION_LINES_MAX = 60
EMPTY_NAMES = {"util", "helper", "manager", "service", "common", "misc"}


def long_files(path: PurePosixPath, text: str) -> Iterator[Breach]:
    lines = text.count("\n")
    limit = CONFTEST_LINES_MAX if path.name == "conftest.py" else FILE_LINES_MAX
    if lines > limit:
        yield lines, f"the file has {lines} lines, the limit is {limit}: divide it by what it does"


def long_functions(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for node in functions(text):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield (
                node.lineno,
                f"{node.name} has {lines} lines, the limit is {FUNCTION_LINES_MAX}: name its steps",
            )


def inner_imports(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for function in functions(text):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno, f"{function.name} imports: move it to the top of the file"


def empty_names(path: PurePosixPath, _: str) -> Iterator[Breach]:
    for part in path.with_suffix("").parts:
        for word in part.lower().replace("-", "_").split("_"):
            if word in EMPTY_NAMES or word.removesuffix("s") in EMPTY_NAMES:
                yield 1, f"'{part}' says nothing: name the step of the business"


def patches(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for node in ast.walk(tree(text)):
        names: list[str] = []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [*(getattr(node, "module", None) or "").split("."), *_imported(node)]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, ast.Name):
            names = [node.id]
        if {"mock", "mocker", "monkeypatch", "MonkeyPatch"} & set(names):
            yield getattr(node, "lineno", 1), "patches nothing: pass a fake that keeps the promise"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [part for name in node.names for part in name.name.split(".")]


def wordless_methods(_: PurePosixPath, text: str) -> Iterator[Breach]:
    """Ruff asks modules, classes and functions for a docstring; this asks methods of plain classes.

    What a base or a port documents is not repeated.
    """
    for kind in ast.walk(tree(text)):
        if not isinstance(kind, ast.ClassDef) or kind.name.startswith("_") or kind.bases:
            continue
        for node in kind.body:
            if _wordless(node):
                yield node.lineno, f"{kind.name}.{node.name} is public: say what it does"


def _wordless(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    setter = any(isinstance(found, ast.Attribute) for found in node.decorator_list)
    told = node.name.startswith("_") or setter or node.name in port_methods()
    return not told and ast.get_docstring(node) is None


@cache
def port_methods() -> frozenset[str]:
    """The methods that some `Protocol` in src documents."""
    kinds = (
        node
        for path in (Path(__file__).parents[2] / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases)
    )
    return frozenset(
        node.name
        for kind in kinds
        for node in kind.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


SHAPE_RULES = (
    Rule(
        name="a file has at most 300 lines, a conftest 80",
        covers=python,
        breaches=long_files,
        bad=("tests/conftest.py", "x = 1\n" * 81),
        good=("src/peg/long.py", "x = 1\n" * 300),
    ),
    Rule(
        name="a function has at most 60 lines",
        covers=python,
        breaches=long_functions,
        bad=("src/peg/a.py", "def f() -> None:\n" + "    g()\n" * 60),
        good=("src/peg/a.py", "def f() -> None:\n" + "    g()\n" * 59),
    ),
    Rule(
        name="imports stand at the top of a file",
        covers=python,
        breaches=inner_imports,
        bad=("src/peg/a.py", "async def f() -> None:\n    if x:\n        from a import b\n"),
        good=("src/peg/a.py", "if x:\n    import a\n\n\ndef f() -> None:\n    a.b()\n"),
    ),
    Rule(
        name="a name says which step of the business it is",
        covers=any_file,
        breaches=empty_names,
        bad=("src/peg/stock_utils.py", ""),
        good=("src/peg/stock.py", ""),
    ),
    Rule(
        name="tests patch nothing",
        covers=python_in("tests"),
        breaches=patches,
        bad=("tests/a.py", "from unittest import mock\n"),
        good=("tests/a.py", "def test_a() -> None:\n    client.patch('/listings/1')\n"),
    ),
    Rule(
        name="a public method of a plain class says what it does",
        covers=python_in("src", "tools"),
        breaches=wordless_methods,
        bad=("src/peg/a.py", "class A:\n    async def b(self) -> int:\n        return 1\n"),
        good=("src/peg/a.py", "class A(Port):\n    async def b(self) -> int:\n        return 1\n"),
    ),
)
