"""Two sets were composed of pieces: at the counter those are named, and not the set."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import Bench, etsy_ref, shopify_ref
from tests.support.command_line import peg, seed

from peg.domain.identity import Sku

RING, STUD, SET, PAIR = Sku("RING-1"), Sku("STUD-1"), Sku("SET-1"), Sku("PAIR-1")


async def composed(session: AsyncSession) -> None:
    """The set was taken for an item before; the pair never was, and is typed with a slip."""
    bench = Bench(session)
    await bench.stock(RING, 1)
    await bench.stock(STUD, 2)
    await bench.stock(SET, 0)
    await bench.offer(shopify_ref(), RING, STUD, sku=SET)
    await bench.offer(etsy_ref(), STUD, STUD, sku="pair-1 ")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, composed)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("sell", SET),
        ("hold", SET, "--why", "layaway"),
        ("receive", SET, "1"),
        ("count", SET, "1"),
    ],
    ids=" ".join,
)
def test_what_is_said_of_a_set_is_refused_with_the_names_of_its_pieces(
    home: Path, words: tuple[str, ...]
) -> None:
    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "IsASet")
    assert f"name its pieces ({RING}, {STUD})" in ran.err
    assert peg(home, "stock", SET, "--json").facts["stock"]["on_hand"] == 0
    assert peg(home, "cases", "--json").facts == []


def test_a_pair_is_two_of_its_pieces(home: Path) -> None:
    assert f"({STUD} x 2)" in peg(home, "sell", PAIR).err


def test_pieces_of_a_set_are_sold_by_their_names(home: Path) -> None:
    assert peg(home, "sell", STUD, "2").code == 0
    assert peg(home, "stock", STUD, "--json").facts["stock"]["on_hand"] == 0


def test_that_nothing_of_a_set_lies_there_may_be_told(home: Path) -> None:
    assert peg(home, "count", SET, "0", "--json").facts["difference"] == 0


@pytest.mark.parametrize("label", [SET, PAIR])
def test_the_offers_of_a_set_are_found_by_its_own_sku(home: Path, label: Sku) -> None:
    (found,) = peg(home, "offers", label, "--json").facts

    assert found["sku_as_typed"].strip().upper() == label


def test_a_sku_that_is_typed_nowhere_is_unknown_still(home: Path) -> None:
    ran = peg(home, "offers", "PAIR-2", "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownSku")


def test_the_stock_says_that_a_set_is_one_and_shows_no_figures_of_it(home: Path) -> None:
    everything = {row["sku"]: row["parts"] for row in peg(home, "stock", "--json").facts}
    listed = next(row for row in peg(home, "stock").out.splitlines() if row.startswith(SET))

    assert everything == {RING: {}, STUD: {}, SET: {RING: 1, STUD: 1}}
    assert listed.split(maxsplit=1)[1].strip() == f"a set: {RING} + {STUD}"


def test_asked_of_a_set_alone_the_stock_names_its_pieces(home: Path) -> None:
    assert f"{SET} is a set and has no stock of its own: name its pieces ({RING}, {STUD})" in (
        peg(home, "stock", SET).out
    )


async def also_sold_as_one(session: AsyncSession) -> None:
    """One shop sells the set as an item still: somebody made it, and it has its own stock."""
    await composed(session)
    await Bench(session).stock(SET, 1)
    await Bench(session).offer(etsy_ref("23"), SET)


def test_a_set_that_is_an_item_somewhere_is_sold_as_one(tmp_path: Path) -> None:
    seed(tmp_path, also_sold_as_one)

    assert peg(tmp_path, "stock", SET, "--json").facts["stock"]["parts"] == {}
    assert peg(tmp_path, "sell", SET, "--json").facts["available"] == 0
