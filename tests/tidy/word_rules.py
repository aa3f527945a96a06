"""What must not stand in the repository's text."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.rule import Breach, Rule, comments, python, tree

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|ruff:\s*noqa)")
SILENCED_WITH_REASON = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[^]]+\]\s*#).*?\w+ \w+")
MACHINE_PATH = re.compile(r"(?<![\w.*}~-])/(?:work|root|home/\w+|Users/\w+|opt/wheels)/")
REGISTRY = re.compile(r"(?:files\.pythonhosted|//pypi|registry\.npmjs)\.org")
TIME_OF_DAY = re.compile(r"%H:%M")
MADE_BY_TOOLS = {"uv.lock"}


def unfinished(path: PurePosixPath, text: str) -> Iterator[Breach]:
    in_code = path.suffix == ".py"
    lines = comments(text, UNFINISHED) if in_code else enumerate(text.splitlines(), 1)
    for number, line in lines:
        if UNFINISHED.search(line):
            yield number, "finish it, or file an issue and say so in words"


def silenced(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for number, comment in comments(text, SILENCED):
        if not SILENCED_WITH_REASON.search(comment):
            yield number, "a check is silenced without its code and a reason beside it"


def machine_words(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield number, "names a path of one machine: find it from the file's own place"
        if REGISTRY.search(line):
            yield number, "names a registry's host: leave that to the client's settings"


def loose_times(_: PurePosixPath, text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        if TIME_OF_DAY.search(line):
            yield number, "a time that people read says its zone: for_people of domain/moment.py"


def foreign_tables(path: PurePosixPath, text: str) -> Iterator[Breach]:
    owner = ".".join(path.parts[1:-1])
    for number, module in _imports(text):
        package, _, last = module.rpartition(".")
        if last == "tables" and package.partition(".")[2] and not owner.startswith(package):
            yield number, f"{module} is private to {package}: call its functions"


def _imports(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def _tables_are_private_to(path: PurePosixPath) -> bool:
    return python(path) and path.parts[0] == "src" and "migrations" not in path.parts


def _told_to_people(path: PurePosixPath) -> bool:
    """Not the pictures that move, where a time of day stands beside the reader's own clock."""
    return path.parts[:2] == ("src", "peg") and path.parts[2] != "web" and "demo" not in path.parts


def _written_by_hand(path: PurePosixPath) -> bool:
    return path.name not in MADE_BY_TOOLS


WORD_RULES = (
    Rule(
        name="a time that people read says its zone",
        covers=lambda path: python(path) and _told_to_people(path),
        breaches=loose_times,
        bad=("src/peg/cli/a.py", 'f"since {at:%Y-%m-%d %H:%M}"\n'),
        good=("src/peg/cli/a.py", 'f"since {for_people(at)}"\n'),
    ),
    Rule(
        name="nothing is left unfinished",
        covers=lambda path: path.suffix in {".py", ".md", ".toml", ".html", ".js", ".css", ".yml"},
        breaches=unfinished,
        bad=("src/peg/a.py", "x = 1  # TODO later\n"),
        good=("src/peg/a.py", "x = 'TODO'  # what a shopkeeper writes on a note\n"),
    ),
    Rule(
        name="a silenced check has its code and its reason",
        covers=python,
        breaches=silenced,
        bad=("src/peg/a.py", "import a  # type: ignore[import-untyped]\n"),
        good=("src/peg/a.py", "import a  # type: ignore[import-untyped]  # it ships no types\n"),
    ),
    Rule(
        name="no words of one machine stand in the repository",
        covers=_written_by_hand,
        breaches=machine_words,
        bad=("docs/a.md", f"cd {PurePosixPath('/', 'work', 'main')}\n"),
        good=("docs/a.md", "cd peg; GET https://api.etsy.com/v3/application/work/1\n"),
    ),
    Rule(
        name="a package's tables are imported by their owner alone",
        covers=_tables_are_private_to,
        breaches=foreign_tables,
        bad=("src/peg/web/pages.py", "from peg.ledger.tables import levels\n"),
        good=("src/peg/ledger/book.py", "from peg.ledger import tables\n"),
    ),
)
