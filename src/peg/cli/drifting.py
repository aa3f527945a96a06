"""`peg drift`: what comparisons of whole shops found, each kept and signed."""

from peg.cli.cells import Note
from peg.cli.seen_from import seen_from
from peg.cli.shop_names import shop_names
from peg.cli.steering import compared, differing
from peg.cli.terminal import Here, Report
from peg.cli.words import Lines, Number, and_more, seen, titled
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.reads import doubts
from peg.reads.places import names_at
from peg.reconciliation import signed
from peg.reconciliation.compare import NOT_KEPT
from peg.reconciliation.signed import Checked
from peg.shops.signing import known_key
from peg.wiring.keys import load_ring

SIGNATURE_SHOWN = 12


async def drift(
    number: Number | None = None,
    /,
    *,
    kept: bool = False,
    verify: bool = False,
    limit: Lines = 50,
    here: Here,
) -> int:
    """Offers that differed from the book at the last comparison, why, and what was done.

    Args:
        number: of that comparison instead, with what each difference was seen from.
        kept: list the kept comparisons of all shops, the newest first.
        verify: check that none of them was changed, left out or put in since it was made.
        limit: so many of the kept ones.
    """
    if verify:
        return await _verify(here)
    if kept:
        return await _kept(here, limit)
    if number is not None:
        return await _one(here, number)
    async with here.ground() as ground, reading(ground.database) as session:
        report = await compared(session, None)
    return here.show(report)


async def _one(here: Here, number: int) -> int:
    async with here.ground() as ground, reading(ground.database) as session:
        found = await doubts.comparison(session, number)
        called = await shop_names(session)
        at = await names_at(session, found.shop)
    report = Report(
        facts=found.model_dump(mode="json"),
        columns=("offer", "title", "cause", "done", "seen from"),
        rows=[
            (
                one.offer,
                titled(one.title, one.options),
                one.cause,
                one.action,
                Note("; ".join(seen_from(one.evidence, at))),
            )
            for one in sorted(found.differences, key=lambda one: one.cause in NOT_KEPT)
        ],
        sentence=f"{called(found.shop)}: {differing(found)}",
        exit_code=1 if any(one.cause not in NOT_KEPT for one in found.differences) else 0,
    )
    return here.show(report)


async def _kept(here: Here, limit: int) -> int:
    async with here.ground() as ground, reading(ground.database) as session:
        found = await doubts.comparisons(session, limit=limit + 1)
        called = await shop_names(session)
    shown = found[:limit]
    report = Report(
        facts=[one.model_dump(mode="json") for one in shown],
        columns=("comparison", "shop", "ended", "offers", "in drift", "signature"),
        rows=[
            (
                one.id,
                called(one.shop),
                seen(one.ended_at),
                one.offers,
                f"{one.drift_share:.1%}",
                (one.signature or "none")[:SIGNATURE_SHOWN],
            )
            for one in shown
        ],
        sentence=counted(len(shown), "comparison") + and_more(found, limit),
    )
    return here.show(report)


async def _verify(here: Here) -> int:
    async with here.ground() as ground:
        ring = load_ring(ground.settings)
        async with reading(ground.database) as session:
            key = await known_key(session, ring, signed.KEY)
            checked = None if key is None else await signed.check(session, key)
    if checked is None:
        return here.show(Report(facts={"links": 0}, sentence="no comparison was signed yet"))
    return here.show(
        Report(facts=_facts(checked), sentence=_told(checked), exit_code=1 if checked.broken else 0)
    )


def _facts(checked: Checked) -> dict[str, object]:
    return {
        "links": checked.links,
        "since": checked.since.isoformat() if checked.since else None,
        "newest": checked.last.link if checked.last else None,
        "signature": checked.last.signature if checked.last else None,
        "broken": checked.broken.link if checked.broken else None,
        "why": checked.broken.sentence if checked.broken else None,
    }


def _told(checked: Checked) -> str:
    whole = counted(checked.links, "link")
    if checked.broken is not None:
        return (
            f"broken at link {checked.broken.link}: {checked.broken.sentence};"
            f" {whole} before it as they were made"
        )
    if checked.last is None:
        return "no comparison was signed yet"
    return (
        f"{whole} since {seen(checked.since)} as they were made; the newest is link"
        f" {checked.last.link}, signed {checked.last.signature}"
    )
