"""Run the real `peg` in this process."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.laid_book import lay_book

from peg.cli.main import run
from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> Any:
        return json.loads(self.err.splitlines()[-1])


def peg(home: Path, *words: str, **environment: str) -> Ran:
    """Run `peg WORDS` with its data in `home`."""
    out, err = io.StringIO(), io.StringIO()
    code = run(words, {"PEG_HOME": str(home), **environment}, out=out, err=err)
    return Ran(code, out.getvalue(), err.getvalue())


def seed(home: Path, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Make the database of `home`, and do some work in it that no command does."""

    async def fill() -> None:
        database = open_database(sqlite_url(home / "peg.db"))
        await lay_book(database)
        async with begin(database) as session:
            await work(session)
        await database.close()

    asyncio.run(fill())
