"""The book is only ever added to: no statement of PEG's changes an entry, or takes one away."""

import ast
from collections.abc import Iterator
from pathlib import Path

import peg

SRC = Path(peg.__file__).parent
ALTERS = {"update", "delete", "upsert", "upsert_all"}


def alters_entries(source: str) -> Iterator[int]:
    """The lines on which a statement that changes rows is made about the entries."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            about = {ast.unparse(one).rpartition(".")[2] for one in node.args}
            if node.func.id in ALTERS and "entries" in about:
                yield node.lineno


def test_nothing_changes_an_entry_or_takes_one_away() -> None:
    found = {
        str(path.relative_to(SRC)): lines
        for path in SRC.rglob("*.py")
        if (lines := list(alters_entries(path.read_text())))
    }

    assert found == {}


def test_whatever_did_would_be_found() -> None:
    assert list(alters_entries("update(entries).values(on_hand=1)")) == [1]
    assert list(alters_entries("\ndelete(tables.entries)")) == [2]
    assert list(alters_entries("await upsert_all(session, entries, rows, ['id'])")) == [1]
    assert list(alters_entries("insert(entries).values(row)")) == []
