"""What stands on the shops: `offers`, `shops`."""

from collections.abc import Sequence

from peg.cli.beginning import NO_SHOP, no_offers_yet
from peg.cli.cells import Note
from peg.cli.offer_states import state_of
from peg.cli.shop_names import shop_names
from peg.cli.terminal import Here, Report
from peg.cli.words import pieces_told, seen, sku_of, titled
from peg.db.transaction import reading
from peg.domain.counted import counted
from peg.reads import offers as offer_reads
from peg.reads import shops as shop_reads
from peg.reads.not_kept import NotKept, Why, not_kept
from peg.reads.offers import OfferRow
from peg.wiring.alone import is_running


async def offers(
    sku: str | None = None,
    /,
    *,
    shop: str | None = None,
    behind: bool = False,
    unknown: bool = False,
    here: Here,
) -> int:
    """What each shop shows of each offer, and what it should.

    Args:
        sku: only offers that sell this piece, or that it is typed on, as on a set.
        shop: only this shop's, such as `etsy`, or `etsy:61234567` where there are several.
        behind: only offers that do not show what they should yet.
        unknown: only offers that are not kept in step: mapped to no piece, not counted there,
            or sold on at zero.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        called = await shop_names(session)
        found = await offer_reads.all_offers(
            session,
            shop=shop,
            sku=None if sku is None else sku_of(sku),
        )
        why = {one.offer: one for one in await not_kept(session)}
        anywhere = found or await offer_reads.all_offers(session, limit=1)
        none = "none" if anywhere else await no_offers_yet(session)
    running = is_running(ground.settings)
    rows = [
        row
        for row in found
        if not (behind and (row.in_step is not False or not row.connected))
        and not (unknown and row.parts and row.tracked and not row.oversells)
    ]
    report = Report(
        facts=[row.model_dump(mode="json") for row in rows],
        columns=("offer", "shop", "title", "pieces", "shows", "should", "state"),
        rows=[
            (
                row.id,
                called(row.shop),
                titled(row.title, row.options),
                pieces_told({part.sku: part.quantity for part in row.parts}) or "unknown",
                sum(row.shown.values()) if row.shown else None,
                None if row.target is None else sum(row.target.values()),
                Note(_state(row, why.get(row.id), running=running)),
            )
            for row in rows
        ],
        sentence=_counted(rows) if rows else none,
    )
    return here.show(report)


async def shops(*, here: Here) -> int:
    """The connected shops."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await shop_reads.shops(session)
    report = Report(
        facts=[shop.model_dump(mode="json") for shop in found],
        columns=("shop", "name", "currency", "state", "connected", "about it"),
        rows=[
            (
                one.id,
                one.name,
                one.currency,
                one.status,
                seen(one.connected_at),
                Note(one.status_sentence),
            )
            for one in found
        ],
        sentence="" if found else NO_SHOP,
    )
    return here.show(report)


def _state(row: OfferRow, found: NotKept | None, *, running: bool) -> str:
    """What sells on at zero is driven all the same: then there are two things to say."""
    if found is None:
        return state_of(row, running=running)
    more = state_of(row, running=running) if found.why is Why.SELLS_ON else ""
    return f"{found.remedy}; {more}" if more else found.remedy


def _counted(rows: Sequence[OfferRow]) -> str:
    many = counted(len(rows), "offer")
    read_at = max((row.found_at for row in rows if row.found_at and row.shown), default=None)
    if read_at is None:
        return many
    return f"{many}; what is not kept in step shows what the import read, last {seen(read_at)}"
