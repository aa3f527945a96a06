"""`peg offers` says why an offer does not show what it should."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, RING, Bench, etsy_ref
from tests.support.command_line import peg, seed
from tests.support.shops import APP, key_ring, shop

from peg.domain.identity import OfferId
from peg.propagation import board
from peg.propagation.retarget import retarget
from peg.shops import directory
from peg.shops.directory import Status


async def three_rings_on_etsy(session: AsyncSession) -> None:
    """Five are shown there, and it is to be three: once that has been so, it is driven anew."""
    bench = Bench(session)
    await directory.store(session, key_ring(), shop(ETSY), APP)
    await bench.stock(RING, 3)
    offer = await bench.offer(etsy_ref(), RING, shows=5)
    await retarget(session, [RING], now=NOON)
    standing = await board.standing_of(session, offer.id)
    assert standing is not None
    await board.shown(session, offer.id, standing.target.version, outcome="shown", now=NOON)
    await board.make_dirty(session, offer.id, now=NOON)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, three_rings_on_etsy)
    return tmp_path


async def revoked(session: AsyncSession) -> None:
    await directory.mark(session, ETSY, Status.REVOKED, "no access", now=NOON)


async def tried_in_vain(session: AsyncSession) -> None:
    (offer,) = await board.page(session, OfferId(0), limit=1)
    await board.try_later(session, offer.offer, outcome="no answer", now=NOON, wait_s=60)


def state(home: Path) -> str:
    return peg(home, "offers").out


def test_what_was_shown_before_is_no_reason_why_it_is_on_its_way(home: Path) -> None:
    assert "on its way (next)" in state(home)


def test_what_was_tried_says_what_came_of_it(home: Path) -> None:
    seed(home, tried_in_vain)

    assert "on its way (no answer)" in state(home)


@pytest.mark.parametrize("scope", ["all", "etsy"])
def test_what_a_pause_stops_names_the_pause(home: Path, scope: str) -> None:
    peg(home, "pause", scope)

    assert f"waits, paused: `peg resume {scope}`" in state(home)


def test_what_a_lost_shop_stops_names_how_to_find_it(home: Path) -> None:
    seed(home, revoked)

    assert "waits, no access: `peg connect etsy`" in state(home)
