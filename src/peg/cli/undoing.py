"""What was written to the shops, and how it is put back: `writes`, `undo`."""

from collections.abc import Collection, Mapping, Sequence

from peg.cli.cells import Note
from peg.cli.driving import drive, wait_for_the_runner
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Lines, Number, and_more, seen, sku_of, titled
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.domain.errors import EXIT_CODE
from peg.domain.identity import OfferId, ShopId
from peg.propagation import board, pauses
from peg.propagation.board import Standing
from peg.reads import writes as write_reads
from peg.reconciliation.undo import Came, Undoer
from peg.reconciliation.undo_rules import Undoing
from peg.wiring.alone import is_running
from peg.wiring.ground import Ground
from peg.wiring.peg import Peg, open_peg


async def writes(
    sku: str | None = None, /, *, undone: bool = False, limit: Lines = 50, here: Here
) -> int:
    """What was written to the shops, each change with its number, the newest first.

    Args:
        sku: only to this piece's offers.
        undone: only those that somebody has undone: they hold their offers low until taken back.
        limit: so many of them.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        of = None if sku is None else sku_of(sku)
        found = await write_reads.writes(session, sku=of, only_undone=undone, limit=limit + 1)
    shown = found[:limit]
    report = Report(
        facts=[one.model_dump(mode="json") for one in shown],
        columns=("write", "at", "shop", "offer", "title", "before", "after", "undone"),
        rows=[
            (
                one.id,
                seen(one.written_at),
                called(one.shop),
                one.offer,
                titled(one.title, one.options),
                one.before,
                one.quantity,
                seen(one.undone_at),
            )
            for one in shown
        ],
        sentence=(counted(len(shown), "write") if shown else _none(undone=undone))
        + and_more(found, limit),
    )
    return here.show(report)


def _none(*, undone: bool) -> str:
    return "no write is undone" if undone else "nothing was written yet, or lately"


async def undo(
    write: str,
    /,
    *,
    dry_run: bool = False,
    take_back: bool = False,
    wait_s: Number = 60,
    here: Here,
) -> int:
    """Put back what stood on a shop before a write of PEG's, where that is still safe.

    It is read again first, and left alone where pieces were sold or somebody changed it since. No
    more is shown than the book allows, and no more than stood there before until that is taken
    back. Where `peg run` is at work it does the writing, and this command waits for it.

    Args:
        write: its number, as `peg writes` shows it, or the key of an attempt: all that went out
            with it, each by itself.
        dry_run: say what would come of it; nothing is written and nothing kept.
        take_back: the other way: a write that is undone is undone no more.
        wait_s: no longer than so many seconds; what is left then is on its way.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        undoer = await _undoer(peg)
        if take_back:
            came = await undoer.take_back(write, dry_run=dry_run)
        else:
            came = await undoer.undo(write, who=here.who, dry_run=dry_run)
        acting = [one for one in came if one.verdict.undoing.acts]
        standings: Mapping[OfferId, Standing] = {}
        stopped: Collection[ShopId] = frozenset()
        if acting and not dry_run:
            stopped = await _stopped(ground, acting)
            standings = await _driven(ground, peg, acting, stopped, within_s=wait_s)
        async with reading(ground.database) as session:
            called = await shop_names(session)
    running = is_running(ground.settings)
    rows = [
        (
            one.write.id,
            called(one.write.shop),
            titled(one.offer.title, one.offer.options),
            one.write.quantity,
            one.write.before,
            Note(_told(one, standings, stopped, dry_run=dry_run, running=running)),
        )
        for one in came
    ]
    report = Report(
        facts=[_facts(one, standings) for one in came],
        columns=("write", "shop", "title", "it wrote", "before", "undoing it"),
        rows=rows,
        sentence=_counted(came, dry_run=dry_run, take_back=take_back),
        exit_code=_exit_code(came),
    )
    return here.show(report)


async def _undoer(peg: Peg) -> Undoer:
    engine = await peg.engine()
    return Undoer(
        peg.ground.database,
        peg.ground.clock,
        polls=engine.polls,
        lookout=engine.lookout,
        listings=engine.whole_listings(),
    )


async def _stopped(ground: Ground, acting: Sequence[Came]) -> Collection[ShopId]:
    async with reading(ground.database) as session:
        shops = {one.write.shop for one in acting}
        return {shop for shop in shops if await pauses.pause_of(session, shop) is not None}


async def _driven(
    ground: Ground,
    peg: Peg,
    acting: Sequence[Came],
    stopped: Collection[ShopId],
    *,
    within_s: float,
) -> Mapping[OfferId, Standing]:
    keys = [one.offer.id for one in acting]
    if is_running(ground.settings):
        await wait_for_the_runner(
            ground, keys, not_of=stopped, within_s=within_s, done=lambda _: None
        )
    else:
        await drive(peg)
    async with reading(ground.database) as session:
        return await board.standings(session, keys)


def _told(
    came: Came,
    standings: Mapping[OfferId, Standing],
    stopped: Collection[ShopId],
    *,
    dry_run: bool,
    running: bool,
) -> str:
    if dry_run or not came.verdict.undoing.acts:
        return came.verdict.sentence
    standing = standings.get(came.offer.id)
    if standing is None or not standing.dirty:
        return came.verdict.sentence
    if came.write.shop in stopped:
        state = "waits, its shop is paused"
    elif running:
        state = f"on its way ({standing.last_outcome or 'next'})"
    else:
        state = f"not written yet ({standing.last_outcome}): `peg run` or `peg push` tries again"
    return f"{state}: {came.verdict.sentence}"


def _facts(came: Came, standings: Mapping[OfferId, Standing]) -> dict[str, object]:
    standing = standings.get(came.offer.id)
    return {
        "write": came.write.id,
        "shop": came.write.shop,
        "offer": came.offer.id,
        "place": came.write.place,
        "wrote": came.write.quantity,
        "before": came.write.before,
        "outcome": came.verdict.undoing.value,
        "sentence": came.verdict.sentence,
        "in_step": None if standing is None else not standing.dirty,
    }


def _counted(came: Sequence[Came], *, dry_run: bool, take_back: bool) -> str:
    done = sum(one.verdict.undoing.acts for one in came)
    what = "taken back" if take_back else "undone"
    said = f"{done} of {counted(len(came), 'write')} {'would be ' if dry_run else ''}{what}"
    return f"{said}; nothing was written" if dry_run else said


def _exit_code(came: Sequence[Came]) -> int:
    """0 where all is as wanted; of several, one that cannot be undone holds up no other."""
    outcomes = {one.verdict.undoing for one in came}
    not_done = outcomes & {Undoing.REFUSED, Undoing.NOT_NOW}
    if not not_done:
        return 0
    if outcomes - not_done:
        return 1
    return EXIT_CODE["conflict" if Undoing.REFUSED in not_done else "transient"]
