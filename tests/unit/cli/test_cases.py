"""`peg cases show`: one case, for a person and for a program."""

from pathlib import Path

from tests.support.command_line import peg, seed
from tests.support.sold_twice import sold_twice, sold_twice_beside_others


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
