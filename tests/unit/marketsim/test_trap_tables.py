"""The pages' tables of traps are complete, and name tests that speak of that very trap."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketsim import etsy, shopify
from marketsim.pieces import MARKETS, MarketName

HERE, DOCS = Path(__file__).parent, Path("docs")
ROW = re.compile(
    r"^\| `(\w+)` \| ([\d.]+)(?:: [^|]+)? \| `(\w+)` \| (?:`(\w+)`|same) \|$", re.MULTILINE
)
WHY_NEVER = re.compile(r"^\| `(\w+)` \| 0: \w[^|]{10,} \|", re.MULTILINE)
POINT = re.compile(r"^\| (\d+) \| [^|]+ \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
POINTS = {"shopify": 11, "etsy": 19}
FAULTS = {"shopify": shopify.FAULTS, "etsy": etsy.FAULTS}


def trap_rows(market: MarketName) -> list[tuple[str, ...]]:
    """Trap, rate, the test with it and the one without it; the last is empty for "same"."""
    return ROW.findall((DOCS / f"practice-{market}.md").read_text())


def market_tests(market: MarketName) -> dict[str, str]:
    """What a market's tests say, parameters included, by their names without `test_`."""
    files = sorted([*HERE.glob("test_*.py"), *(HERE / market).glob("test_*.py")])
    return dict(found for path in files for found in _tests_in(path.read_text()))


def _tests_in(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min(each.lineno for each in (*node.decorator_list, node))
            yield node.name.removeprefix("test_"), "\n".join(_lines(text, first, node.end_lineno))


def _lines(text: str, first: int, last: int | None) -> list[str]:
    return text.splitlines()[first - 1 : last]


@pytest.mark.parametrize("market", MARKETS)
def test_every_trap_stands_on_its_page_with_its_rate_and_its_tests(market: MarketName) -> None:
    rows, tests = trap_rows(market), market_tests(market)

    assert {f"{market}.{trap}": float(rate) for trap, rate, *_ in rows} == {
        name: fault.rate for name, fault in FAULTS[market].items()
    }
    assert {one for row in rows for one in row[2:] if one} - tests.keys() == set()


@pytest.mark.parametrize("market", MARKETS)
def test_the_test_without_a_trap_names_that_trap_and_so_does_the_one_with_a_rare_one(
    market: MarketName,
) -> None:
    tests = market_tests(market)

    for trap, rate, shown_on, shown_off in trap_rows(market):
        assert trap in tests[shown_off or shown_on], f"{shown_off or shown_on} never says {trap}"
        assert float(rate) == 1 or trap in tests[shown_on], f"{shown_on} never says {trap}"


@pytest.mark.parametrize("market", MARKETS)
def test_a_trap_that_never_strikes_by_itself_says_why_and_no_other_does(market: MarketName) -> None:
    never = {name for name, fault in FAULTS[market].items() if fault.rate == 0}
    page = (DOCS / f"practice-{market}.md").read_text()

    assert {f"{market}.{trap}" for trap in WHY_NEVER.findall(page)} == never


@pytest.mark.parametrize("market", MARKETS)
def test_every_point_to_reproduce_has_a_switch(market: MarketName) -> None:
    rows = POINT.findall((DOCS / f"practice-{market}.md").read_text())

    assert [number for number, traps, _ in rows if not re.search(r"`\w+`", traps)] == []


@pytest.mark.parametrize("market", MARKETS)
def test_what_a_point_names_are_traps_and_tests_that_there_are(market: MarketName) -> None:
    rows = POINT.findall((DOCS / f"practice-{market}.md").read_text())
    traps, always = (
        {name for row in rows for name in re.findall(r"`(\w+)`", row[column])} for column in (1, 2)
    )

    assert sorted({int(number) for number, *_ in rows}) == list(range(1, POINTS[market] + 1))
    assert {f"{market}.{trap}" for trap in traps} - FAULTS[market].keys() == set()
    assert always - market_tests(market).keys() == set()
