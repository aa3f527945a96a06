"""The page of the control API names every call of it, and its examples work as they are typed."""

import re
import shlex
from pathlib import Path
from typing import Any

import httpx2
from tests.support.given import two_practice_shops

from marketsim.control.app import ROUTES

PAGE = (Path(__file__).parents[3] / "docs" / "marketsim.md").read_text()
CALLS = PAGE.split("## The control API")[1].split("## Etsy's portal")[0]
EXAMPLE = re.compile(r"^\$ (curl .*)$", re.MULTILINE)
NAMED = re.compile(r"(?:(GET|POST|PUT) )?(/[a-z{}/]+)")


def test_every_call_stands_on_the_page_and_no_other() -> None:
    told: set[tuple[str, str]] = set()
    for row in re.findall(r"^\| (`.*?) \|", CALLS, re.MULTILINE):
        method = ""
        for found in re.findall(r"`([^`]+)`", row):
            match = NAMED.match(found)
            if match:
                method = match[1] or method
                told.add((method, match[2]))

    assert told == {(method, path) for method, path, *_ in ROUTES}


def asked(line: str, address: str) -> Any:
    """What curl would be told; it is not on every machine."""
    _, _silent, place, *body = shlex.split(line)
    url = place.replace("localhost:8611", address)
    answer = httpx2.post(url, content=body[1]) if body else httpx2.get(url)
    assert answer.is_success, answer.text
    return answer.json()


def test_the_examples_work_as_they_are_typed(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        answers: list[dict[str, Any]] = []
        for line in EXAMPLE.findall(CALLS):
            unit = answers[0]["units"][0]["unit"] if answers else ""
            answers.append(asked(line.replace("UNIT", unit), environment["PEG_ETSY_URL"]))

    units, order, truth = answers
    assert {one["market"] for one in units["units"]} == {"etsy"}
    assert order["order"]
    assert truth["sales"]["etsy"]["orders"] == 1
