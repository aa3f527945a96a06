"""Steer what is written to the shops: `pause`, `resume`, `drift`."""

from peg.cli.terminal import Here, Report
from peg.cli.words import seen
from peg.db.transaction import begin, reading
from peg.propagation import pauses
from peg.reads import doubts


async def pause(scope: str | None = None, /, *, why: str = "", here: Here) -> int:
    """Stop writing to the shops. Orders still come in, and the book stays true.

    Args:
        scope: `all`, `shopify`, `etsy`, or one shop; without it, what is paused is listed.
        why: kept beside it, for people.
    """
    async with here.ground() as ground:
        if scope is not None:
            async with begin(ground.database) as session:
                now = ground.clock.now()
                await pauses.pause(session, scope, who=here.who, why=why, now=now)
        async with reading(ground.database) as session:
            found = await pauses.all_pauses(session)
    report = Report(
        facts=[
            {"scope": one.scope, "who": one.who, "why": one.why, "since": one.since.isoformat()}
            for one in found
        ],
        columns=("paused", "since", "who", "why"),
        rows=[(one.scope, seen(one.since), one.who, one.why) for one in found],
        sentence="`peg resume SCOPE` writes again" if found else "nothing is paused",
    )
    return here.show(report)


async def resume(scope: str = pauses.EVERYTHING, /, *, here: Here) -> int:
    """Write again; each offer is driven to what it should show by now.

    Args:
        scope: as it was paused.
    """
    async with here.ground() as ground, begin(ground.database) as session:
        await pauses.resume(session, scope)
    return here.show(Report(facts={"resumed": scope}, sentence=f"{scope}: written again"))


async def drift(*, here: Here) -> int:
    """Offers that differed from the book at the last comparison, why, and what was done."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await doubts.drift(session)
    rows = [
        (run.shop, seen(run.ended_at), one.title, one.cause, one.action)
        for run in found
        for one in run.differences
    ]
    compared = "; ".join(
        f"{run.shop}: {len(run.differences)} of {run.offers} offers, {seen(run.ended_at)}"
        for run in found
    )
    report = Report(
        facts=[run.model_dump(mode="json") for run in found],
        columns=("shop", "seen", "offer", "cause", "done"),
        rows=rows,
        sentence=compared or "nothing was compared yet: `peg reconcile` does it now",
        exit_code=1 if rows else 0,
    )
    return here.show(report)
