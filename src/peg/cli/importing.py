"""`peg import`: read both shops into the book."""

from dataclasses import asdict

from peg.cli.terminal import Here, Report
from peg.onboarding.importing import Imported
from peg.wiring.peg import open_peg


async def import_(*, dry_run: bool = False, here: Here) -> int:
    """Read every connected shop into the book; what is known already is left as it is.

    Only exact SKUs match by themselves. Pairs that may be the same piece are proposed (`peg
    match`); where the shops disagree about the stock, the lower figure holds until you answer
    (`peg questions`).

    Args:
        dry_run: only say what would be found; nothing is written, here or on the shops.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        engine = await peg.engine()
        importer = peg.importer(engine)
        with here.progress() as bars:
            steps = {name: bars.add_task(name, total=None) for name in ("orders", "reading")}

            def progress(step: str, by: int) -> None:
                if step not in steps:
                    steps[step] = bars.add_task(step, total=None)
                bars.advance(steps[step], by)

            told = await (importer.rehearse if dry_run else importer.run)(progress)
    return here.show(_report(told, dry_run=dry_run))


def _report(told: Imported, *, dry_run: bool) -> Report:
    rows = [
        *((f"offers read from {shop}", count) for shop, count in sorted(told.read.items())),
        ("items that would be new" if dry_run else "new items", told.items),
        ("offers that would be mapped" if dry_run else "offers mapped to items", told.offers),
        ("items on both shops by exact SKU", told.matched),
        ("pairs to decide on (`peg match list`)", told.proposals),
        ("SKUs that several offers of one shop carry", len(told.duplicates)),
        ("offers that the shop does not count", told.untracked),
        ("offers without a usable SKU", told.nameless),
        ("items of which the shops disagree (`peg questions`)", len(told.asked)),
    ]
    doubled = ", ".join(f"{sku} ({count}x)" for sku, count in told.duplicates.items())
    return Report(
        facts=asdict(told),
        columns=("found", "how many"),
        rows=rows,
        sentence=f"the same SKU several times on one shop: {doubled}" if doubled else "",
    )
