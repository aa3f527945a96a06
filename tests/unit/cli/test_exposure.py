"""`peg exposure`, for a person and for a program."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.command_line import peg, seed
from tests.support.exposed import exposed

EVER = {"PEG_ATTEMPTS_KEPT_DAYS": "3650"}
"""The machine's own day must not matter."""


async def a_good_month(session: AsyncSession) -> None:
    await exposed(session)


async def a_slow_month(session: AsyncSession) -> None:
    await exposed(session, each=1)


def test_it_tells_the_seconds_of_each_pair_and_the_costliest_pieces(tmp_path: Path) -> None:
    seed(tmp_path, a_good_month)

    said = peg(tmp_path, "exposure", "--days", "3650", **EVER)
    told = peg(tmp_path, "exposure", "--days", "3650", "--json", **EVER).facts

    assert said.code == 0
    assert "sold on Shopify, off sale on Etsy, 5 times: half within 4 s, 95 of 100" in said.out
    assert "sold twice" in said.out
    assert "RING-LAST" in said.out
    assert "1 in " in said.out
    assert "cost 100 % of the price: PEG_EXPOSURE_COST_PERCENT" in said.out
    assert [one["sku"] for one in told["pieces"]] == ["RING-LAST"]
    assert 0 < told["pieces"][0]["chance"] < 1


def test_it_says_so_where_too_few_sales_were_measured(tmp_path: Path) -> None:
    seed(tmp_path, a_slow_month)

    said = peg(tmp_path, "exposure", "--days", "3650", "--sku", "chains-3", **EVER)

    assert "not known" in said.out
    assert "nothing is concluded from less than 5 withdrawals of each pair of shops" in said.out


def test_without_any_sale_nothing_is_told(tmp_path: Path) -> None:
    said = peg(tmp_path, "exposure")

    assert said.code == 0
    assert re.match(
        r"measured since \d{4}-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d$", said.out, re.MULTILINE
    )
    assert "no piece of which one is left is on more than one shop" in said.out


def test_what_peg_has_forgotten_is_not_measured(tmp_path: Path) -> None:
    seed(tmp_path, a_good_month)

    told = peg(tmp_path, "exposure", "--days", "9999", "--json", PEG_ATTEMPTS_KEPT_DAYS="2").facts

    since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
    assert until - since == timedelta(days=2)


def test_a_slip_in_the_piece_is_said_so(tmp_path: Path) -> None:
    seed(tmp_path, a_good_month)

    ran = peg(tmp_path, "exposure", "--sku", "RING-LOST")

    assert "RING-LOST" in ran.err
