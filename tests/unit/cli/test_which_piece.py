"""At the counter: which piece was sold, of a line that may be one or another."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NECKLACE, RING, SHOPIFY, Bench, OrderTold, line, shopify_ref
from tests.support.command_line import peg, seed


async def typed_twice(session: AsyncSession) -> None:
    """Two listings carry the ring's SKU; one of them was sold."""
    bench = Bench(session)
    for sku in (RING, NECKLACE):
        await bench.stock(sku, 2)
    for listing in ("11", "12"):
        await bench.offer(shopify_ref(listing, f"{listing}1"), sku=RING)
    sold = line(shopify_ref("12", "121"), 1, sku=RING)
    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, sold))


def test_the_answer_tells_the_figures_of_every_piece_it_may_have_been(tmp_path: Path) -> None:
    seed(tmp_path, typed_twice)

    ran = peg(tmp_path, "answer", "1", NECKLACE)

    told = f"; {NECKLACE}: 1 available, 2 on hand; {RING}: 2 available, 2 on hand"
    assert ran.out.strip() == f"question 1: {NECKLACE}{told}"


def test_so_does_the_answer_that_nobody_knows(tmp_path: Path) -> None:
    seed(tmp_path, typed_twice)

    ran = peg(tmp_path, "answer", "1", "all")

    assert ran.out.strip() == f"question 1: all; {RING}: 1 available, 2 on hand"
