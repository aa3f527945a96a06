"""`peg writes` and `peg undo`: what was written, and how it is put back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import peg
from tests.support.given import two_practice_shops
from tests.support.running import running


def shown(home: Path, offer: int) -> int:
    found = {one["id"]: one for one in peg(home, "offers", "--json").facts}
    return sum(found[offer]["shown"].values())


def a_raise(home: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Two pieces come in of something stocked on Etsy, and Etsy is brought to show them."""
    peg(home, "import", **environment)
    peg(home, "push", **environment)
    stocked = next(
        one
        for one in peg(home, "offers", "--shop=etsy", "--json").facts
        if sum(one["shown"].values()) > 1 and len(one["parts"]) == 1
    )
    sku = stocked["parts"][0]["sku"]
    peg(home, "receive", sku, "2")
    peg(home, "push", sku, **environment)
    found = peg(home, "writes", sku, "--json").facts
    written: dict[str, Any] = next(one for one in found if one["offer"] == stocked["id"])
    return written


def test_a_write_is_undone_by_its_number_and_that_is_taken_back(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        write = a_raise(tmp_path, environment)
        number, offer = str(write["id"]), write["offer"]

        tried = peg(tmp_path, "undo", number, "--dry-run", "--json", **environment)
        after_a_dry_run = shown(tmp_path, offer)
        undone = peg(tmp_path, "undo", number, **environment)
        listed = peg(tmp_path, "writes", "--json").facts
        held_low = peg(tmp_path, "writes", "--undone", "--json").facts
        state = peg(tmp_path, "offers", "--shop=etsy").out
        put_back = shown(tmp_path, offer)
        again = peg(tmp_path, "undo", number, "--json", **environment)
        back = peg(tmp_path, "undo", number, "--take-back", **environment)
        none_is = peg(tmp_path, "writes", "--undone").out

    assert (tried.code, tried.facts[0]["outcome"]) == (0, "put_back")
    assert after_a_dry_run == write["quantity"]
    assert (undone.code, put_back) == (0, write["before"])
    assert "1 of 1 write undone" in undone.out
    assert next(one for one in listed if one["id"] == write["id"])["undone_at"] is not None
    assert [one["id"] for one in held_low] == [write["id"]]
    assert "no write is undone" in none_is
    assert "a write was undone (`peg undo`)" in " ".join(state.split())
    assert (again.code, again.facts[0]["outcome"]) == (0, "already")
    assert (back.code, shown(tmp_path, offer)) == (0, write["quantity"])


def test_a_write_that_a_sale_brought_is_refused_and_says_why(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        write = a_raise(tmp_path, environment)
        sku = next(
            one["parts"][0]["sku"]
            for one in peg(tmp_path, "offers", "--json").facts
            if one["id"] == write["offer"]
        )
        peg(tmp_path, "sell", sku)
        peg(tmp_path, "push", sku, **environment)
        lowered = peg(tmp_path, "writes", sku, "--limit=1", "--json").facts[0]

        told = peg(tmp_path, "undo", str(lowered["id"]), **environment)

    assert told.code == 4
    assert "the book allows" in " ".join(told.out.split())
    assert "0 of 1 write undone" in told.out


def test_beside_a_running_peg_an_undo_waits_for_what_it_writes(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        write = a_raise(tmp_path, environment)
        with running(tmp_path, environment):
            told = peg(tmp_path, "undo", write["attempt"], "--json", **environment)

    mine = next(one for one in told.facts if one["write"] == write["id"])
    assert (told.code, mine["outcome"], mine["in_step"]) == (0, "put_back", True)


@pytest.mark.parametrize("name", ["0", "99999999999999999999", "no-such-attempt"])
def test_a_write_that_there_is_not_is_missing(tmp_path: Path, name: str) -> None:
    with two_practice_shops(tmp_path) as environment:
        told = peg(tmp_path, "undo", name, **environment)

    assert told.code == 3
    assert "`peg writes` lists them" in " ".join(told.err.split())
