"""Places are called what the jeweller calls them, and a slip of the finger makes no new one."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.command_line import peg
from tests.support.jeweller import open_jeweller

NAMES = {"7001": "Atelier Zürich", "7002": "Gallery"}


async def _import(home: Path, lies: Mapping[str, int], names: Mapping[str, str]) -> None:
    async with open_jeweller(home) as jeweller:
        jeweller.shopify.places = names
        jeweller.shopify.show("RING-1", lies)
        await jeweller.imports()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    asyncio.run(_import(tmp_path, {"7001": 2}, NAMES))
    return tmp_path


def places(home: Path) -> dict[str, int]:
    found = peg(home, "stock", "RING-1", "--json").facts["places"]
    return {place: level["on_hand"] for place, level in found.items()}


@pytest.mark.parametrize("typed", ["Gallery", "gallery", " GALLERY "])
def test_a_place_is_called_as_on_shopify(home: Path, typed: str) -> None:
    ran = peg(home, "receive", "RING-1", "3", "--at", typed)

    assert ran.code == 0
    assert places(home) == {"atelier-z-rich": 2, "gallery": 3}


@pytest.mark.parametrize(("command", "pieces"), [("receive", "3"), ("count", "3")])
def test_pieces_at_a_place_where_shopify_does_not_stock_them_are_told_of(
    home: Path, command: str, pieces: str
) -> None:
    ran = peg(home, command, "RING-1", pieces, "--at", "Gallery")

    told = "Shopify does not stock 'Piece RING-1' at Gallery, where 3 lie: PEG has it stocked there"
    assert told in " ".join(ran.out.split())
    assert any(told in one["sentence"] for one in peg(home, "doctor", "--json").facts)
    (offer,) = peg(home, "offers", "RING-1", "--json").facts
    assert offer["shown"] == {"7001": 2}


def test_a_piece_is_sold_or_kept_at_the_place_that_is_named(home: Path) -> None:
    peg(home, "receive", "RING-1", "3", "--at", "Gallery")

    sold = peg(home, "sell", "RING-1", "--at", "gallery")
    kept = peg(home, "hold", "RING-1", "--at", "Gallery", "--why", "Ann", "--json")
    too_many = peg(home, "hold", "RING-1", "2", "--at", "Gallery", "--why", "Ann", "--json")

    assert (sold.code, kept.code) == (0, 0)
    assert places(home) == {"atelier-z-rich": 2, "gallery": 2}
    assert (too_many.code, too_many.refusal["error"]) == (4, "InsufficientStock")
    assert "available 1 at gallery" in too_many.refusal["sentence"]


def test_a_sale_where_the_book_had_too_few_is_told_and_what_to_do(home: Path) -> None:
    ran = peg(home, "sell", "RING-1", "--at", "Gallery")

    assert ran.code == 0
    assert "the book had 0 at gallery" in " ".join(ran.out.split())
    assert places(home)["atelier-z-rich"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["receive", "RING-1", "1"],
        ["count", "RING-1", "1"],
        ["sell", "RING-1"],
        ["hold", "RING-1", "--why", "Ann"],
    ],
    ids=lambda words: words[0],
)
def test_a_mistyped_place_is_refused_with_those_there_are(home: Path, words: list[str]) -> None:
    ran = peg(home, *words, "--at", "Galery", "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownPlace")
    for told in ("did you mean Gallery?", "Atelier Zürich", "main", "peg places add"):
        assert told in ran.refusal["sentence"]
    assert places(home) == {"atelier-z-rich": 2}


def test_a_place_of_ones_own_is_made_on_purpose_and_only_once(home: Path) -> None:
    made = peg(home, "places", "add", "The safe")
    again = peg(home, "places", "add", "the  safe", "--json")
    ran = peg(home, "receive", "RING-1", "1", "--at", "the safe")

    assert (made.code, ran.code) == (0, 0)
    assert (again.code, again.refusal["error"]) == (4, "PlaceTaken")
    assert places(home) == {"atelier-z-rich": 2, "the-safe": 1}


def test_a_place_that_shopify_renamed_goes_by_its_new_name(home: Path) -> None:
    asyncio.run(_import(home, {"7001": 2}, {**NAMES, "7002": "Boutique"}))

    renamed = peg(home, "receive", "RING-1", "1", "--at", "Boutique")

    assert renamed.code == 0
    assert places(home) == {"atelier-z-rich": 2, "gallery": 1}  # its place in the book stays
    told = {one["place"]: one["name"] for one in peg(home, "places", "--json").facts}
    assert told["gallery"] == "Boutique"


async def _compare(home: Path, names: Mapping[str, str]) -> None:
    """PEG compares the shop with the book, as it does every quarter of an hour."""
    async with open_jeweller(home) as jeweller:
        jeweller.shopify.places = names
        jeweller.shopify.show("RING-1", {"7001": 2})
        await jeweller.compares()


def test_what_shopify_does_to_its_places_is_noticed_without_an_import(home: Path) -> None:
    asyncio.run(_compare(home, {"7001": "Workshop", "7003": "Fair"}))

    ran = peg(home, "places")

    assert ran.code == 0
    told = {one["place"]: (one["name"], one["open"]) for one in peg(home, "places", "--json").facts}
    assert told["atelier-z-rich"] == ("Workshop", True)
    assert told["gallery"] == ("Gallery", False)
    assert told["fair"] == ("Fair", True)
    assert "closed there" in ran.out


def test_two_places_of_one_name_must_be_told_apart(home: Path) -> None:
    asyncio.run(_import(home, {"7001": 2}, {"7001": "Gallery", "7002": "Gallery"}))

    unclear = peg(home, "receive", "RING-1", "1", "--at", "Gallery", "--json")
    clear = peg(home, "receive", "RING-1", "1", "--at", "gallery")

    assert unclear.refusal["error"] == "UnknownPlace"
    assert "atelier-z-rich or gallery" in unclear.refusal["sentence"]
    assert clear.code == 0


def test_a_place_called_main_is_not_taken_for_no_place_at_all(tmp_path: Path) -> None:
    asyncio.run(_import(tmp_path, {"7001": 2}, {"7001": "Main"}))

    assert places(tmp_path) == {"main-7001": 2}


@pytest.mark.parametrize("polled_before", [False, True])
def test_an_order_that_is_heard_of_first_names_its_place_as_shopify_does(
    tmp_path: Path, *, polled_before: bool
) -> None:
    async def import_one_that_is_sold() -> None:
        async with open_jeweller(tmp_path) as jeweller:
            jeweller.shopify.places = NAMES
            jeweller.shopify.sell(jeweller.shopify.show("RING-1", {"7001": 2}))
            if polled_before:
                await jeweller.reads_orders()
            await jeweller.imports()

    asyncio.run(import_one_that_is_sold())

    assert [*places(tmp_path)] == ["atelier-z-rich"]
