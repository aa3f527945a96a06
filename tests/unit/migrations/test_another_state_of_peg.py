"""Between releases a step is mended in place: a book of one state of PEG is none of another's.

Nothing leads from one to the other. Both are told by the step's name, which ends with a fingerprint
of the tables that the step leads to.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, Text
from tests.support.command_line import peg

from peg.migrations.copies import keep_copy
from peg.migrations.schema import FOLDER, revisions
from peg.migrations.tables import all_tables, fingerprint

BEFORE_STEPS_HAD_FINGERPRINTS = "0001"
OF_ANOTHER_STATE = "0001_0badcafe"


@pytest.fixture(params=[BEFORE_STEPS_HAD_FINGERPRINTS, OF_ANOTHER_STATE])
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A book made by another state of PEG, which knew no pieces withheld from a shop."""
    home = tmp_path / "home"
    assert peg(home, "pause", "etsy", "--why", "stocktaking").code == 0
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as book:
        book.execute("DROP TABLE withheld")
        book.execute("UPDATE alembic_version SET version_num = ?", [request.param])
    return home


@pytest.mark.parametrize(
    "words", [["sell", "RING"], ["stock"], ["orders"], ["migrate"]], ids=" ".join
)
def test_every_command_says_that_the_book_is_another_states_and_what_to_do(
    home: Path, words: list[str]
) -> None:
    before = (home / "peg.db").read_bytes()

    refused = peg(home, *words, "--json")

    assert (refused.code, refused.refusal["error"]) == (6, "DatabaseUnreleased")
    assert "Use the PEG that made it" in refused.refusal["sentence"]
    assert f"move {home / 'peg.db'}" in refused.refusal["sentence"]  # or begin anew
    assert (home / "peg.db").read_bytes() == before


def test_the_doctor_finds_it_and_leaves_no_trace_of_python(home: Path) -> None:
    looked = peg(home, "doctor", "--json")

    assert looked.code == 1
    (found,) = [one for one in json.loads(looked.out) if one["what"] == "database"]
    assert found["state"] == "bad"
    assert "Use the PEG that made it" in found["sentence"]


def test_a_copy_from_before_is_named_as_the_way_back(home: Path) -> None:
    copy = keep_copy(home / "peg.db", revisions(FOLDER)[-1])

    refused = peg(home, "stock", "--json").refusal

    assert f"put {copy}" in refused["sentence"]


def test_the_newest_step_bears_the_fingerprint_of_the_tables_that_the_code_uses() -> None:
    number, _, print_of_tables = revisions(FOLDER)[-1].partition("_")

    assert print_of_tables == fingerprint(all_tables()), (
        "mend the step that was never released, or write a new one: python -m tools.new_migration"
    )
    assert number == f"{len(revisions(FOLDER)):04}"


def rings(*columns: Column[object], wanted: str = "pieces >= 0") -> MetaData:
    metadata = MetaData()
    table = Table("rings", metadata, *columns, CheckConstraint(wanted, name="pieces"))
    Index("ix_rings_pieces", table.c.pieces)
    return metadata


def pieces() -> Column[object]:
    return Column("pieces", Integer, nullable=False)


def stone(*, nullable: bool = True) -> Column[object]:
    return Column("stone", Text, nullable=nullable)


def test_tables_that_differ_in_anything_have_another_fingerprint() -> None:
    with_more = rings(pieces(), stone())
    Index("ix_rings_stone", with_more.tables["rings"].c.stone)
    all_different = [
        rings(pieces()),
        rings(pieces(), stone()),
        rings(pieces(), stone(nullable=False)),
        rings(pieces(), stone(), wanted="pieces >= -1"),
        with_more,
    ]

    assert len({fingerprint(one) for one in all_different}) == len(all_different)


def test_the_order_in_which_columns_are_written_says_nothing() -> None:
    assert fingerprint(rings(pieces(), stone())) == fingerprint(rings(stone(), pieces()))
