"""`peg cases show`: one case, for a person and for a program."""

from pathlib import Path

from tests.support.command_line import peg, seed
from tests.support.sold_twice import (
    sold_in_the_same_second,
    sold_though_held,
    sold_twice,
    sold_twice_beside_others,
)


def test_a_case_names_its_orders_the_seconds_between_them_and_who_should_get_the_piece(
    tmp_path: Path,
) -> None:
    seed(tmp_path, sold_twice)

    told = peg(tmp_path, "cases", "show", "1", "--json")
    said = peg(tmp_path, "cases", "show", "1")

    first, second = told.facts["orders"]
    assert (told.code, said.code) == (1, 1)
    assert (first["name"], first["pays"], second["after_s"]) == ("#1001", "180.00 USD", 4.0)
    assert second["link"] == "https://www.etsy.com/your/orders/sold?order_id=2002"
    assert "2 orders, within 4 seconds; 1 piece is missing; open" in said.out
    assert "before the first sale it was last known to show 1" in said.out
    assert "#1001 gets the piece, #2002 does not: #1001 is the earliest that is paid" in said.out


def test_the_policy_is_the_jewellers(tmp_path: Path) -> None:
    seed(tmp_path, sold_twice)

    asked = peg(tmp_path, "cases", "show", "1", "--json", PEG_CASE_WINNER="ask")
    wrong = peg(tmp_path, "cases", "show", "1", PEG_CASE_WINNER="cheapest")

    assert asked.facts["proposed"]["lose"] == []
    assert "name the order to keep" in asked.facts["proposed"]["why"]
    assert "PEG_CASE_WINNER" in wrong.err


def test_a_case_that_is_none_is_said_so(tmp_path: Path) -> None:
    seed(tmp_path, sold_twice)

    ran = peg(tmp_path, "cases", "show", "7")

    assert "there is no case 7: `peg cases` lists the open ones" in ran.err
    assert ran.code == peg(tmp_path, "history", "NO-SUCH").code


def test_a_case_offers_what_is_in_stock_and_drafts_a_message_of_what_is_known(
    tmp_path: Path,
) -> None:
    seed(tmp_path, sold_twice_beside_others)

    told = peg(tmp_path, "cases", "show", "1", "--json").facts
    said = peg(tmp_path, "cases", "show", "1").out

    (draft,) = told["drafts"]
    assert [one["sku"] for one in told["instead"]] == ["RING-7", "RING-8"]
    assert draft["order_id"] == "2002"
    assert "another customer bought it at nearly the same time" in draft["text"]
    assert "you get back all that you paid for it" in draft["text"]
    assert "RING-7 (Ruby ring, silver), 150.00 USD, 2 there, on etsy:1001" in said
    assert "a draft to the buyer of #2002" in said


def test_of_two_orders_in_the_same_second_none_is_called_the_earliest(tmp_path: Path) -> None:
    seed(tmp_path, sold_in_the_same_second)

    told = peg(tmp_path, "cases", "show", "1", "--json").facts
    said = peg(tmp_path, "cases", "show", "1").out
    decided = peg(tmp_path, "cases", "resolve", "1", "--keep", "1001", "--dry-run")

    assert (told["proposed"]["keep"], told["proposed"]["lose"]) == ([], [])
    assert [one["order_id"] for one in told["drafts"]] == ["1001", "2002"]
    assert "2 orders, in the same second; 1 piece is missing" in said
    assert "#1001 and #2002 were placed in the same second" in said
    assert "you say which gets the piece" in said
    assert "is the earliest" not in said
    assert "`peg cases resolve 1 --keep ORDER`" in said
    assert (decided.code, "#1001 would get the piece" in decided.out) == (0, True)


def test_a_piece_that_is_held_and_was_sold_says_what_is_the_matter_and_what_to_do(
    tmp_path: Path,
) -> None:
    seed(tmp_path, sold_though_held)

    listed, told = peg(tmp_path, "cases"), peg(tmp_path, "cases", "show", "1")
    facts = peg(tmp_path, "cases", "--json").facts
    resolved = peg(tmp_path, "cases", "resolve", "1", "--keep", "1001")
    peg(tmp_path, "release", "1")

    kept = "hold 1 (memo for Ann; kept by mira until it is released) keeps 1"
    assert f"{kept}: `peg release 1` if that is the buyer" in listed.out
    assert [one["id"] for one in facts[0]["holds"]] == [1]
    assert f"1 order; 1 piece is missing, and {kept}; open" in told.out
    assert "hold 1 keeps what is missing" in told.out
    assert "2. is it kept for the buyer of #1001: `peg release 1`, and the case closes" in told.out
    assert "write to the buyer of #1001, and cancel that order" in told.out
    assert "peg cases resolve" not in told.out  # which could say nothing but this
    assert kept.removesuffix(" 1") in resolved.err
    assert peg(tmp_path, "cases").out == "no open cases\n"
