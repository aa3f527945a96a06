"""The project's pages agree with the project."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.support.pages import pages

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
LIBRARIES = DECISIONS / "0002-libraries.md"
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"(?:`|\$ |^)make ([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def text_pages() -> list[Path]:
    return [*pages(ROOT), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]


def decision_faults(name: str, text: str) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name):
        yield f"{name} is not named NNNN-words.md"
    if not text.startswith("# "):
        yield f"{name} does not begin with its title"
    if HEADING.findall(text) != SECTIONS:
        yield f"{name} has not the sections {', '.join(SECTIONS)}"


def unused_words(glossary: str, source: str) -> list[str]:
    """Words of the glossary that stand nowhere in `source`, written with spaces or underscores."""
    plain = re.sub(r"[_\s-]+", " ", source).lower()
    return [word for word in ROW.findall(glossary) if word.replace("_", " ") not in plain]


def dead_links(page: Path, text: str) -> list[str]:
    return [link for link in LINK.findall(text) if not (page.parent / link).exists()]


def unknown_targets(text: str, makefile: str) -> set[str]:
    return set(MAKE.findall(text)) - set(TARGET.findall(makefile))


def declared(project: Mapping[str, list[str]]) -> set[str]:
    return {re.split(r"[^\w.-]", one)[0].lower() for group in project.values() for one in group}


def imported(sources: Iterable[str]) -> set[str]:
    """Top-level packages that are neither Python's nor ours."""
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"peg", "marketsim"}


def dependencies() -> tuple[set[str], set[str]]:
    """What PEG runs with, and what only its development needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return declared({"run": project["project"]["dependencies"]}), declared(
        project["dependency-groups"]
    )


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("*.md")), ids=lambda page: page.name)
def test_a_decision_has_all_its_sections(page: Path) -> None:
    assert list(decision_faults(page.name, page.read_text())) == []


def test_no_two_decisions_share_a_number() -> None:
    numbers = [page.name[:4] for page in DECISIONS.glob("*.md")]

    assert len(numbers) == len(set(numbers)), sorted(numbers)


def test_every_word_of_the_glossary_is_used_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))

    words = ROW.findall(glossary)
    assert unused_words(glossary, source) == []
    assert len(words) == len(set(words))


@pytest.mark.parametrize("page", text_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text()

    assert dead_links(page, text) == []
    assert unknown_targets(text, (ROOT / "Makefile").read_text()) == set()


def test_every_page_is_found_from_the_first() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    listed = set(LINK.findall(index))

    missing = [page.name for page in (ROOT / "docs").glob("*.md") if page.name not in listed]
    assert set(missing) <= {"README.md"}


def test_the_changelog_has_room_for_what_is_new() -> None:
    assert "Unreleased" in HEADING.findall((ROOT / "CHANGELOG.md").read_text())


def test_every_dependency_has_its_reason() -> None:
    run, develop = dependencies()

    assert run | develop == set(ROW.findall(LIBRARIES.read_text()))


def test_every_import_is_declared() -> None:
    run, _ = dependencies()
    sources = (path.read_text() for path in (ROOT / "src").rglob("*.py"))
    makers = importlib.metadata.packages_distributions()

    undeclared = {
        name
        for name in imported(sources)
        if not {maker.lower().replace("_", "-") for maker in makers.get(name, ())} & run
    }
    assert undeclared == set()


def test_these_checks_can_fail(tmp_path: Path) -> None:
    assert len(list(decision_faults("7-x.md", "## Context\n"))) == 3
    assert unused_words("| `blind side` |\n| `on_hand` |\n", "on_hand") == ["blind side"]
    assert dead_links(tmp_path / "a.md", "[x](b.md) [y](https://a.b/c.md)") == ["b.md"]
    assert unknown_targets("run `make tea` or `make test`", "test: x\n\ttrue\n") == {"tea"}
    assert imported(["import os, numpy.linalg\nfrom peg.db import x\n"]) == {"numpy"}
    assert declared({"a": ["sqlalchemy[asyncio]>=2.1", "httpx2"]}) == {"sqlalchemy", "httpx2"}
