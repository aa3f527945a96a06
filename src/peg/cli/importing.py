"""`peg import`: read both shops into the book."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from peg.cli.terminal import Here, Report
from peg.db.transaction import reading
from peg.domain.identity import fold_sku
from peg.onboarding.importing import Imported
from peg.onboarding.left_out import Why
from peg.reads.shops import ShopRow, shops
from peg.shops.directory import Status
from peg.wiring.peg import open_peg


async def import_(*, dry_run: bool = False, here: Here) -> int:
    """Read every connected shop into the book; what is known already is left as it is.

    Only exact SKUs match by themselves. Pairs that may be the same piece are proposed (`peg
    match`); where the shops disagree about the stock, the lower figure holds until you answer
    (`peg questions`).

    A shop whose access was revoked is left out and named; the exit code is 1 then.

    Args:
        dry_run: only say what would be found; nothing is written, here or on the shops.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        engine = await peg.engine()
        async with reading(ground.database) as session:
            skipped = [
                one
                for one in await shops(session)
                if one.id not in engine.shops and one.status != Status.DISCONNECTED
            ]
        importer = peg.importer(engine)
        with here.progress() as bars:
            steps = {name: bars.add_task(name, total=None) for name in ("orders", "reading")}

            def progress(step: str, by: int) -> None:
                if step not in steps:
                    steps[step] = bars.add_task(step, total=None)
                bars.advance(steps[step], by)

            told = await (importer.rehearse if dry_run else importer.run)(progress)
    return here.show(_report(told, skipped, dry_run=dry_run))


def _report(told: Imported, skipped: Sequence[ShopRow], *, dry_run: bool) -> Report:
    left_out = Counter(one.why for one in told.left_out)
    rows = [
        *((f"offers read from {shop}", count) for shop, count in sorted(told.read.items())),
        ("items that would be new" if dry_run else "new items", told.items),
        ("offers that would be mapped" if dry_run else "offers mapped to items", told.offers),
        ("items on both shops by exact SKU", told.matched),
        ("pairs to decide on (`peg match list`)", told.proposals),
        ("offers whose SKU their shop has several times", left_out[Why.SKU_DOUBLED]),
        ("offers that the shop does not count", left_out[Why.UNTRACKED]),
        ("offers without a usable SKU", left_out[Why.NO_SKU]),
        ("offers that could not be read", left_out[Why.UNREADABLE]),
        ("items of which the shops disagree (`peg questions`)", len(told.asked)),
    ]
    return Report(
        facts={**asdict(told), "skipped": [one.id for one in skipped]},
        columns=("found", "how many"),
        rows=rows,
        sentence="\n".join(_sentences(told, skipped, dry_run=dry_run)),
        exit_code=1 if skipped else 0,
    )


def _sentences(told: Imported, skipped: Sequence[ShopRow], *, dry_run: bool) -> list[str]:
    said = []
    doubled = Counter(
        (fold_sku(one.sku), one.shop) for one in told.left_out if one.why is Why.SKU_DOUBLED
    )
    if doubled:
        skus = ", ".join(f"{sku} ({count}x on {shop})" for (sku, shop), count in doubled.items())
        said.append(f"the same SKU several times on one shop: {skus}")
    said += [
        f"{one.title or one.listing!r} on {one.shop} could not be read: {one.details}"
        for one in told.left_out
        if one.why is Why.UNREADABLE
    ]
    if told.left_out and not dry_run:
        said.append("`peg offers --unknown` lists what is not kept in step, and why")
    said += [f"left out: {one.id}, {one.status_sentence}" for one in skipped]
    return said
