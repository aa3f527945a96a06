"""`peg doctor`: what is wrong, and what to do."""

from collections.abc import Awaitable, Callable, Sequence

from peg.cli import examination_of_shops
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.domain.identity import ShopId
from peg.migrations.schema import shape
from peg.wiring import examination
from peg.wiring.findings import Finding, State
from peg.wiring.ground import Ground, open_ground
from peg.wiring.overdue_holds import end_overdue_holds
from peg.wiring.peg import open_peg

_SIGNS = {State.WELL: "well", State.LOOK: "look", State.BAD: "BAD"}


async def doctor(*, here: Here) -> int:
    """What is wrong, and what to do: database, disk, keys, shops, tokens, webhooks, what waits."""
    findings: list[Finding] = [*examination.settings(here.environment)]
    called: Callable[[ShopId], str] = str
    async with open_ground(here.environment) as ground:
        findings += await _kept("database", lambda: _database(ground))
        if findings[-1].state is State.WELL:
            called = await _names(ground)
            findings += await _kept("machine", lambda: _machine(ground))
            keys = await _kept("keys", lambda: _keys(ground))
            findings += keys
            findings += await _kept("book", lambda: _book(ground))
            if keys[-1].state is State.WELL:
                findings += await _kept("shops", lambda: _shops(ground))
    report = Report(
        facts=[one.facts() for one in findings],
        columns=("state", "what", "found"),
        rows=[(_SIGNS[one.state], _named(one, called), one.sentence) for one in findings],
        exit_code=1 if any(one.state is State.BAD for one in findings) else 0,
    )
    return here.show(report)


async def _names(ground: Ground) -> Callable[[ShopId], str]:
    async with reading(ground.database) as session:
        return await shop_names(session)


def _named(one: Finding, called: Callable[[ShopId], str]) -> str:
    """What it is about; a shop, or something of a shop, by what people call it."""
    first, *rest = one.what.split(" ")
    return " ".join([called(ShopId(first)), *rest])


async def _kept(
    what: str, examine: Callable[[], Awaitable[Sequence[Finding]]]
) -> Sequence[Finding]:
    """An examination that fails is a finding too, and ends no other."""
    try:
        return await examine()
    except PegError as error:
        return [Finding(State.BAD, what, str(error))]


async def _database(ground: Ground) -> Sequence[Finding]:
    found = await shape(ground.database)
    return await examination.database(ground, shape=found.value)


async def _machine(ground: Ground) -> Sequence[Finding]:
    return examination.machine(ground)


async def _keys(ground: Ground) -> Sequence[Finding]:
    return examination.keys(ground)


async def _book(ground: Ground) -> Sequence[Finding]:
    await end_overdue_holds(ground)
    return await examination.kept(ground)


async def _shops(ground: Ground) -> Sequence[Finding]:
    async with open_peg(ground) as peg:
        return await examination_of_shops.shops(peg)
