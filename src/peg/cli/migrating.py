"""`peg migrate`."""

from peg.cli.terminal import Here, Report
from peg.migrations.altering import upgrade
from peg.migrations.schema import shape
from peg.wiring.ground import open_ground


async def migrate(*, here: Here) -> int:
    """Bring the database to the shape this PEG needs.

    An embedded database is brought along by every command, and a copy of it is kept beside it; a
    shared one only by this command, while no PEG runs on it: keep a copy with `pg_dump` first.
    """
    async with open_ground(here.environment) as ground:
        before = await shape(ground.database)
        copy = await upgrade(ground.database)
        after = await shape(ground.database)
    facts = {"before": before.value, "after": after.value, "copy": copy}
    kept = f"; it was copied to {copy} before" if copy else ""
    return here.show(
        Report(facts=facts, sentence=f"{before.value} before, {after.value} now{kept}")
    )
