"""`peg dead`: what was put aside, after too many failures or since it is of no use."""

import re
from typing import ClassVar

from cyclopts import App

from peg.bus import outbox
from peg.cli.cells import Note
from peg.cli.terminal import Here, Report
from peg.cli.words import Reason, seen
from peg.db.transaction import reading
from peg.domain.errors import ErrorKind, PegError
from peg.domain.near import quoted
from peg.intake import aside
from peg.reads.dead import DELIVERY, MESSAGE, dead

WHAT_TO_DO = "`peg dead retry ID` works on one again, `peg dead discard ID --why ...` ticks it off"

_NAME = re.compile(rf"(?P<kind>[{DELIVERY}{MESSAGE}])(?P<number>[1-9][0-9]{{0,17}})\Z", re.ASCII)

app = App(name="dead", help="What was put aside, and why.", help_format="plaintext")


class NoSuchDead(PegError):
    """Nothing of that name was put aside."""

    kind: ClassVar[ErrorKind] = "missing"


class UnclearWhich(PegError):
    """Neither one nor all."""

    kind: ClassVar[ErrorKind] = "refused"


@app.default
async def list_(*, here: Here) -> int:
    """List what was put aside, and why: webhooks and orders (d…), PEG's own messages (m…).

    After too many failures, or at once where a webhook says nothing that PEG can use. Of the latter
    the newest of a week are listed.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        found = await dead(session)
        more = await aside.of_no_use_count(session) - sum(one.of_no_use for one in found)
    and_more = f"{more} more of no use; " if more else ""
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("id", "what", "of", "since", "why"),
        rows=[(one.id, one.what, one.of, seen(one.since), Note(one.why or "")) for one in found],
        sentence=f"{and_more}{WHAT_TO_DO}" if found else "nothing was put aside",
    )
    return here.show(report)


@app.command
async def retry(which: str | None = None, /, *, everything: bool = False, here: Here) -> int:
    """Work on it again, from the beginning.

    Args:
        which: as `peg dead` names it, such as d12.
        everything: all that was put aside.
    """
    async with here.writing() as (ground, session):
        now = ground.clock.now()
        deliveries, messages = _named(which, everything=everything)
        count = 0
        if deliveries is not None:
            count += await aside.revive(session, deliveries or None, now=now)
        if messages is not None:
            count += await outbox.revive(session, messages or None, now=now)
        _refuse_none(count, which)
    sentence = f"{count} are worked on again: `peg run` must be at work, `peg dead` tells the rest"
    return here.show(Report(facts={"retried": count}, sentence=sentence))


@app.command
async def discard(
    which: str | None = None, /, *, why: Reason, everything: bool = False, here: Here
) -> int:
    """Tick it off. It is kept with the reason, and nothing more is done about it.

    Args:
        which: as `peg dead` names it, such as d12.
        why: for those who ask later.
        everything: all that was put aside.
    """
    async with here.writing() as (ground, session):
        now = ground.clock.now()
        deliveries, messages = _named(which, everything=everything)
        count = 0
        if deliveries is not None:
            count += await aside.discard(
                session, deliveries or None, who=here.who, why=why, now=now
            )
        if messages is not None:
            count += await outbox.discard(session, messages or None, who=here.who, why=why, now=now)
        _refuse_none(count, which)
    sentence = f"{count} ticked off: `peg reconcile` shows whether anything still differs"
    return here.show(Report(facts={"discarded": count}, sentence=sentence))


def _named(which: str | None, *, everything: bool) -> tuple[int | None, int | None]:
    """The delivery's and the message's number; 0 for all, None for none."""
    if (which is None) is not everything:
        raise UnclearWhich("name one of `peg dead`, such as d12, or say --everything")
    if which is None:
        return 0, 0
    named = _NAME.match(which)
    if named is None:
        raise UnclearWhich(f"{quoted(which)} is no name of `peg dead`: they look like d12 or m3")
    number = int(named["number"])
    return (number, None) if named["kind"] == DELIVERY else (None, number)


def _refuse_none(count: int, which: str | None) -> None:
    if which is not None and not count:
        raise NoSuchDead(f"{which} was not put aside: `peg dead` lists what was")
