"""`peg migrate`."""

from peg.cli.terminal import Here, Report
from peg.migrations.schema import shape, upgrade
from peg.wiring.ground import open_ground


async def migrate(*, here: Here) -> int:
    """Bring the database to the shape this PEG needs.

    An embedded database is brought along by every command; a shared one only by this command,
    while no PEG runs on it.
    """
    async with open_ground(here.environment) as ground:
        before = await shape(ground.database)
        await upgrade(ground.database)
        after = await shape(ground.database)
    facts = {"before": before.value, "after": after.value}
    return here.show(Report(facts=facts, sentence=f"{before.value} before, {after.value} now"))
