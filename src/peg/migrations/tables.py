"""Every package's tables, gathered so that the migrations can be compared with them."""

import importlib
import pkgutil

from sqlalchemy import MetaData

import peg
from peg.db.columns import metadata


def all_tables() -> MetaData:
    """The metadata with all tables on it, whichever package owns them."""
    for package in pkgutil.iter_modules(peg.__path__, "peg."):
        if package.ispkg and package.name != __package__:
            _import_tables(package.name)
    return metadata


def _import_tables(package: str) -> None:
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name == "tables":
            importlib.import_module(f"{package}.tables")
