"""In a window of eighty columns every list can be read: no word is cut, none stands alone."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from tests.support.command_line import peg, seed
from tests.support.full_book import fill

from peg.cli.saying import say

WIDTH = 80
LISTS = ("stock", "offers", "orders", "shops", "drift", "history RING-1", "cases", "questions")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("narrow")
    seed(home, fill)
    return home


def shown(home: Path, words: str) -> list[str]:
    """The table's lines; what is said below it is as long as it is, where no window breaks it."""
    ran = peg(home, *words.split(), COLUMNS=str(WIDTH))
    said = peg(home, *words.split(), COLUMNS="400").out.splitlines()
    return [line for line in ran.out.splitlines() if line not in said or len(line) <= WIDTH]


@pytest.mark.parametrize("words", [*LISTS, "doctor"])
def test_no_line_of_a_list_is_wider_than_the_window(home: Path, words: str) -> None:
    assert max(map(len, shown(home, words))) <= WIDTH
    assert not any("…" in line for line in shown(home, words))


def test_a_history_calls_a_shop_by_its_marketplace(home: Path) -> None:
    told = peg(home, "history", "RING-1", COLUMNS="200").out

    assert "Shopify" in told
    assert "shopify:gems.myshopify.com" not in told


@pytest.mark.parametrize("window", [True, False])
def test_a_sentence_is_broken_between_words_in_a_window_only(*, window: bool) -> None:
    out = io.StringIO()

    say(Console(file=out, width=20, force_terminal=window), "one two three four five six")

    assert out.getvalue().splitlines() == (
        ["one two three four ", "five six"] if window else ["one two three four five six"]
    )
