"""A write of ours that replaces a listing of Etsy's, a sale beside it, and what is shown then."""

from collections.abc import Sequence

from tests.support.bench import ETSY, Bench, OrderTold, etsy_ref, line, minute, reading_of

from peg.catalog import mirror
from peg.catalog.offers import Offer
from peg.domain.offer import ANYWHERE


async def writes(bench: Bench, offer: Offer, quantity: int, *, sent: float, ended: float) -> None:
    """We replace the listing of an offer, which shows `quantity` when it is read back."""
    await mirror.note_sending_all(bench.session, {offer.id: quantity}, now=minute(sent))
    shown = reading_of(offer.ref, {ANYWHERE: quantity})
    await mirror.note_rewritten(bench.session, offer.id, shown, now=minute(ended))


async def is_sold(
    bench: Bench, pieces: int = 1, *, placed: float, told: float, number: str = "5001"
) -> None:
    order = OrderTold(order=number, shop=ETSY, created=placed)
    await bench.take_in(order.told(placed, line(etsy_ref(), pieces), fetched=told), at=told)


async def is_shown(
    bench: Bench, pieces: int, *, at: Sequence[float], ahead: float | None = None, took: float = 0
) -> None:
    """Etsy shows so many each time, and its orders are read before."""
    for minutes in at:
        await bench.orders_read(ETSY, at=minutes)
        await bench.look(etsy_ref(), pieces, at=minutes, ahead=ahead, took=took)
