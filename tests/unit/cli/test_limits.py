from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import RING, Bench, etsy_ref, shopify_ref
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import peg, seed

from peg.catalog import items
from peg.catalog.items import Item
from peg.propagation.retarget import retarget


async def a_ring_on_both_shops(session: AsyncSession) -> None:
    bench = Bench(session)
    ring = Item(sku=RING, name="Ruby ring", one_of_a_kind=False, kind="RING")
    await items.open_all(session, [ring], now=MONDAY_NOON)
    await bench.stock(RING, 3, at=await bench.place("71", "Atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": 3})
    await bench.offer(etsy_ref(), RING, shows=3)
    await retarget(session, [RING], now=MONDAY_NOON)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, a_ring_on_both_shops)
    return tmp_path


def should(home: Path) -> dict[str, int]:
    """What each channel should show."""
    rows = peg(home, "offers", "--json").facts
    return {row["shop"].partition(":")[0]: sum(row["target"].values()) for row in rows}


def limits(home: Path, *words: str) -> list[tuple[str, str, int | None, int | None]]:
    ran = peg(home, "limit", *words, "--json")
    assert ran.code == 0, ran.err
    return [(row["scope"], row["channel"], row["buffer"], row["cap"]) for row in ran.facts]


def test_a_limit_is_set_on_one_channel_and_holds_there(home: Path) -> None:
    assert limits(home) == []

    assert limits(home, "all", "etsy", "--buffer", "1") == [("all", "etsy", 1, None)]
    assert should(home) == {"shopify": 3, "etsy": 2}


def test_a_limit_without_a_channel_holds_on_both(home: Path) -> None:
    limits(home, "ring-1", "--cap", "2")

    assert limits(home) == [("sku:RING-1", "etsy", None, 2), ("sku:RING-1", "shopify", None, 2)]
    assert should(home) == {"shopify": 2, "etsy": 2}


def test_a_kind_may_be_typed_in_small_letters(home: Path) -> None:
    limits(home, "kind:ring", "etsy", "--cap", "1")

    assert limits(home) == [("kind:RING", "etsy", None, 1)]
    assert should(home)["etsy"] == 1


def test_a_buffer_leaves_the_cap_as_it_was(home: Path) -> None:
    limits(home, "all", "etsy", "--cap", "2")

    assert limits(home, "all", "etsy", "--buffer", "2") == [("all", "etsy", 2, 2)]
    assert should(home)["etsy"] == 1


def test_a_limit_is_taken_off(home: Path) -> None:
    limits(home, "all", "--cap", "1")

    assert limits(home, "all", "shopify", "--off") == []

    assert limits(home) == [("all", "etsy", None, 1)]
    assert should(home) == {"shopify": 3, "etsy": 1}


def test_a_look_at_one_scope_changes_nothing_and_shows_its_limits_only(home: Path) -> None:
    limits(home, "all", "etsy", "--cap", "2")
    limits(home, "sku:RING-1", "etsy", "--buffer", "1")

    assert limits(home, "RING-1") == [("sku:RING-1", "etsy", 1, None)]
    assert limits(home, "all", "shopify") == []
    assert should(home)["etsy"] == 2


def test_who_hides_offers_is_told_how_many(home: Path) -> None:
    ran = peg(home, "limit", "all", "--cap", "0")

    assert "offers that change: 2; shown no more: 2" in ran.out


@pytest.mark.parametrize(
    ("words", "code", "error", "says"),
    [
        (["limit", "kind:RNG", "etsy", "--cap", "1"], 3, "UnknownKind", "did you mean RING?"),
        (["limit", "kind:boat", "etsy", "--cap", "1"], 3, "UnknownKind", "there are RING"),
        (["limit", "sku:RING-9", "--cap", "1"], 3, "UnknownSku", "peg stock"),
        (["limit", "kind:", "--cap", "1"], 3, "UnknownKind", "there are RING"),
        (["limit", "etsy", "--cap", "1"], 2, "UnclearLimit", "peg limit all etsy"),
        (["limit", "--cap", "1"], 2, "UnclearLimit", "kind:RING"),
        (["limit", "--off"], 2, "UnclearLimit", "kind:RING"),
        (["limit", "all", "etsy", "--off", "--cap", "1"], 2, "UnclearLimit", "not both"),
        (["limit", "all", "etsy", "--off"], 3, "NotLimited", "peg limit"),
        (["limit", "all", "ebay", "--cap", "1"], 2, "BadCommand", "etsy"),
        (["limit", "all", "etsy", "--buffer", "-1"], 2, "BadQuantity", "0 pieces or more"),
        (["low-stock", "kind:RNG", "--at", "1"], 3, "UnknownKind", "did you mean RING?"),
        (["low-stock", "RING-9", "--at", "1"], 3, "UnknownSku", "peg stock"),
        (["low-stock", "RING-1"], 2, "UnclearLimit", "--at"),
        (["low-stock", "--at", "1"], 2, "UnclearLimit", "which piece or kind"),
        (["low-stock", "RING-1", "--at", "1", "--off"], 2, "UnclearLimit", "--off"),
        (["low-stock", "all", "--at", "1"], 2, "UnclearLimit", "kind:RING"),
    ],
)
def test_a_limit_that_means_nothing_is_refused_and_nothing_changes(
    home: Path, words: list[str], code: int, error: str, says: str
) -> None:
    before = should(home), limits(home)

    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (code, error)
    assert says in ran.refusal["sentence"]
    assert (should(home), limits(home)) == before


def test_a_book_whose_skus_name_no_kind_says_so(tmp_path: Path) -> None:
    ran = peg(tmp_path, "limit", "kind:ring", "--cap", "1")

    assert ran.code == 3
    assert "none of your SKUs" in ran.err


@pytest.mark.parametrize("scope", ["RING-1", "kind:ring"])
def test_low_stock_is_listed_once_a_piece_or_its_kind_has_a_threshold(
    home: Path, scope: str
) -> None:
    assert peg(home, "low-stock", "--json").facts == []

    ran = peg(home, "low-stock", scope, "--at", "3", "--json")
    off = peg(home, "low-stock", scope, "--off", "--json")

    assert [(row["sku"], row["available"]) for row in ran.facts] == [("RING-1", 3)]
    assert off.facts == []


def test_the_doctor_tells_what_runs_low(home: Path) -> None:
    def told() -> list[str]:
        facts = peg(home, "doctor", "--json").facts
        return [one["sentence"] for one in facts if one["what"] == "low stock"]

    before = told()
    peg(home, "low-stock", "RING-1", "--at", "3")

    assert before == []
    assert told() == ["RING-1 (3): make or order more; `peg low-stock` lists all"]


def test_a_piece_that_is_low_when_its_threshold_is_set_is_alerted_once(home: Path) -> None:
    def told() -> list[tuple[str, str]]:
        alerts = peg(home, "alerts", "--json").facts
        return [(one["name"], one["subject"]) for one in alerts]

    peg(home, "low-stock", "RING-1", "--at", "3")
    assert told() == [("low_stock", "RING-1")]
    peg(home, "alerts", "--done", "1")
    peg(home, "low-stock", "RING-1", "--at", "4")

    assert told() == []  # it was low before
