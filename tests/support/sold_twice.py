"""A ring that was sold on Shopify and, four seconds later, on Etsy; as a book has it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    shopify_ref,
)

from peg.domain.money import Money
from peg.domain.order import LineSnapshot

PRICE = Money(18_000, "USD")
ON_SHOPIFY = OrderTold(order="1001", shop=SHOPIFY, created=1)
ON_ETSY = OrderTold(order="2002", created=1 + 4 / 60)


def priced(told: LineSnapshot, price: Money = PRICE) -> LineSnapshot:
    return replace(told, price=price)


async def sold_twice(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.place("71", "Atelier")
    await bench.stock(RING, 1)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await bench.offer(etsy_ref(), RING, shows=1)
    await bench.take_in(ON_SHOPIFY.told(1, priced(line(shopify_ref(), 1, at="71"))), at=1.1)
    await bench.take_in(ON_ETSY.told(2, priced(line(etsy_ref(), 1))), at=2.5)


async def sold_three_times(session: AsyncSession) -> None:
    await sold_twice(session)
    another = OrderTold(order="2003", created=2)
    await Bench(session).take_in(another.told(3, priced(line(etsy_ref(), 1))), at=3.5)
