"""Whoever meets an alarm or a named error finds it in the runbooks."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import peg
from peg.domain.errors import PegError
from peg.reads.alerts import LASTS
from peg.shops.directory import ALARMING

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
INDEX = (RUNBOOKS / "README.md").read_text()
PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.name != "README.md")
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w-]+\.md)\)")
PARTS = ("**Symptom.**", "**Meaning.**", "**What to do.**", "**Well again.**")
RUNS_WHEN_IMPORTED = re.compile(r"__main__$|\.migrations\.(env|versions)")

PASSED_ON = {"intake/doubts.py", "shops/directory.py"}
"""Where an alarm's name is no plain word at `Alert(…)`; `names_in` knows how they come about."""


class UnknownNaming(AssertionError):
    """An alarm gets its name in a way that this test does not follow."""


def errors() -> set[str]:
    """Every error raised on purpose, found by importing all of PEG."""
    for module in pkgutil.walk_packages(peg.__path__, "peg."):
        if not RUNS_WHEN_IMPORTED.search(module.name):
            importlib.import_module(module.name)
    return {kind.__name__ for kind in _with_heirs(PegError)}


def _with_heirs(kind: type[PegError]) -> Iterator[type[PegError]]:
    yield kind
    for heir in kind.__subclasses__():
        if heir.__module__.startswith("peg."):
            yield from _with_heirs(heir)


def alarms() -> set[str]:
    """The name of every alarm that some code may raise."""
    src = ROOT / "src" / "peg"
    return {
        name
        for path in src.rglob("*.py")
        for name in names_in(str(path.relative_to(src)), path.read_text())
    }


def names_in(path: str, source: str) -> Iterator[str]:
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        called = ast.unparse(call.func)
        if called == "Alert":
            name = next(word.value for word in call.keywords if word.arg == "name")
            if isinstance(name, ast.Constant):
                yield str(name.value)
            elif path not in PASSED_ON:
                raise UnknownNaming(f"{path}:{call.lineno}: name the alarm in plain words here")
        elif called in {"self.alarm", "self.doubts.alarm"}:
            yield ast.literal_eval(call.args[0])
    if path == "shops/directory.py":
        yield from (f"shop_{status.value}" for status in ALARMING)


def listed() -> dict[str, str]:
    """Every name in the index, with what stands beside it."""
    return dict(ROW.findall(INDEX))


def test_every_error_and_every_alarm_stands_in_the_index_and_nothing_else() -> None:
    assert set(listed()) == errors() | alarms()


def test_of_every_alarm_it_is_known_how_it_ends() -> None:
    assert set(LASTS) == alarms()


def test_no_name_stands_in_the_index_twice() -> None:
    times = Counter(name for name, _ in ROW.findall(INDEX))

    assert [name for name, count in times.items() if count > 1] == []


def test_whatever_has_a_page_is_explained_there() -> None:
    silent = [
        name
        for name, beside in listed().items()
        for link in LINK.findall(beside)
        if f"`{name}`" not in (RUNBOOKS / link).read_text()
    ]

    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_what_to_do_and_how_it_ends(page: Path) -> None:
    text = page.read_text()

    assert [part for part in PARTS if text.count(part) != 1] == []
    assert f"]({page.name})" in INDEX


def test_an_alarm_that_is_named_out_of_sight_is_found_out() -> None:
    assert list(names_in("a.py", "Alert(name='x', subject=s)")) == ["x"]
    with pytest.raises(UnknownNaming):
        list(names_in("a.py", "Alert(name=y, subject=s)"))
