"""`peg push`: drive the offers to what they should show, and say what stands in their way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.cli.terminal import Here, Report
from peg.cli.words import sku_of
from peg.db.transaction import begin, reading
from peg.domain.counted import counted
from peg.domain.identity import ShopId
from peg.ledger import queries
from peg.propagation import board, pauses
from peg.propagation.pauses import Pause
from peg.propagation.retarget import retarget_offers
from peg.shops import directory
from peg.shops.directory import NotConnected, Shop
from peg.wiring.alone import is_running
from peg.wiring.peg import open_peg


@dataclass(frozen=True, slots=True, kw_only=True)
class _Driven:
    """How the offers that were asked for stand.

    Attributes:
        offers: those that PEG keeps in step.
        not_kept: the others; what they show is their shop's own affair.
        waiting: do not show their target yet, and nobody drives them there now.
        under_way: do not show it yet; a running PEG is about to see to it.
        paused, cut_off: what nothing is written to.
    """

    offers: int
    not_kept: int
    waiting: int
    under_way: int
    paused: Sequence[Pause]
    cut_off: Sequence[Shop]


async def push(sku: str | None = None, /, *, here: Here) -> int:
    """Compute every target anew and drive the offers to it, now.

    Where `peg run` is at work it does the driving, and this command does not wait for it.

    Args:
        sku: only this piece's offers.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        async with begin(ground.database) as session:
            affected = await _offers_of(session, sku)
            now = ground.clock.now()
            await retarget_offers(session, affected, now=now)
            for offer in affected:
                if not offer.gone:
                    await board.make_dirty(session, offer.id, now=now)
        running = is_running(ground.settings)
        if not running:
            engine = await peg.engine()
            for worker in engine.workers.values():
                await worker.lower_once()
                await worker.raise_once()
        async with reading(ground.database) as session:
            driven = await _driven(session, affected, running=running)
    return here.show(_report(driven))


async def _driven(session: AsyncSession, affected: Sequence[Offer], *, running: bool) -> _Driven:
    """How these stand now; not those of shops that a person took out."""
    left = await directory.disconnected(session)
    here = [one for one in affected if not one.gone and one.ref.shop not in left]
    kept = [one for one in here if one.components and one.tracked]
    shops = sorted({one.ref.shop for one in kept})
    paused = {shop: await pauses.pause_of(session, shop) for shop in shops}
    cut_off = {one.id: one for one in await directory.cut_off(session) if one.id in shops}
    stopped = {shop for shop in shops if paused[shop] is not None or shop in cut_off}
    behind = await _behind(session, kept)
    waiting = [shop for shop in behind if shop in stopped or not running]
    return _Driven(
        offers=len(kept),
        not_kept=len(here) - len(kept),
        waiting=len(waiting),
        under_way=len(behind) - len(waiting),
        paused=list({one.scope: one for one in paused.values() if one is not None}.values()),
        cut_off=list(cut_off.values()),
    )


async def _behind(session: AsyncSession, kept: Sequence[Offer]) -> Sequence[ShopId]:
    """The shop of each offer that does not show its target yet."""
    found = await board.standings(session, [one.id for one in kept])
    return [one.shop for one in found.values() if one.dirty]


def _report(driven: _Driven) -> Report:
    facts = {
        "offers": driven.offers,
        "not_kept": driven.not_kept,
        "behind": driven.waiting + driven.under_way,
        "under_way": driven.under_way,
        "paused": [one.scope for one in driven.paused],
        "cut_off": [one.id for one in driven.cut_off],
    }
    return Report(
        facts=facts, sentence="; ".join(_words(driven)), exit_code=1 if driven.waiting else 0
    )


def _words(driven: _Driven) -> Sequence[str]:
    in_step = driven.offers - driven.waiting - driven.under_way
    said = [f"{in_step} of {counted(driven.offers, 'offer')} in step"]
    if driven.under_way:
        said.append(f"{driven.under_way} on their way: `peg run` is at work and drives them")
    if driven.waiting:
        said.append(f"{counted(driven.waiting, 'waits', 'wait')}")
    said += [
        f"{one.scope} is paused{f' ({one.why})' if one.why else ''}:"
        f" `peg resume {one.scope}` writes again"
        for one in driven.paused
    ]
    said += [str(NotConnected(one)) for one in driven.cut_off]
    if driven.not_kept:
        many = counted(driven.not_kept, "is", "are")
        said.append(f"{many} not kept in step: `peg offers --unknown` says why")
    return said


async def _offers_of(session: AsyncSession, sku: str | None) -> Sequence[Offer]:
    """All offers, or those of one piece.

    Raises:
        UnknownSku: no such item.
    """
    if sku is None:
        return await offers.everything(session)
    item = await queries.position(session, sku_of(sku))
    return await offers.of_skus(session, [item.sku])
