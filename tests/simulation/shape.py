"""PEG's tables, laid out in one order: which index is older decides which of two SQLite takes.

`metadata.create_all` makes the indexes of a table in the order of a set of theirs.
"""

from sqlalchemy import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

from peg.migrations.tables import all_tables


def lay_tables(connection: Connection) -> None:
    """Make them all, on an empty database."""
    for table in all_tables().sorted_tables:
        connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            connection.execute(CreateIndex(index))
