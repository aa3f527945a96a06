"""Copies of PEG with a mistake in them, which a crash turns into a loss: they must be caught."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.concurrency.crashes.lives import ROOT


class NoLongerFits(Exception):
    """The source has changed where the mistake would be made: mend the sabotage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """In one file of `src/peg`, `old` becomes `new`; `old` stands there once."""

    file: str
    old: str
    new: str

    def copy(self, folder: Path) -> Path:
        """PEG's source with this mistake, in a new folder.

        Raises:
            NoLongerFits: what is to be changed is not there exactly once.
        """
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src" / "peg", folder / "peg", ignore=ignored)
        file = folder / "peg" / self.file
        text = file.read_text()
        if text.count(self.old) != 1:
            raise NoLongerFits(f"{self.file}: {self.old!r}")
        file.write_text(text.replace(self.old, self.new))
        return folder


ACKNOWLEDGES_FIRST = Sabotage(
    file="intake/reception.py",
    old="receipt = await self._commits.run(keeping)",
    new="""import asyncio

        async def soon() -> None:
            await asyncio.sleep(0.1)
            await self._commits.run(keeping)

        self._soon = asyncio.ensure_future(soon())
        receipt = Receipt.NEW""",
)
"""A connector that answers 200 and puts the webhook into a queue in memory."""

POSTS_APART = Sabotage(
    file="ledger/orders.py",
    old="""    await _store(session, order, kept, done)
    posted = await post(session, postings, now=now)
""",
    new="""    from sqlalchemy import text

    posted = await post(session, postings, now=now)
    await session.execute(text("COMMIT"))
    await session.execute(text("BEGIN IMMEDIATE"))
    await _store(session, order, kept, done)
""",
)
"""The book is posted in one transaction, and that it was, noted in the next."""
