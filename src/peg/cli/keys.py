"""`peg keys`: the keys that seal tokens."""

from cyclopts import App

from peg.cli.terminal import Here, Report, typed
from peg.domain.counted import counted
from peg.shops.rotation import rotate_keys
from peg.wiring import keys

app = App(name="keys", help="The keys that seal tokens.", help_format="plaintext")


@app.command
async def rotate(*, here: Here) -> int:
    """Make a new key, and seal everything anew with it.

    The old keys stay in the file below the new one until you take them out: backups still need
    them. Where the keys stand in PEG_MASTER_KEY, put the new one (`peg keys new`) in front of the
    others yourself, a space between, before you run this.
    """
    async with here.ground() as ground:
        ring = keys.add_key(ground.settings)
        async with typed(ground.database) as session:
            sealed = await rotate_keys(session, ring)
    return here.show(
        Report(
            facts={"key": ring.current, "sealed": sealed},
            sentence=f"{counted(sealed, 'secret is', 'secrets are')} sealed with the new key"
            f" {ring.current}",
        )
    )


@app.command
async def new(*, here: Here) -> int:
    """Print a fresh key, for PEG_MASTER_KEY; nothing is stored."""
    fresh = keys.fresh_key()
    return here.show(Report(facts={"key": fresh}, sentence=fresh))
