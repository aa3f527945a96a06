"""Signals of one commit wake those who wait for them in one order, in every process."""

from collections.abc import Sequence
from pathlib import Path

from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin, signal

NAMES = ("targets:shopify", "outbox", "targets:etsy", "inbox", "checks")


async def test_signals_are_told_once_in_the_order_in_which_they_were_raised(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    told: list[Sequence[str]] = []
    database.on_commit(told.append)

    async with begin(database) as session:
        for name in (*NAMES, *NAMES[::-1]):
            signal(session, name)
    await database.close()

    assert told == [NAMES]
