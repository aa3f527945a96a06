"""An offer that is mapped to no piece shows what the import read of it, and since when that is."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NOON, RING, Bench, etsy_ref, minute, reading_of, shopify_ref
from tests.support.command_line import peg, seed

from peg.catalog import findings, offers
from peg.domain.money import Money
from peg.domain.offer import RemoteOffer, Shelf

PLACES = {"71": 1, "72": 3}

CHAIN = RemoteOffer(
    ref=shopify_ref(),
    reading=reading_of(shopify_ref(), PLACES),
    title="A chain",
    sku="",
    options={},
    price=Money(18_000, "USD"),
)


def shown(home: Path, remote: RemoteOffer, *, deleted: bool = False) -> tuple[object, str]:
    """What `peg offers` says of an offer that an import found: to programs, and in its table."""

    async def found(session: AsyncSession) -> None:
        (key,) = (await findings.keep(session, [remote], now=NOON)).values()
        if deleted:
            await offers.mark_gone(session, key)

    seed(home, found)
    (one,) = peg(home, "offers", "--json").facts
    header, row, *_ = peg(home, "offers", COLUMNS="400").out.splitlines()
    return one["shown"], row[header.index("shows") : header.index("should")].strip()


def test_it_shows_what_the_import_read(tmp_path: Path) -> None:
    assert shown(tmp_path, CHAIN) == (PLACES, "4")


def test_it_is_told_when_that_was(tmp_path: Path) -> None:
    shown(tmp_path, CHAIN)

    (one,) = peg(tmp_path, "offers", "--json").facts
    assert one["found_at"] == "2026-11-23T12:00:00Z"
    assert "shows what the import read, last 2026-11-23 " in peg(tmp_path, "offers").out


@pytest.mark.parametrize("shelf", [Shelf.WITHDRAWN, Shelf.SOLD_OUT])
def test_what_buyers_do_not_find_shows_none(tmp_path: Path, shelf: Shelf) -> None:
    off_sale = replace(CHAIN, reading=replace(CHAIN.reading, shelf=shelf))

    assert shown(tmp_path, off_sale) == ({"71": 0, "72": 0}, "0")


def test_what_its_shop_does_not_count_shows_no_figure(tmp_path: Path) -> None:
    uncounted = replace(CHAIN, reading=replace(CHAIN.reading, tracked=False))

    assert shown(tmp_path, uncounted) == ({}, "")
    assert "import read" not in peg(tmp_path, "offers").out


def test_what_was_deleted_since_shows_none(tmp_path: Path) -> None:
    assert shown(tmp_path, CHAIN, deleted=True) == ({"71": 0, "72": 0}, "0")


def test_of_what_is_kept_in_step_nothing_is_told_of_the_import(tmp_path: Path) -> None:
    async def kept(session: AsyncSession) -> None:
        bench = Bench(session)
        await bench.stock(RING, 2)
        await bench.offer(etsy_ref(), RING, shows=2)

    seed(tmp_path, kept)

    (one,) = peg(tmp_path, "offers", "--json").facts
    assert (one["shown"], one["found_at"]) == ({"": 2}, None)


def test_another_import_reads_it_anew(tmp_path: Path) -> None:
    async def again(session: AsyncSession) -> None:
        fewer = replace(CHAIN, reading=reading_of(CHAIN.ref, {"71": 1}))
        await findings.keep(session, [fewer], now=minute(5))

    shown(tmp_path, CHAIN)
    seed(tmp_path, again)

    (one,) = peg(tmp_path, "offers", "--json").facts
    assert (one["shown"], one["found_at"]) == ({"71": 1}, "2026-11-23T12:05:00Z")
