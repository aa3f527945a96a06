"""The pages' tables of traps are complete, and name tests that exist."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from marketsim import etsy, shopify
from marketsim.faults import Fault

HERE, DOCS = Path(__file__).parent, Path("docs")
ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+) \| `(\w+)` \| (?:`(\w+)`|same) \|$", re.MULTILINE)
TEST = re.compile(r"def test_(\w+)\(")
CATALOGUES = {"shopify": shopify.FAULTS, "etsy": etsy.FAULTS}


@pytest.mark.parametrize(("market", "faults"), CATALOGUES.items(), ids=CATALOGUES)
def test_every_trap_stands_on_its_page_with_its_rate_and_its_tests(
    market: str, faults: Mapping[str, Fault]
) -> None:
    rows = ROW.findall((DOCS / f"practice-{market}.md").read_text())
    tests = {name for path in HERE.rglob("test_*.py") for name in TEST.findall(path.read_text())}

    assert {f"{market}.{trap}": float(rate) for trap, rate, *_ in rows} == {
        name: fault.rate for name, fault in faults.items()
    }
    assert {one for row in rows for one in row[2:] if one} - tests == set()
