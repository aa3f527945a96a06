import re
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from peg.db.columns import metadata
from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin, reading
from peg.migrations.altering import downgrade, upgrade
from peg.migrations.errors import DatabaseNewer
from peg.migrations.schema import FOLDER, Shape, ensure_current, revisions, shape
from peg.migrations.tables import all_tables


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    yield database
    await database.close()


async def on(database: Database, look: Any) -> Any:
    async with reading(database) as session:
        return await session.run_sync(lambda s: look(s.connection()))


def constraints(connection: Connection) -> dict[str, Any]:
    """What Alembic's own comparison does not see."""
    inspector = inspect(connection)
    return {
        table: {
            "checks": sorted(
                (str(one["name"]), one["sqltext"]) for one in inspector.get_check_constraints(table)
            ),
            "uniques": sorted(
                (str(one["name"]), tuple(one["column_names"]))
                for one in inspector.get_unique_constraints(table)
            ),
            "foreign": sorted(
                (str(one["name"]), tuple(one["constrained_columns"]), one["referred_table"])
                for one in inspector.get_foreign_keys(table)
            ),
            "indexes": sorted(
                (str(one["name"]), tuple(str(c) for c in one["column_names"]), one["unique"])
                for one in inspector.get_indexes(table)
            ),
        }
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


async def test_the_steps_lead_to_the_tables_that_the_code_uses(
    database: Database, tmp_path: Path
) -> None:
    await upgrade(database)
    ideal = open_database(sqlite_url(tmp_path / "ideal.db"))
    async with begin(ideal) as session:
        await session.run_sync(lambda s: all_tables().create_all(s.connection()))

    def difference(connection: Connection) -> Any:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    assert await on(database, difference) == [], "write a step: python -m tools.new_migration"
    assert await on(database, constraints) == await on(ideal, constraints)
    await ideal.close()


async def test_every_step_can_be_taken_back_and_taken_again(database: Database) -> None:
    await upgrade(database)
    first = await on(database, constraints)

    await downgrade(database, "base")
    left = await on(database, lambda connection: inspect(connection).get_table_names())
    await upgrade(database)

    assert left == ["alembic_version"]
    assert await on(database, constraints) == first


def test_the_steps_are_taken_in_the_order_of_their_files() -> None:
    told = ScriptDirectory(str(FOLDER)).walk_revisions()

    assert revisions(FOLDER) == [step.revision for step in told][::-1]


async def test_an_embedded_database_is_brought_up_to_date_by_itself(database: Database) -> None:
    assert await shape(database) is Shape.EMPTY

    await ensure_current(database)
    await ensure_current(database)  # nothing left to do

    assert await shape(database) is Shape.CURRENT


async def test_a_database_newer_than_the_code_is_left_alone_and_says_what_to_do(
    database: Database,
) -> None:
    await upgrade(database)
    async with begin(database) as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseNewer) as refusal:
        await ensure_current(database)

    assert refusal.value.kind == "broken"
    assert "install the newer PEG again" in str(refusal.value)
    async with reading(database) as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def test_a_step_that_fails_leaves_nothing_behind(database: Database) -> None:
    async with begin(database) as session:
        await session.execute(text("CREATE TABLE outbox (id INTEGER)"))

    with pytest.raises(Exception, match="already exists"):
        await upgrade(database)

    assert await shape(database) is Shape.EMPTY
    assert await on(database, lambda c: inspect(c).get_table_names()) == ["outbox"]


def test_the_steps_are_words_that_postgresql_knows_too() -> None:
    told = StringIO()
    opts = {"as_sql": True, "output_buffer": told}
    context = MigrationContext.configure(dialect_name="postgresql", opts=opts)

    with Operations.context(context):
        for step in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions())):
            step.module.upgrade()

    assert "CREATE INDEX ix_order_lines_unresolved" in told.getvalue()
    assert re.findall(r"WHERE .*\b(?:IS|=) [01]\b.*", told.getvalue()) == []  # a yes or no, there
