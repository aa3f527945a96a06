"""In a window of eighty columns every list can be read: no word is cut, none stands alone."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.command_line import peg, seed
from tests.support.full_book import fill

from peg.catalog.tables import offers
from peg.cli.saying import say

WIDTH = 80
LONG_TITLE = " ".join(["Vintage Opal Engagement Ring, Sterling Silver,"] * 3)[:140]
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


def test_a_title_as_long_as_etsy_allows_makes_no_tower_and_is_whole_elsewhere(
    tmp_path: Path,
) -> None:
    async def fill_with_long_titles(session: AsyncSession) -> None:
        await fill(session)
        await session.execute(update(offers).values(title=LONG_TITLE))

    seed(tmp_path, fill_with_long_titles)

    listed = peg(tmp_path, "offers", "--json").facts
    narrow, wide = (peg(tmp_path, "offers", COLUMNS=width).out for width in ("80", "400"))

    assert {one["title"] for one in listed} == {LONG_TITLE}
    assert wide.count(LONG_TITLE) == narrow.count("…") == len(listed)
    words = LONG_TITLE.split()
    assert sum(any(word in line for word in words) for line in narrow.splitlines()) == 2 * len(
        listed
    )


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
