"""Three rings at two places: two in the atelier and one in the gallery.

Shopify shows them there; Etsy, which knows no places, shows three.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.bench import (
    NOON,
    RING,
    Bench,
    OrderTold,
    etsy_ref,
    open_bench,
    shopify_ref,
)

from peg.catalog.offers import Offer
from peg.domain.identity import LocationId, OfferId
from peg.domain.order import LineSnapshot
from peg.ledger import cases, queries, truths
from peg.ledger.orders import Outcome
from peg.propagation import board
from peg.propagation.retarget import retarget

ATELIER, GALLERY = LocationId("atelier"), LocationId("gallery")


@dataclass(frozen=True, slots=True)
class TwoPlaces:
    """The bench with both places, and the offer on Etsy."""

    bench: Bench
    on_etsy: Offer

    async def tells(
        self, at: float, *lines: LineSnapshot, created: float = -1, heard: float | None = None
    ) -> Outcome:
        """Etsy tells of the order, as it stood then."""
        order = OrderTold(created=created).told(at, *lines)
        return (await self.bench.take_in(order, at=at if heard is None else heard)).outcome

    async def book(self) -> Mapping[str, tuple[int, int]]:
        """On hand and committed, in the atelier and in the gallery."""
        levels = await queries.levels(self.bench.session, RING)
        return {at: (levels[at].on_hand, levels[at].committed) for at in (ATELIER, GALLERY)}

    async def shown_on_shopify(self) -> Mapping[str, int]:
        """What Shopify is to show at both places."""
        await retarget(self.bench.session, [RING], now=NOON)
        (one,) = [
            one
            for one in await board.page(self.bench.session, OfferId(0), limit=9)
            if "71" in one.target.quantities
        ]
        return one.target.quantities

    async def is_sound(self) -> bool:
        """The book adds up, and nowhere is more sold than lies there."""
        session = self.bench.session
        return not (
            await queries.wrong_sums(session)
            or await cases.all_cases(session)
            or await truths.short_at_a_place(session)
            or await truths.orders_counted_wrongly(session)
            or await truths.lines_applied_wrongly(session)
        )


@asynccontextmanager
async def open_two_places(home: Path) -> AsyncIterator[TwoPlaces]:
    async with open_bench(home) as bench:
        await bench.stock(RING, 2, at=await bench.place("71", "Atelier"))
        await bench.stock(RING, 1, at=await bench.place("72", "Gallery"))
        await bench.offer(shopify_ref(), RING, shows={"71": 2, "72": 1})
        yield TwoPlaces(bench, await bench.offer(etsy_ref(), RING, shows=3))
