"""At the counter: which piece was sold, of a line that may be one or another."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    ETSY,
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    shopify_ref,
)
from tests.support.command_line import peg, seed
from tests.support.shops import APP, key_ring, shop

from peg.shops import directory


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


async def three_lines_that_nobody_knows(session: AsyncSession) -> None:
    """A charm that bears no SKU, a listing that came after the import, and a line without one."""
    for of in (SHOPIFY, ETSY):
        await directory.store(session, key_ring(), shop(of), APP)
    bench = Bench(session)
    await bench.offer(etsy_ref("31"))
    charm, later = line(etsy_ref("31"), 1), line(etsy_ref("32"), 1, line="2")
    await bench.take_in(OrderTold().told(1, charm, later, line(None, 1, line="3")))


def test_a_line_that_is_asked_about_names_its_question_and_no_other_command(tmp_path: Path) -> None:
    seed(tmp_path, typed_twice)

    (one,) = peg(tmp_path, "orders", "--unknown", "--json").facts
    said = peg(tmp_path, "orders", "--unknown", COLUMNS="300").out

    assert (one["question"], one["remedy"]) == (1, "say which piece it was: `peg answer 1 SKU`")
    assert one["remedy"] in said
    assert "peg match" not in said


def test_a_line_that_is_not_asked_about_names_what_makes_its_offer_known(tmp_path: Path) -> None:
    seed(tmp_path, three_lines_that_nobody_knows)

    charm, later, nameless = peg(tmp_path, "orders", "--unknown", "--json").facts

    assert "`peg match compose 1 SKU`" in charm["remedy"]
    assert later["remedy"].startswith("`peg import` reads its listing")
    assert "`peg sell SKU` (the order names no listing)" in nameless["remedy"]
    assert {one["question"] for one in (charm, later, nameless)} == {None}
