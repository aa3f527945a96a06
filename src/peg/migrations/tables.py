"""Every package's tables, gathered so that the migrations can be compared with them."""

import importlib
import pkgutil

from sqlalchemy import Index, MetaData

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
