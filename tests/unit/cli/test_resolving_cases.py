"""`peg cases resolve`: a person names who keeps the piece, and hears what became of the others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from tests.support.command_line import peg, seed
from tests.support.given import Environment, two_practice_shops
from tests.support.sold_twice import (
    all_of_that_was_sent,
    sold_three_times,
    sold_twice,
    sold_twice_with_more,
)

from marketsim.pieces import MARKETS, MarketName


def control(environment: Environment, path: str, **body: Any) -> Any:
    answer = httpx2.post(f"{environment['PEG_SHOPIFY_URL']}/_control/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def buy_on_both(
    home: Path, environment: Environment, *, with_another: bool = False
) -> dict[MarketName, str]:
    """One piece that both shops show, bought on each; the orders' numbers by shop.

    On Shopify `with_another` piece in the same order.
    """
    offers = [one for one in peg(home, "offers", "--json").facts if len(one["parts"]) == 1]
    shown = {
        (one["shop"].partition(":")[0], one["parts"][0]["sku"]): sum(one["shown"].values())
        for one in offers
    }
    sku = next(sku for market, sku in shown if all(shown.get((each, sku)) == 1 for each in MARKETS))
    url = f"{environment['PEG_SHOPIFY_URL']}/_control/units"
    rates = {"etsy.receipt_lag": 0.0, "shopify.routing_lags": 0.0}
    httpx2.put(url.replace("units", "faults"), json=rates).raise_for_status()
    bought: dict[MarketName, str] = {}
    for market in MARKETS:
        (unit,) = httpx2.get(url, params={"market": market, "sku": sku}).json()["units"]
        also = {}
        if with_another and market == "shopify":
            query = {"market": market, "sku": _another(shown, sku)}
            also = {one["unit"]: 1 for one in httpx2.get(url, params=query).json()["units"]}
        ordered = control(environment, "orders", market=market, unit=unit["unit"], also=also)
        order = ordered["order"]
        control(environment, "orders/pay", market=market, order=order)
        bought[market] = order.rpartition("/")[2]
    peg(home, "reconcile", **environment)
    return bought


def _another(shown: Mapping[tuple[str, str], int], sku: str) -> str:
    """A piece on Shopify, of which there are some."""
    return next(
        other
        for (market, other), pieces in shown.items()
        if market == "shopify" and pieces > 1 and other != sku
    )


def test_shopifys_order_is_cancelled_by_one_command_and_the_case_is_over(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        bought = buy_on_both(tmp_path, environment)
        words = ("cases", "resolve", "1", "--keep", bought["etsy"])

        would = peg(tmp_path, *words, "--dry-run", "--json", **environment)
        before = peg(tmp_path, "cases", "--json").facts
        did = peg(tmp_path, *words, **environment)
        again = peg(tmp_path, *words, **environment)

    (given_up,) = would.facts["give_up"]
    assert (would.code, given_up["by_hand"]) == (0, None)
    assert given_up["order"].endswith(f"/{bought['shopify']}")
    assert (would.facts["file"]["given_up"], len(before)) == ([], 1)
    assert (did.code, "cancelled" in did.out) == (0, True)
    file = peg(tmp_path, "cases", "show", "1", "--json").facts
    (cancelled,) = file["given_up"]
    assert cancelled["paid_back"] == cancelled["ordered"] == file["cost"][0]
    assert "case 1 is closed" in did.out
    assert "case 1 is closed already" in again.err
    assert peg(tmp_path, "cases").out.strip() == "no open cases"


def test_etsys_order_gets_a_list_of_steps_with_its_page(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        bought = buy_on_both(tmp_path, environment)

        did = peg(tmp_path, "cases", "resolve", "1", "--keep", bought["shopify"], **environment)

    assert did.code == 1
    assert "is yours to cancel, since Etsy lets no program cancel an order" in did.out
    assert f"[ ] open https://www.etsy.com/your/orders/sold?order_id={bought['etsy']}" in did.out


def test_shopifys_order_loses_the_piece_alone_by_one_command(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        bought = buy_on_both(tmp_path, environment, with_another=True)
        words = ("cases", "resolve", "1", "--keep", bought["etsy"])

        would = peg(tmp_path, *words, "--dry-run", "--json", **environment)
        did = peg(tmp_path, *words, **environment)

    (given_up,) = would.facts["give_up"]
    assert (given_up["by_hand"], given_up["pieces"], given_up["keeps_the_rest"]) == (None, 1, True)
    assert (did.code, "taken out of the order" in did.out) == (0, True)
    assert "keeps the rest: it loses 1 piece" in did.out
    file = peg(tmp_path, "cases", "show", "1", "--json").facts
    (taken_out,) = file["given_up"]
    assert taken_out["paid_back"] == taken_out["ordered"] == given_up["refund"] == file["cost"][0]
    by_id = {one["order_id"]: one for one in file["orders"]}
    assert taken_out["ordered"] == by_id[bought["shopify"]]["pays"]
    assert taken_out["ordered"] != by_id[bought["shopify"]]["whole"]


def test_on_etsy_a_part_is_left_to_the_person_and_ends_with_a_count(tmp_path: Path) -> None:
    seed(tmp_path, sold_twice_with_more)

    did = peg(tmp_path, "cases", "resolve", "1", "--keep", "1001")
    seed(tmp_path, all_of_that_was_sent)
    before = peg(tmp_path, "cases", "--json").facts
    peg(tmp_path, "count", "RING-1", "1")

    assert "#2002 keeps the rest: it loses 1 piece" in did.out
    assert "#2002 is yours to change, since Etsy lets no program cancel an order" in did.out
    assert "pay back 180.00 USD there: a refund names no piece" in " ".join(did.out.split())
    assert len(before) == 1
    assert peg(tmp_path, "cases").out.strip() == "no open cases"


def test_two_of_three_orders_cannot_both_keep_the_one_piece(tmp_path: Path) -> None:
    seed(tmp_path, sold_three_times)

    both = peg(tmp_path, "cases", "resolve", "1", "--keep", "1001", "--keep", "2002")
    one = peg(tmp_path, "cases", "resolve", "1", "--keep", "2002", "--json")

    assert "#1001, #2002 cannot all have a piece: 2 too many were sold" in both.err
    assert [given_up["order"].rpartition("/")[2] for given_up in one.facts["give_up"]] == [
        "1001",
        "2003",
    ]


def test_a_shop_that_is_not_connected_is_left_to_the_person(tmp_path: Path) -> None:
    seed(tmp_path, sold_twice)

    did = peg(tmp_path, "cases", "resolve", "1", "--keep", "2002", "--json")

    (given_up,) = did.facts["give_up"]
    assert (did.code, given_up["by_hand"]) == (1, "its shop is not connected")


def test_what_a_person_knows_of_the_cost_is_booked_and_added_up(tmp_path: Path) -> None:
    seed(tmp_path, sold_twice)
    peg(tmp_path, "cases", "resolve", "1", "--keep", "1001")

    peg(tmp_path, "cases", "cost", "1", "2002", "--paid-back", "180.00")
    told = peg(tmp_path, "cases", "cost", "1", "2002", "--fee", "5.49")
    kept = peg(tmp_path, "cases", "cost", "1", "1001", "--fee", "5.49")
    below = peg(tmp_path, "cases", "cost", "1", "2002", "--fee", "-1")

    assert told.out.strip() == "case 1 cost 185.49 USD so far"
    assert "'1001' names no order that was given up in case 1" in kept.err
    assert "name 0 or more" in below.err
    (given_up,) = peg(tmp_path, "cases", "show", "1", "--json").facts["given_up"]
    assert (given_up["paid_back"], given_up["fee"]) == ("180.00 USD", "5.49 USD")


def test_an_order_that_is_none_of_the_case_is_refused_and_so_are_all_of_them(
    tmp_path: Path,
) -> None:
    seed(tmp_path, sold_twice)

    unknown = peg(tmp_path, "cases", "resolve", "1", "--keep", "4711")
    everybody = peg(tmp_path, "cases", "resolve", "1", "--keep", "1001", "--keep", "#2002")
    nobody = peg(tmp_path, "cases", "resolve", "1")

    assert "there are #1001, #2002" in unknown.err
    assert "#1001, #2002 cannot all have a piece" in everybody.err
    assert "--keep" in nobody.err
    assert peg(tmp_path, "cases", "show", "1", "--json").facts["given_up"] == []
