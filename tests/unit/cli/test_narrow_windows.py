"""In a window of eighty columns every list can be read: no word is cut, none stands alone."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, SHOPIFY
from tests.support.command_line import peg, seed
from tests.support.full_book import fill

from peg.catalog.tables import offers
from peg.cli.saying import say, window
from peg.domain.identity import Sku
from peg.ledger.pieces_asked import ask_how_many
from peg.ledger.tables import entries

WIDTH = 80
LONG_TITLE = " ".join(["Vintage Opal Engagement Ring, Sterling Silver,"] * 3)[:140]
LISTS = (
    *("stock", "offers", "orders", "shops", "drift 1", "history RING-1", "cases", "questions"),
    *("alerts", "holds", "writes", "match list", "exposure", "low-stock", "dead", "places"),
    *("orders --unread", "orders --unknown", "pause"),
)
TORN = re.compile(r"\d{4}-\d\d-\d\d$|^ *\d\d:\d\d", re.MULTILINE)
"""A day at the end of a line, or a time at the begin of one: a moment was broken in two."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("narrow")
    seed(home, fill)
    return home


def shown(home: Path, words: str) -> list[str]:
    return peg(home, *words.split(), COLUMNS=str(WIDTH)).out.splitlines()


@pytest.mark.parametrize("words", [*LISTS, "doctor"])
def test_no_line_of_a_list_is_wider_than_the_window(home: Path, words: str) -> None:
    assert max(map(len, shown(home, words))) <= WIDTH
    assert not any("…" in line for line in shown(home, words))
    assert not any(TORN.search(line) for line in shown(home, words))


def test_an_offer_takes_one_line_though_its_title_is_as_long_as_etsy_allows(
    tmp_path: Path,
) -> None:
    async def fill_with_long_titles(session: AsyncSession) -> None:
        await fill(session)
        await session.execute(update(offers).values(title=LONG_TITLE))

    seed(tmp_path, fill_with_long_titles)

    listed = peg(tmp_path, "offers", "--json").facts
    narrow, wide, piped = (
        peg(tmp_path, "offers", **said).out for said in ({"COLUMNS": "80"}, {"COLUMNS": "400"}, {})
    )

    assert {one["title"] for one in listed} == {LONG_TITLE}
    assert wide.count(LONG_TITLE) == piped.count(LONG_TITLE) == len(listed)
    begin = LONG_TITLE.partition(" ")[0]
    assert [line.count("…") for line in narrow.splitlines() if begin in line] == [1] * len(listed)


def test_the_names_of_the_columns_of_a_list_of_writes_stand_on_one_line(tmp_path: Path) -> None:
    async def fill_with_long_titles(session: AsyncSession) -> None:
        await fill(session)
        await session.execute(update(offers).values(title=LONG_TITLE))

    seed(tmp_path, fill_with_long_titles)

    header, first, *_ = shown(tmp_path, "writes")

    assert header.split() == ["write", "at", "shop", "offer", "title", "before", "after"]
    assert header.index("title") == first.index(LONG_TITLE[:8])


async def fill_with_a_long_title_ordered(session: AsyncSession) -> None:
    await fill(session)
    await session.execute(
        update(entries).where(entries.c.cause == "order").values(note=f"#1, {LONG_TITLE}")
    )


def test_a_history_shortens_the_title_of_what_was_ordered(tmp_path: Path) -> None:
    seed(tmp_path, fill_with_a_long_title_ordered)

    narrow = shown(tmp_path, "history RING-1")
    wide = peg(tmp_path, "history", "RING-1").out
    (newest, *_) = peg(tmp_path, "history", "RING-1", "--json").facts["entries"]

    told = [line.strip() for line in narrow if "#1, " in line]
    assert told
    assert all(line.startswith("#1, Vintage Opal") and line.endswith("…") for line in told)
    assert sum("Opal" in line for line in narrow) == len(told)  # one line each
    assert LONG_TITLE in wide
    assert newest["note"] == f"#1, {LONG_TITLE}"


def test_what_was_odd_of_an_order_stays_whole_behind_its_shortened_title(tmp_path: Path) -> None:
    odd = "never sold, says Ann: the shop sent it as a test"

    async def taken_back(session: AsyncSession) -> None:
        await fill(session)
        await session.execute(
            update(entries)
            .where(entries.c.cause == "order")
            .values(note=f"#1, {LONG_TITLE}, {odd}")
        )

    seed(tmp_path, taken_back)

    narrow = " ".join(" ".join(shown(tmp_path, "history RING-1")).split())

    assert f"… {odd}" in narrow
    assert f"{LONG_TITLE}, {odd}" in peg(tmp_path, "history", "RING-1").out


def test_what_a_file_gets_is_a_line_for_each_offer(home: Path) -> None:
    listed = peg(home, "offers", "--unknown", "--json").facts

    assert len(peg(home, "offers", "--unknown").out.splitlines()) == len(listed) + 2


def test_a_history_calls_a_shop_by_its_marketplace(home: Path) -> None:
    told = peg(home, "history", "RING-1", COLUMNS="200").out

    assert "Shopify" in told
    assert "shopify:gems.myshopify.com" not in told


async def fill_and_ask_which_shop_is_right(session: AsyncSession) -> None:
    await fill(session)
    said = {SHOPIFY: 3, ETSY: 2}
    await ask_how_many(session, Sku("RING-1"), "Ruby ring", said, now=NOON)


def test_a_question_calls_a_shop_by_its_marketplace_too(tmp_path: Path) -> None:
    seed(tmp_path, fill_and_ask_which_shop_is_right)

    told = peg(tmp_path, "questions", COLUMNS="300").out

    assert "Etsy shows 2, Shopify shows 3" in told
    assert SHOPIFY not in told


SENTENCE = "two of RING-17-ROSE are missed: `peg count RING-17-ROSE 2` says that they are there"


@pytest.mark.parametrize(("width", "columns"), [(30, ""), (200, "30")])
def test_a_sentence_is_broken_between_words_and_no_command_that_fits(
    width: int, columns: str
) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=not columns)

    say(console, SENTENCE, window(console, {"COLUMNS": columns}))

    assert out.getvalue().splitlines() == [
        "two of RING-17-ROSE are",
        "missed:",
        "`peg count RING-17-ROSE 2`",
        "says that they are there",
    ]


def test_a_file_or_a_program_gets_the_sentence_on_one_line() -> None:
    out = io.StringIO()
    console = Console(file=out, width=30)

    say(console, SENTENCE, window(console, {}))

    assert out.getvalue() == f"{SENTENCE}\n"


def test_what_is_set_in_stays_set_in_when_it_is_broken() -> None:
    out = io.StringIO()

    say(Console(file=out), "a draft:\n    Dear buyer, we are sorry", 20)

    assert out.getvalue().splitlines() == ["a draft:", "    Dear buyer, we", "    are sorry"]
