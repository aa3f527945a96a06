"""A shop that is taken out: nothing is asked of it, nothing waits for it, and nothing is lost."""

from pathlib import Path

from tests.support.command_line import peg
from tests.support.given import two_practice_shops


def test_a_shop_is_taken_out_only_when_that_is_said_twice(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        etsy = next(one["id"] for one in shops(tmp_path) if one["channel"] == "etsy")

        told = peg(tmp_path, "disconnect", etsy, **environment)

    assert (told.code, "--yes" in told.out) == (2, True)
    assert {one["status"] for one in shops(tmp_path)} == {"connected"}


def test_a_shop_that_was_taken_out_keeps_its_history(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        shopify = next(one["id"] for one in shops(tmp_path) if one["channel"] == "shopify")
        before = peg(tmp_path, "offers", "--shop", shopify, "--json").facts

        left = peg(tmp_path, "disconnect", shopify, "--yes", "--json", **environment)
        doctor = peg(tmp_path, "doctor", "--json", **environment)
        imported = peg(tmp_path, "import", "--json", **environment)
        compared = peg(tmp_path, "reconcile", shopify, "--json", **environment)

    after = peg(tmp_path, "offers", "--shop", shopify, "--json").facts
    assert (left.code, left.facts["done"], left.facts["trouble"]) == (0, True, "")
    assert {one["id"]: one["status"] for one in shops(tmp_path)}[shopify] == "disconnected"
    assert ("disconnected by hand" in doctor.out, doctor.code) == (True, 0)
    assert (imported.code, imported.facts["skipped"]) == (0, [])
    assert compared.refusal["error"] == "NotConnected"
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert not any(one["connected"] for one in after)


def test_a_shop_that_was_never_connected_cannot_be_taken_out(tmp_path: Path) -> None:
    ran = peg(tmp_path, "disconnect", "etsy:1", "--yes", "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownShop")


def shops(home: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = peg(home, "shops", "--json").facts
    return found
