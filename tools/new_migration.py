"""Write the next migration step from what the tables became: `python -m tools.new_migration NAME`.

Read what it wrote (Alembic sees no renames, no CHECK constraints, and no data), then run
`ruff check --fix` and `ruff format` on it.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin
from peg.migrations.altering import alembic_config, upgrade
from peg.migrations.schema import FOLDER
from peg.migrations.tables import all_tables, fingerprint


async def write_step(name: str) -> None:
    """Compare a freshly migrated database with the tables, and write the difference."""
    number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(sqlite_url(Path(folder) / "peg.db"))
        if number > 1:
            await upgrade(database)
        async with begin(database) as session:
            await session.run_sync(lambda s: _write(alembic_config(s.connection()), number, name))
        await database.close()


def _write(config: Config, number: int, name: str) -> None:
    """The file's name tells the number only: a step that is mended in place stays that file."""
    config.set_main_option("file_template", f"{number:04}_%%(slug)s")
    step = f"{number:04}_{fingerprint(all_tables())}"
    command.revision(config, message=name, rev_id=step, autogenerate=True)


if __name__ == "__main__":
    asyncio.run(write_step(" ".join(sys.argv[1:]) or "change"))
