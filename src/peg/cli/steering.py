"""Steer what is written to the shops: `reconcile`, `pause`, `resume`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncSession

from peg.cli.cells import Note
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report, typed
from peg.cli.words import seen, shop_of, titled
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.errors import PegError
from peg.domain.identity import ShopId
from peg.onboarding.importing import NoShops
from peg.propagation import pauses
from peg.reads import doubts
from peg.reads import pauses as pauses_read
from peg.reads.doubts import Comparison
from peg.reconciliation.compare import NOT_KEPT, CauseClass
from peg.reconciliation.report import COMPLETE
from peg.shops import directory
from peg.shops.directory import NotConnected
from peg.wiring.peg import open_peg

NO_FAILURES: Mapping[ShopId, str] = MappingProxyType({})


async def pause(scope: str | None = None, /, *, why: str = "", here: Here) -> int:
    """Stop writing to the shops. Orders still come in, and the book stays true.

    Args:
        scope: `all`, `shopify`, `etsy`, or one shop; without it, what is paused is listed.
        why: kept beside it, for people; of a pause that holds already it is not changed.
    """
    before = None
    async with here.ground() as ground:
        if scope is not None:
            async with typed(ground.database) as session:
                named = scope.strip().lower()
                if ":" in named:
                    await directory.by_id(session, shop_of(named))
                now = ground.clock.now()
                before = await pauses.pause(session, named, who=here.who, why=why, now=now)
        async with reading(ground.database) as session:
            found = await pauses_read.pauses(session)
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("paused", "since", "who", "why"),
        rows=[(one.scope, seen(one.since), one.who, Note(one.why)) for one in found],
        sentence=(_stays(before) if before is not None else "")
        + ("`peg resume SCOPE` writes again" if found else "nothing is paused"),
    )
    return here.show(report)


def _stays(before: pauses.Pause) -> str:
    return (
        f"{before.scope} was paused already: that stays as it was, with its reason and its time"
        " (to change them, resume and pause anew); "
    )


async def resume(scope: str = pauses.EVERYTHING, /, *, here: Here) -> int:
    """Write again; each offer is driven to what it should show by now.

    Args:
        scope: as it was paused.
    """
    async with here.writing() as (_ground, session):
        named = scope.strip().lower()
        await pauses.resume(session, named)
    return here.show(Report(facts={"resumed": named}, sentence=f"{named}: written again"))


async def reconcile(shop: str | None = None, /, *, here: Here) -> int:
    """Compare every offer with the book, now; repair what may be repaired, ask about the rest.

    With `--json`: `comparisons`, as `peg drift --json` lists them, and `not_compared`, each a
    `shop` and `why`. Of a shop that could not be compared now, `comparisons` has the last one that
    is kept, if there is any. The exit code is 0 only where every shop was compared and none
    differs.

    Args:
        shop: only this one, such as `etsy`, or `etsy:61234567` where there are several.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        engine = await peg.engine()
        wanted = sorted(engine.shops)
        if shop is not None:
            async with reading(ground.database) as session:
                wanted = [(await directory.working(session, shop)).id]
        failures: dict[ShopId, str] = {}
        with here.progress() as bars:
            for one in bars.track(wanted, description="comparing"):
                try:
                    await engine.reconciler.reconcile(one)
                except PegError as error:
                    if shop is not None:
                        raise
                    failures[one] = str(error)
        async with reading(ground.database) as session:
            if shop is None:
                failures |= {
                    one.id: str(NotConnected(one)) for one in await directory.cut_off(session)
                }
            if not wanted and not failures:
                raise NoShops
            report = await compared(session, {*wanted, *failures}, failures)
    missed = [{"shop": one, "why": why} for one, why in sorted(failures.items())]
    facts = {"comparisons": report.facts, "not_compared": missed}
    return here.show(replace(report, facts=facts))


async def compared(
    session: AsyncSession,
    wanted: Collection[ShopId] | None,
    failures: Mapping[ShopId, str] = NO_FAILURES,
) -> Report:
    """The last comparison of these shops, or of all; and of some why there is no newer one.

    What PEG keeps no figure of differs from nothing: it is only counted, so that it hides no other.
    """
    called = await shop_names(session)
    found = [one for one in await doubts.drift(session) if wanted is None or one.shop in wanted]
    rows = [
        (
            called(run.shop),
            seen(run.ended_at),
            titled(one.title, one.options),
            one.cause,
            one.action,
        )
        for run in found
        for one in run.differences
        if one.cause not in NOT_KEPT
    ]
    told = [f"{called(run.shop)}: {differing(run)}" for run in found]
    told += [f"{called(shop)} could not be compared now: {why}" for shop, why in failures.items()]
    told += _remedies(found)
    return Report(
        facts=[run.model_dump(mode="json") for run in found],
        columns=("shop", "seen", "offer", "cause", "done"),
        rows=rows,
        sentence="\n".join(told) or "nothing was compared yet: `peg reconcile` does it now",
        exit_code=1 if rows or failures else 0,
    )


def differing(run: Comparison) -> str:
    """How many differ; what PEG keeps no figure of is counted apart, and never as right."""
    apart = sum(one.cause in NOT_KEPT for one in run.differences)
    differ = f"{len(run.differences) - apart} of {counted(run.offers, 'offer')} differ"
    kept = f", {apart} not kept in step" if apart else ""
    how = "" if run.outcome == COMPLETE else f" ({run.outcome})"
    return f"{differ}{kept}, {seen(run.ended_at)}{how}"


def _remedies(found: Sequence[Comparison]) -> Sequence[str]:
    """What ends that offers are not kept in step, and what lists them."""
    causes = {one.cause for run in found for one in run.differences}
    ends = dict.fromkeys(command for cause, command in _ENDED_BY.items() if cause in causes)
    if not ends:
        return []
    listed = [
        f"`peg drift {run.id}`"
        for run in found
        if any(one.cause in NOT_KEPT for one in run.differences)
    ]
    return [
        f"{' and '.join(ends)} for what is not kept in step;"
        f" {' and '.join(listed)} {'lists' if len(listed) == 1 else 'list'} it"
    ]


_ENDED_BY = {
    CauseClass.NOT_IMPORTED: "`peg import`",
    CauseClass.NOT_MATCHED: "`peg offers --unknown`",
    CauseClass.NOT_TRACKED: "`peg offers --unknown`",
    CauseClass.SELLS_ON: "`peg offers --unknown`",
}
"""By the causes that are no sign of anything wrong."""
