"""`peg match accept` is killed before it takes in what the pair sold: whoever works on does it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.support.jeweller import RING, Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.engine import open_database, sqlite_url
from peg.db.errors import DatabaseLocked
from peg.db.transaction import begin, reading
from peg.domain.stock import PIECES_MAX
from peg.intake.known_by_now import KnownByNow
from peg.intake.patience import Patience
from peg.ledger.tables import order_lines

RUBY = "Ruby halo ring in rose gold"


async def accepts_and_is_killed(jeweller: Jeweller) -> None:
    """The pair is one piece from now on, and no order was taken in anew yet."""
    async with reading(jeweller.database) as session:
        (pair,) = await proposals.open_proposals(session)
    await jeweller.decider.accept(pair.id, who="ann", sku=RING)


async def test_what_the_pair_sold_before_is_taken_off_both_all_the_same(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("", 4, title=RUBY)
        theirs = jeweller.etsy.show("", 4, title=RUBY)
        nameless = jeweller.shopify.show("", 1, title="Opal studs")
        await jeweller.imports()
        for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
            later(3600)
        jeweller.etsy.sell(theirs, 2)
        jeweller.shopify.sell(ours)
        jeweller.shopify.sell(nameless)
        await jeweller.reads_orders()
        await accepts_and_is_killed(jeweller)
        assert (await jeweller.stock()).committed == 0

        background = KnownByNow(jeweller.database, jeweller.clock, Patience())

        assert await background.take_in_matched() == 2
        assert (await jeweller.stock()).available == 1
        assert await background.take_in_matched() == 0  # the opal studs wait on


async def test_one_order_that_cannot_be_taken_in_keeps_no_other_waiting(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("", 4, title=RUBY)
        theirs = jeweller.etsy.show("", 4, title=RUBY)
        await jeweller.imports()
        for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
            later(3600)
        jeweller.etsy.sell(theirs, 2)
        jeweller.shopify.sell(ours)
        await jeweller.reads_orders()
        await accepts_and_is_killed(jeweller)
        async with begin(jeweller.database) as session:
            spoilt = update(order_lines).where(order_lines.c.shop.startswith("shopify"))
            await session.execute(spoilt.values(committed=PIECES_MAX + 1))

        background = KnownByNow(jeweller.database, jeweller.clock, Patience())

        assert await background.take_in_matched() == 1
        assert (await jeweller.stock()).committed == 2


async def test_while_the_database_is_locked_no_order_is_tried_by_itself(tmp_path: Path) -> None:
    """Whoever asked hears of it, and each order would wait as long for nothing."""
    async with open_jeweller(tmp_path) as jeweller:
        ours = jeweller.shopify.show("", 4, title=RUBY)
        jeweller.etsy.show("", 4, title=RUBY)
        await jeweller.imports()
        for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
            later(3600)
        jeweller.shopify.sell(ours)
        await jeweller.reads_orders()
        await accepts_and_is_killed(jeweller)
        file = tmp_path / "peg.db"
        in_haste = open_database(f"{sqlite_url(file)}?timeout=0.05")

        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseLocked):
                await KnownByNow(in_haste, jeweller.clock, Patience()).take_in_matched()
        await in_haste.close()
