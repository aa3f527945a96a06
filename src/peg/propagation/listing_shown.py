"""When a listing's offers show what they should, nobody is asked to renew them any more."""

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.offer import Shelf
from peg.ledger import questions
from peg.propagation import board, bystanders
from peg.propagation.listing_view import view_listing
from peg.propagation.renewal import RENEWAL


async def settle_listing(session: AsyncSession, shop: ShopId, listing: str, clock: Clock) -> None:
    """Note as shown every offer of a listing that shows its target."""
    view = await view_listing(session, shop, listing)
    for ref, side in view.sides.items():
        standing = view.standings.get(ref)
        if standing is None or side.known.pending is not None or side.held:
            continue
        shows = side.known.quantity if side.known.shelf is Shelf.LISTED else 0
        left_off = view.offers[ref].parked or side.switched_off
        if shows == side.wanted or left_off:
            now = clock.now()
            await board.shown(
                session,
                standing.offer,
                standing.target.version,
                outcome="parked by hand" if left_off else "shown",
                now=now,
            )
            await questions.withdraw(session, RENEWAL, str(standing.offer), now=now)
            if not view.offers[ref].components:
                await bystanders.let_be(session, standing.offer)
