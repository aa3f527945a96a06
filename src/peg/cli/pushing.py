"""`peg push`: drive the offers to what they should show, and say what stands in their way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.cli.cells import Note, Title
from peg.cli.driving import drive, tried_hard, wait_for_the_runner
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, sku_of
from peg.db.transaction import begin, reading
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.ledger import queries
from peg.propagation import board, pauses
from peg.propagation.board import Standing
from peg.propagation.pauses import Pause
from peg.propagation.retarget import retarget_offers
from peg.reads.driven import Driven, driven
from peg.shops import directory
from peg.shops.directory import NotConnected, Shop
from peg.wiring.alone import is_running
from peg.wiring.peg import open_peg

FAILED_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, and what stands in its way before anything is tried.

    Attributes:
        kept: offers that PEG keeps in step.
        not_kept: how many others there are; what they show is their shop's own affair.
        paused, cut_off: what nothing is written to; `stopped` are the shops of both.
    """

    kept: Sequence[Offer]
    not_kept: int
    paused: Sequence[Pause]
    cut_off: Sequence[Shop]
    stopped: frozenset[ShopId]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """What does not show its target yet.

    Attributes:
        failed: tried in vain; the last outcome says why.
        under_way: a running PEG is about to see to it.
        waiting: nobody drives it there now.
    """

    failed: Sequence[Standing]
    under_way: Sequence[Standing]
    waiting: Sequence[Standing]


async def push(sku: str | None = None, /, *, wait_s: Number = 60, here: Here) -> int:
    """Compute every target anew and drive the offers to it, now; say what came of it.

    Where `peg run` is at work it does the writing, and this command waits for it.

    Args:
        sku: only this piece's offers.
        wait_s: no longer than so many seconds; what is left then is on its way.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        begun_at = ground.clock.now()
        async with begin(ground.database) as session:
            asked = await _asked(session, sku)
            await retarget_offers(session, asked.kept, now=begun_at)
            for offer in asked.kept:
                if offer.ref.shop not in asked.stopped:
                    await board.make_dirty(session, offer.id, now=begun_at)
        running = is_running(ground.settings)
        with here.progress() as bars:
            bar = bars.add_task("writing", total=len(asked.kept))
            if running:
                await wait_for_the_runner(
                    ground,
                    [offer.id for offer in asked.kept],
                    not_of=asked.stopped,
                    within_s=wait_s,
                    done=lambda many: bars.update(bar, completed=many),
                )
            else:
                await drive(peg)
        async with reading(ground.database) as session:
            came = await driven(session, asked.kept, since=begun_at)
            called = await shop_names(session)
    behind = _sorted(asked, came, running=running)
    names = {offer.id: offer.short_name for offer in asked.kept}
    report = Report(
        facts=_facts(asked, came, behind),
        columns=("offer", "shop", "title", "not written because"),
        rows=[
            (
                one.offer,
                called(one.shop),
                Title(names[one.offer]),
                Note(one.last_outcome or ""),
            )
            for one in behind.failed[:FAILED_SHOWN_MAX]
        ],
        sentence="; ".join(_words(asked, came, behind, running=running)),
        exit_code=1 if behind.failed or behind.waiting or asked.cut_off else 0,
    )
    return here.show(report)


async def _asked(session: AsyncSession, sku: str | None) -> _Asked:
    """Those that are to be driven; not those of shops that a person took out.

    Raises:
        UnknownSku: no such item.
    """
    left = await directory.disconnected(session)
    found = await _offers_of(session, sku)
    there = [one for one in found if not one.gone and one.ref.shop not in left]
    kept = [one for one in there if one.components and one.tracked]
    shops = sorted({one.ref.shop for one in kept})
    paused = {shop: await pauses.pause_of(session, shop) for shop in shops}
    cut_off = [one for one in await directory.cut_off(session) if one.id in shops]
    held = [shop for shop in shops if paused[shop] is not None]
    return _Asked(
        kept=kept,
        not_kept=len(there) - len(kept),
        paused=list({one.scope: one for one in paused.values() if one is not None}.values()),
        cut_off=cut_off,
        stopped=frozenset([*held, *(one.id for one in cut_off)]),
    )


async def _offers_of(session: AsyncSession, sku: str | None) -> Sequence[Offer]:
    if sku is None:
        return await offers.everything(session)
    item = await queries.position(session, sku_of(sku))
    return await offers.of_skus(session, [item.sku])


def _sorted(asked: _Asked, came: Driven, *, running: bool) -> _Behind:
    free = [one for one in came.behind if one.shop not in asked.stopped]
    failed = [one for one in free if (tried_hard(one) if running else one.attempts > 0)]
    rest = [one for one in free if one not in failed]
    stopped = [one for one in came.behind if one.shop in asked.stopped]
    return _Behind(
        failed=failed,
        under_way=rest if running else [],
        waiting=stopped if running else [*stopped, *rest],
    )


def _facts(asked: _Asked, came: Driven, behind: _Behind) -> dict[str, object]:
    return {
        "offers": len(asked.kept),
        "not_kept": asked.not_kept,
        "written": len(came.written),
        "already": len(came.already),
        "behind": len(came.behind),
        "under_way": len(behind.under_way),
        "failed": [
            {"offer": one.offer, "shop": one.shop, "why": one.last_outcome} for one in behind.failed
        ],
        "paused": [one.scope for one in asked.paused],
        "cut_off": [one.id for one in asked.cut_off],
    }


def _words(asked: _Asked, came: Driven, behind: _Behind, *, running: bool) -> Sequence[str]:
    by_whom = ", by the `peg run` that is at work" if running else ""
    right = len(came.written) + len(came.already)
    said = [
        f"{right} of {counted(len(asked.kept), 'offer')} in step{by_whom}:"
        f" {len(came.written)} written now, {len(came.already)} showed what they should already"
    ]
    if behind.failed:
        many = counted(len(behind.failed), "was", "were")
        again = "`peg run` goes on trying" if running else "`peg run` or `peg push` tries again"
        listed = (
            ", `peg offers --behind` lists all" if len(behind.failed) > FAILED_SHOWN_MAX else ""
        )
        said.append(f"{many} not written, as above{listed}: {again}")
    if behind.under_way:
        said.append(
            f"{len(behind.under_way)} on their way: `peg run` drives them, `peg offers --behind`"
            " lists them"
        )
    if behind.waiting:
        said.append(f"{counted(len(behind.waiting), 'waits', 'wait')}")
    said += [
        f"{one.scope} is paused{f' ({one.why})' if one.why else ''}:"
        f" `peg resume {one.scope}` writes again"
        for one in asked.paused
    ]
    for one in asked.cut_off:
        there = sum(offer.ref.shop == one.id for offer in asked.kept)
        said.append(
            f"{counted(there, 'is', 'are')} told as {one.id} showed them last, since it cannot be"
            f" read: {NotConnected(one)}"
        )
    if sold_on := sum(one.oversells for one in asked.kept):
        many = counted(sold_on, "is", "are")
        said.append(
            f"{many} sold on at zero all the same: `peg offers --unknown` says what ends it"
        )
    if asked.not_kept:
        many = counted(asked.not_kept, "is", "are")
        said.append(f"{many} not kept in step: `peg offers --unknown` says why")
    return said
