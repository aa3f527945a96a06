import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import Ran, peg, seed
from tests.support.given import two_practice_shops

from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.onboarding import imports
from peg.onboarding.imports import Imported
from peg.onboarding.left_out import LeftOut, Why
from peg.shops import directory
from peg.shops.directory import Status

WHEN = ("id", "begun_at", "ended_at")
"""What only an import has that was done."""

BY_SKU = "items on both shops by exact SKU"
DISAGREE = "items of which the shops disagree (`peg questions`)"
"""What nobody knows while a shop is left out."""


async def _revoke(home: Path, shop: ShopId) -> None:
    database = open_database(sqlite_url(home / "peg.db"))
    async with begin(database) as session:
        await directory.mark(session, shop, Status.REVOKED, "connect it again", now=MONDAY_NOON)
    await database.close()


def imported(home: Path, *words: str, environment: Mapping[str, str]) -> Ran:
    return peg(home, "import", *words, "--json", **environment)


@pytest.mark.parametrize("words", [(), ("--dry-run",)], ids=["import", "dry run"])
def test_without_a_shop_there_is_nothing_to_import(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = imported(tmp_path, *words, environment={})

    assert (ran.code, ran.refusal["error"]) == (3, "NoShops")
    assert "peg connect" in ran.refusal["sentence"]


def test_an_import_does_what_its_dry_run_said_and_names_a_shop_that_it_left_out(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        said = imported(tmp_path, "--dry-run", environment=environment).facts
        whole = imported(tmp_path, environment=environment)
        etsy = next(shop for shop in whole.facts["read"] if shop.startswith("etsy:"))
        asyncio.run(_revoke(tmp_path, etsy))
        kept = imported(tmp_path, "--last", environment={})
        part = imported(tmp_path, environment=environment)
        told = peg(tmp_path, "import", "--dry-run", **environment)
    unknown = peg(tmp_path, "offers", "--unknown").out

    assert {**whole.facts, "orders": 0} == {**said, **{name: whole.facts[name] for name in WHEN}}
    assert (whole.code, whole.facts["skipped"]) == (0, [])
    assert {one["why"] for one in said["left_out"]} == {"sku_doubled", "untracked"}
    assert (kept.code, kept.facts) == (whole.code, whole.facts)
    assert "turn tracking on" in unknown
    assert "may be the same piece" in unknown  # those of a doubled SKU find their twins by words
    assert (part.code, [one["shop"] for one in part.facts["skipped"]]) == (1, [etsy])
    assert (part.facts["matched"], etsy in part.facts["read"]) == (None, False)
    assert (told.code, "left out: Etsy, connect it again" in told.out) == (1, True)
    blank = [line for line in told.out.splitlines() if not line[-1].isdigit()]
    assert blank[1:4] == ["Etsy was not read", BY_SKU, DISAGREE]


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [(["--last"], 3, "NothingImported"), (["--last", "--dry-run"], 2, "UnclearImport")],
)
def test_before_an_import_there_is_nothing_to_say_once_more(
    tmp_path: Path, words: list[str], code: int, error: str
) -> None:
    ran = imported(tmp_path, *words, environment={})

    assert (ran.code, ran.refusal["error"]) == (code, error)
    assert len(ran.refusal["sentence"]) > 20


def test_a_shop_that_gives_no_answer_is_named_once_before_what_was_asked(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        nobody = {**environment, "PEG_ETSY_URL": "http://127.0.0.1:1"}

        told = peg(tmp_path, "import", "--dry-run", **nobody)

    assert told.code == 1
    assert "left out: Etsy gives no answer (" in told.out


async def two_wait_for_one_that_could_not_be_read(session: AsyncSession) -> None:
    left_out = [
        LeftOut(
            shop=ShopId("etsy:1001"),
            listing=listing,
            variant="",
            title="Ring",
            sku="",
            why=Why.TWIN_NOT_READ,
            details="'Opal ring' on shopify:gems.myshopify.com",
        )
        for listing in ("31", "32")
    ]
    told = Imported(left_out=left_out)
    await imports.keep(session, told, begun_at=MONDAY_NOON, ended_at=MONDAY_NOON)


def test_what_waits_for_an_offer_that_could_not_be_read_is_told_with_what_ends_that(
    tmp_path: Path,
) -> None:
    seed(tmp_path, two_wait_for_one_that_could_not_be_read)

    told = peg(tmp_path, "import", "--last").out

    row, *_ = [line for line in told.splitlines() if "wait for one that could not be read" in line]
    assert row.endswith(" 2")
    assert "2 offers on Etsy may be the same piece as 'Opal ring' on shopify:gems" in told
    assert "wait until that can be read" in told
    assert "`peg import` again" in told
    assert re.search(r"imported at \S{10} \d\d:\d\d[+-]\d\d:\d\d; `peg import --last`", told)
