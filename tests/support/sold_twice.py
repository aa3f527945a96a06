"""A ring that was sold on Shopify and, four seconds later, on Etsy; as a book has it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    PRICE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    shopify_ref,
)

from peg.domain.identity import Sku
from peg.domain.money import Money
from peg.domain.order import LineSnapshot
from peg.ledger import reservations

EARRINGS = Sku("EARS-1")
ON_SHOPIFY = OrderTold(order="1001", shop=SHOPIFY, created=1)
ON_ETSY = OrderTold(order="2002", created=1 + 4 / 60)


def priced(told: LineSnapshot, price: Money = PRICE) -> LineSnapshot:
    return replace(told, price=price)


async def sold_twice(session: AsyncSession, *, title: str = "") -> None:
    bench = Bench(session)
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING, shows={"71": 1}, title=title)
    await bench.offer(etsy_ref(), RING, shows=1, title=title)
    await bench.take_in(ON_SHOPIFY.told(1, priced(line(shopify_ref(), 1, at="71"))), at=1.1)
    await bench.take_in(ON_ETSY.told(2, priced(line(etsy_ref(), 1))), at=2.5)


async def sold_in_the_same_second(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await bench.offer(etsy_ref(), RING, shows=1)
    at_once = replace(ON_ETSY, created=ON_SHOPIFY.created)
    await bench.take_in(ON_SHOPIFY.told(1, priced(line(shopify_ref(), 1, at="71"))), at=1.1)
    await bench.take_in(at_once.told(2, priced(line(etsy_ref(), 1))), at=2.5)


async def sold_though_held(session: AsyncSession) -> None:
    """The ring is kept for Ann; somebody bought it before a shop could be told."""
    bench = Bench(session)
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await reservations.hold(
        session, RING, 1, until=None, why="memo for Ann", who="mira", now=minute(0)
    )
    await bench.take_in(ON_SHOPIFY.told(1, priced(line(shopify_ref(), 1, at="71"))), at=1.1)


async def sold_twice_with_more(session: AsyncSession) -> None:
    """Etsy's order takes earrings too."""
    await sold_twice(session)
    await Bench(session).stock(EARRINGS, 3)
    await Bench(session).offer(etsy_ref(listing="70"), EARRINGS, shows=3)
    await _told_of_both(session, 3, committed=1)


async def all_of_that_was_sent(session: AsyncSession) -> None:
    """Etsy tells of a parcel, and not of what is in it."""
    await _told_of_both(session, 5, shipped=1)


async def _told_of_both(
    session: AsyncSession, at: float, *, committed: int = 0, shipped: int = 0
) -> None:
    lines = (
        line(etsy_ref(), committed, shipped=shipped),
        line(etsy_ref(listing="70"), committed, shipped=shipped, line="2"),
    )
    await Bench(session).take_in(ON_ETSY.told(at, *map(priced, lines)), at=at)


async def sold_three_times(session: AsyncSession) -> None:
    await sold_twice(session)
    another = OrderTold(order="2003", created=2)
    await Bench(session).take_in(another.told(3, priced(line(etsy_ref(), 1))), at=3.5)


async def sold_twice_beside_others(session: AsyncSession) -> None:
    """Two rings are in stock, one is sold out, and earrings are none."""
    await sold_twice(session, title="Ruby ring, 14k white gold")
    others = {
        "RING-7": ("Ruby ring, silver", 2),
        "RING-8": ("Opal ring, silver", 1),
        "RING-9": ("Ruby ring, 14k white gold", 0),
        EARRINGS: ("Ruby earrings, 14k white gold", 3),
    }
    for number, (sku, (title, pieces)) in enumerate(others.items(), start=70):
        bench = Bench(session)
        await bench.stock(Sku(sku), pieces)
        ref = etsy_ref(listing=str(number))
        await bench.offer(ref, Sku(sku), shows=pieces, title=title, price=Money(15_000, "USD"))
