"""A book as PEG's first start leaves it: only the first in a test process is really migrated."""

from alembic import command
from sqlalchemy import Connection
from tests.support.laid_tables import is_laid

from peg.db.engine import Database
from peg.migrations.altering import alembic_config
from peg.migrations.schema import ensure_current


async def lay_book(database: Database) -> None:
    """Bring a database to the newest shape; one whose file nobody has opened yet gets a copy."""
    if not is_laid(database, _first_start):
        await ensure_current(database)


def _first_start(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
