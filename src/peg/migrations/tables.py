"""Every package's tables, gathered so that the migrations can be compared with them."""

import importlib
import pkgutil
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import peg
from peg.db.columns import metadata


def all_tables() -> MetaData:
    """The metadata with all tables on it, whichever package owns them."""
    for package in pkgutil.iter_modules(peg.__path__, "peg."):
        if package.ispkg and package.name != __package__:
            _import_tables(package.name)
    for table in metadata.tables.values():
        for index in table.indexes:
            _alike_on_postgresql(index)
    return metadata


def fingerprint(tables: MetaData) -> str:
    """Eight digits that are others as soon as a column, a constraint or an index is another.

    The name of each step ends with that of the tables it leads to: a step that is mended before it
    is released has another name then, and a database that was made with the old one is known. The
    order in which columns are written says nothing, since a step adds them at the end.
    """
    told = sorted(one for table in tables.tables.values() for one in _in_words(table))
    return sha256("\n".join(told).encode()).hexdigest()[:8]


def _in_words(table: Table) -> Iterator[str]:
    """A table and its indexes as SQL, the lines of each sorted."""
    dialect = sqlite.dialect()
    made = [str(CreateTable(table).compile(dialect=dialect))]
    made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    for one in made:
        yield " ".join(sorted(line.strip(", \t") for line in one.splitlines()))


def _alike_on_postgresql(index: Index) -> None:
    """An index of some rows is one of the same rows there.

    Said here and not in the tables: to say it loads that dialect, and every command would wait.
    """
    where = index.dialect_options["sqlite"]["where"]
    if where is not None:
        index.dialect_options["postgresql"]["where"] = where


def _import_tables(package: str) -> None:
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name == "tables":
            importlib.import_module(f"{package}.tables")
