"""`peg orders` names the pieces that the book took, whatever is typed on the shop's order."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NECKLACE, RING, Bench, OrderTold, etsy_ref, line
from tests.support.command_line import peg, seed

from peg.domain.order import LineSnapshot


def told(home: Path, *lines: LineSnapshot) -> str:
    """What `peg orders` says of an order of these lines; a set and both sizes are on Etsy."""

    async def sold(session: AsyncSession) -> None:
        bench = Bench(session)
        await bench.stock(RING, 5)
        await bench.stock(NECKLACE, 5)
        await bench.offer(etsy_ref("22"), RING)
        await bench.offer(etsy_ref("33"), RING, NECKLACE, NECKLACE, sku="SET-3")
        await bench.offer(etsy_ref("44", "Size=6"), RING)
        await bench.offer(etsy_ref("44", "Size=7"), NECKLACE)
        await bench.take_in(OrderTold().told(1, *lines), at=1)

    seed(home, sold)
    return peg(home, "orders", COLUMNS="200").out


def test_an_order_says_how_many_of_each_were_sold(tmp_path: Path) -> None:
    rings = line(etsy_ref(), 2, shipped=1, sku=RING)

    said = told(tmp_path, rings, line(etsy_ref("99"), 1, line="2"))

    assert f"3 x {RING}; a piece (unknown)" in said


def test_a_listing_that_bears_another_pieces_sku_is_told_by_the_piece_that_was_taken(
    tmp_path: Path,
) -> None:
    said = told(tmp_path, line(etsy_ref("22"), 1, sku="NECK-2"))

    assert "RING-1 (typed NECK-2)" in said


def test_a_line_without_a_sku_is_told_by_the_piece_that_was_taken(tmp_path: Path) -> None:
    said = told(tmp_path, line(etsy_ref("22"), 1))

    assert RING in said
    assert "typed" not in said


def test_small_letters_and_spaces_are_no_other_sku(tmp_path: Path) -> None:
    assert "typed" not in told(tmp_path, line(etsy_ref("22"), 1, sku=" ring-1"))


def test_a_set_is_told_by_its_pieces(tmp_path: Path) -> None:
    said = told(tmp_path, line(etsy_ref("33"), 1, sku="SET-3"))

    assert "2 x NECK-2 + RING-1 (typed SET-3)" in said


def test_a_line_that_nobody_is_sure_of_says_what_it_may_be(tmp_path: Path) -> None:
    said = told(tmp_path, line(etsy_ref("44", "Size=9"), 1))

    assert "a piece (unknown, may be NECK-2 or RING-1)" in said
    assert "NECK-2 + RING-1" in peg(tmp_path, "orders", "--unknown", COLUMNS="200").out


def test_programs_are_told_the_pieces_beside_what_was_typed(tmp_path: Path) -> None:
    told(tmp_path, replace(line(etsy_ref("33"), 2, sku="SET-3"), title="The set"))

    (order,) = peg(tmp_path, "orders", "--json").facts

    (one,) = order["lines"]
    assert (one["sku"], one["pieces"]) == ("SET-3", {"NECK-2": 4, "RING-1": 2})
