"""`peg alerts`: what needs somebody, and what did."""

from typing import ClassVar

from peg.alerts import register
from peg.cli.cells import Note
from peg.cli.terminal import Here, Report, typed
from peg.cli.words import Lines, Number, seen
from peg.db.transaction import reading
from peg.domain.errors import ErrorKind, PegError
from peg.reads import alerts as reads


class NoSuchAlert(PegError):
    """No alert of that number stands."""

    kind: ClassVar[ErrorKind] = "missing"


async def alerts(
    *, over: bool = False, limit: Lines = 50, done: Number | None = None, here: Here
) -> int:
    """What needs somebody now, the worst first. An alert ends by itself when its cause does.

    Args:
        over: those that are over instead, the last one first.
        limit: so many of those that are over.
        done: the number of one that you have dealt with: it is over from now on.
    """
    async with here.ground() as ground:
        if done is not None:
            async with typed(ground.database) as session:
                now = ground.clock.now()
                if not await register.end(session, [done], by=here.who, now=now):
                    raise NoSuchAlert(f"no alert {done} stands: `peg alerts` lists those that do")
        async with reading(ground.database) as session:
            now = ground.clock.now()
            if over:
                found = await reads.history(session, limit=limit, now=now)
            else:
                found = await reads.standing(session, now=now)
    rows = [(one.id, seen(one.raised_at), one.name, Note(one.sentence)) for one in found]
    ends = [(seen(one.ended_at), one.ended_by or register.PEG) for one in found]
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("alert", "since", "name", "what", *(("over since", "ended by") if over else ())),
        rows=[(*row, *end) for row, end in zip(rows, ends, strict=True)] if over else rows,
        sentence=_sentence(len(found), over=over),
    )
    return here.show(report)


def _sentence(found: int, *, over: bool) -> str:
    if over:
        return "" if found else "none was raised and ended yet"
    if not found:
        return "nothing needs you; `peg alerts --over` lists what did"
    return "docs/runbooks says what each name means; `peg alerts --done ALERT` ticks one off"
