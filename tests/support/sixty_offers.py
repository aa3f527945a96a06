"""A shop of sixty offers, for tests of what becomes of very many at once.

It shows thirty chains, five of each, and thirty rings that are one of a kind.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.bench import (
    PATIENCE,
    Bench,
    minute,
    open_bench,
    reading_of,
    shopify_ref,
)

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, OfferRef, Sku
from peg.domain.offer import ANYWHERE, Shelf
from peg.intake import brake, surprises
from peg.intake.many import Many
from peg.intake.readings import basis_of, take_in_readings
from peg.intake.surprises import Held
from peg.ledger import overdue, questions

CHAINS, RINGS = 30, 30


@dataclass(slots=True)
class SixtyOffers:
    """The shop; `minutes` go by from look to look."""

    bench: Bench
    many: Many = field(default_factory=Many)
    minutes: float = 0

    async def shows(
        self, pieces: int, numbers: Sequence[int] | range, *, shelf: Shelf = Shelf.LISTED
    ) -> None:
        """Look at these offers: each shows so many now."""
        session = self.bench.session
        refs = [ref_of(number) for number in numbers]
        found = await offers.by_refs(session, refs)
        await take_in_readings(
            session,
            [
                reading_of(ref, {ANYWHERE: pieces}, shelf=shelf, begun_at=minute(self.minutes))
                if shelf is not Shelf.GONE
                else reading_of(ref, {}, shelf=shelf, begun_at=minute(self.minutes))
                for ref in refs
            ],
            await basis_of(session, [one.id for one in found.values()]),
            patience=replace(PATIENCE, many=self.many),
            now=minute(self.minutes),
        )

    async def shows_twice(self, pieces: int, numbers: Sequence[int] | range) -> None:
        """More pieces are seen, the orders are read, and they are seen again."""
        await self.shows(pieces, numbers)
        self.minutes += 1
        await self.bench.orders_read(shopify_ref().shop, at=self.minutes)
        await self.shows(pieces, numbers)

    async def asked(self) -> list[questions.Question]:
        return list(await questions.open_questions(self.bench.session))

    async def answer(self, what: str) -> None:
        (asked,) = await self.asked()
        now = minute(self.minutes)
        await questions.answer(self.bench.session, asked.id, what, who="mira", now=now)
        act = brake.believe if what == brake.BELIEVE else brake.put_back
        await act(self.bench.session, shopify_ref().shop, now=now)
        await overdue.close_due(self.bench.session, now=now)

    async def available(self, numbers: Sequence[int] | range = range(CHAINS)) -> set[int]:
        return {await self.bench.available(sku(number)) for number in numbers}

    async def suspended(self) -> int:
        levels = [await self.bench.level(sku(number)) for number in range(CHAINS + RINGS)]
        return sum(level.suspended for level in levels)

    async def offer(self, number: int) -> Offer:
        ref = ref_of(number)
        return (await offers.by_refs(self.bench.session, [ref]))[ref]

    async def held(self) -> dict[OfferId, Held]:
        everything = [one.id for one in await offers.everything(self.bench.session)]
        return dict(await surprises.held(self.bench.session, everything))


def sku(number: int) -> Sku:
    return Sku(f"CHAIN-{number}" if number < CHAINS else f"RING-{number}")


def ref_of(number: int) -> OfferRef:
    return shopify_ref(str(number), str(number), str(number))


@asynccontextmanager
async def open_sixty_offers(home: Path) -> AsyncIterator[SixtyOffers]:
    async with open_bench(home) as bench:
        for number in range(CHAINS + RINGS):
            pieces = 5 if number < CHAINS else 1
            await bench.stock(sku(number), pieces)
            await bench.offer(ref_of(number), sku(number), shows=pieces)
        yield SixtyOffers(bench)
