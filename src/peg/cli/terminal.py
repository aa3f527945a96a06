"""What a command has at hand: the environment, the two output streams, and PEG when it asks."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from getpass import getpass
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.ext.asyncio import AsyncSession

from peg.cli.saying import say, window
from peg.cli.table import lines_of
from peg.db.engine import Database
from peg.db.errors import DatabaseLocked, DatabaseReadOnly, DiskFull
from peg.db.transaction import begin, reading
from peg.domain.errors import ErrorKind, PegError, UnknownSku
from peg.migrations.schema import ensure_current
from peg.reads import unmatched
from peg.wiring.ground import Ground, misspelled, open_ground
from peg.wiring.overdue_holds import end_overdue_holds

NOTHING_CHANGED = "The command has changed nothing: type it again after that"


class SecretMissing(PegError):
    """A secret was neither passed nor can it be asked for."""

    kind: ClassVar[ErrorKind] = "refused"


@contextmanager
def _or_type_it_again() -> Iterator[None]:
    try:
        yield
    except (DatabaseLocked, DiskFull, DatabaseReadOnly) as error:
        error.add_note(NOTHING_CHANGED)
        raise


@asynccontextmanager
async def typed(database: Database) -> AsyncIterator[AsyncSession]:
    """The transaction of what a person typed, in a command that reads besides.

    Where the database takes nothing, they hear that they have to say it again.
    """
    with _or_type_it_again():
        async with begin(database) as session:
            yield session


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command found, for a program and for a person.

    Attributes:
        facts: what `--json` prints.
        columns, rows: the table a person sees; numbers are set to the right.
        sentence: said below the table, or alone.
        exit_code: 1 when the command ran well and what it looked for is not well.
    """

    facts: Any
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    sentence: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """One run of `peg`: nothing else in the commands touches the process."""

    environment: Mapping[str, str]
    out: Console
    err: Console
    json: bool = False
    interactive: bool = False

    @property
    def who(self) -> str:
        """Who typed it, as this machine knows them: kept with every change."""
        return self.environment.get("USER") or "owner"

    @property
    def width(self) -> int | None:
        """How wide the window is that the output is read in; None where it is a file's."""
        return window(self.out, self.environment)

    def ask_secret(self, name: str) -> str:
        """Have a person type what must not stand on the screen.

        Raises:
            SecretMissing: nobody is there to type it.
        """
        if not self.interactive:
            raise SecretMissing(f"the {name} is missing: pass it, since nobody can be asked")
        return getpass(f"{name}: ")

    @asynccontextmanager
    async def ground(self, *, log_level: str = "critical") -> AsyncIterator[Ground]:
        """The database in today's shape, true by the clock, and what needs no marketplace.

        A command says in its own words what came of it: what is logged meanwhile is in the file.
        """
        for sentence in misspelled(self.environment):
            self.warn(sentence)
        async with open_ground(self.environment, log_level=log_level) as ground:
            with _or_type_it_again():
                await ensure_current(ground.database)
                await end_overdue_holds(ground)
            try:
                yield ground
            except UnknownSku as error:
                async with reading(ground.database) as session:
                    raise await unmatched.in_full(session, error) from None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[tuple[Ground, AsyncSession]]:
        """The ground, and the one transaction in which a command does all that it was told.

        Where the database takes nothing, the person hears that they have to say it again.
        """
        async with self.ground() as ground, typed(ground.database) as session:
            yield ground, session

    def warn(self, sentence: str) -> None:
        """Say something beside the report, on the error stream."""
        if self.json:
            self.err.file.write(json.dumps({"warning": sentence}) + "\n")
        else:
            say(self.err, sentence, window(self.err, self.environment))

    def show(self, report: Report) -> int:
        """Print a report; its exit code."""
        if self.json:
            self.out.file.write(json.dumps(report.facts, default=str, indent=2) + "\n")
            return report.exit_code
        if report.rows:
            header, lines = lines_of(report.columns, report.rows, self.width)
            if header:
                self.out.print(header, style="bold", markup=False, highlight=False, soft_wrap=True)
            self.out.file.write("\n".join([*lines, ""]))
        if report.sentence:
            say(self.out, report.sentence, self.width)
        return report.exit_code

    def progress(self) -> Progress:
        """Progress bars on the error stream; silent for programs, and where nobody watches."""
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.err,
            disable=self.json or not self.err.is_terminal,
            transient=True,
        )


Here = Annotated[Terminal, Parameter(parse=False)]
"""A command's parameter that the launcher fills."""
