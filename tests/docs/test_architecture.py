"""The architecture's page tells who owns which table."""

import importlib
import re
from pathlib import Path

import pytest
from sqlalchemy import Table

from peg.db.columns import metadata
from peg.migrations.tables import all_tables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \|$", re.MULTILINE)


def told() -> dict[str, set[str]]:
    return {package: set(re.findall(r"\w+", tables)) for package, tables in ROW.findall(PAGE)}


def owned() -> dict[str, set[str]]:
    """The tables that each package's `tables.py` makes."""
    found = {}
    for path in sorted((ROOT / "src" / "peg").glob("*/tables.py")):
        package = path.parent.name
        module = importlib.import_module(f"peg.{package}.tables")
        names = {one.name for one in vars(module).values() if isinstance(one, Table)}
        if package != "migrations":
            found[package] = names
    return found


def test_every_table_has_the_owner_that_the_page_tells() -> None:
    assert told() == owned()


def test_no_table_of_the_database_is_without_an_owner() -> None:
    all_tables()

    assert set(metadata.tables) == set().union(*told().values())


@pytest.mark.parametrize("package", [path.name for path in (ROOT / "src" / "peg").iterdir()])
def test_every_package_stands_on_the_page(package: str) -> None:
    name = package.removesuffix(".py")
    if name.startswith("__") or name == "py.typed":
        return

    assert re.search(rf"^{name}\b|^.*\| {name}\b", PAGE, re.MULTILINE), name
