"""`peg offers` says why an offer does not show what it should."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, RING, Bench, etsy_ref
from tests.support.command_line import peg, seed
from tests.support.shops import APP, key_ring, shop

from peg.domain.identity import OfferId
from peg.ledger import questions
from peg.propagation import board
from peg.propagation.retarget import retarget
from peg.settings.environment import load_settings
from peg.shops import directory
from peg.shops.directory import Status
from peg.wiring.alone import alone


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


@contextmanager
def somebody_runs(home: Path) -> Iterator[None]:
    with alone(load_settings({"PEG_HOME": str(home)})):
        yield


def offers_of_doctor(home: Path) -> list[str]:
    found = peg(home, "doctor", "--json").facts
    return [one["sentence"] for one in found if one["what"] == "offers"]


def test_what_was_shown_before_is_no_reason_why_it_is_on_its_way(home: Path) -> None:
    with somebody_runs(home):
        assert "on its way (next)" in state(home)


def test_what_was_tried_says_what_came_of_it(home: Path) -> None:
    seed(home, tried_in_vain)

    with somebody_runs(home):
        assert "on its way (tried in vain: no answer)" in state(home)


def test_nothing_is_on_its_way_where_nobody_runs(home: Path) -> None:
    seed(home, tried_in_vain)

    told, examined = state(home), offers_of_doctor(home)

    assert "waits, since nobody runs PEG: `peg run`, or once `peg push` (last: no answer)" in told
    assert examined == ["1 waits for `peg run`, and nobody runs it: `peg offers --behind`"]


def test_the_doctor_says_that_it_is_on_its_way_where_somebody_runs(home: Path) -> None:
    with somebody_runs(home):
        assert offers_of_doctor(home) == ["1 is on its way: `peg offers --behind`"]


async def asked_about(session: AsyncSession) -> None:
    (offer,) = await board.page(session, OfferId(0), limit=1)
    await questions.ask(
        session,
        kind="renewal",
        subject=str(offer.offer),
        sentence="Putting it back costs a fee",
        evidence={},
        options=("leave", "renewed"),
        default="leave",
        now=NOON,
    )


def test_what_waits_for_an_answer_is_not_on_its_way(home: Path) -> None:
    seed(home, asked_about)

    (row,) = peg(home, "offers", "--json").facts
    with somebody_runs(home):
        told, examined = state(home), offers_of_doctor(home)

    assert row["question"] == 1
    assert "waits for your answer to question 1: `peg questions`" in told
    assert examined == ["1 waits for your answer: `peg questions` lists what is asked"]


@pytest.mark.parametrize("words", [["sell", RING], ["hold", RING, "--why", "Ann"]])
def test_what_is_done_at_the_counter_is_to_be_shown_at_once_though_nobody_runs(
    home: Path, words: list[str]
) -> None:
    peg(home, *words)

    (row,) = peg(home, "offers", "--json").facts
    assert row["target"] == {"": 2}


@pytest.mark.parametrize("scope", ["all", "etsy"])
def test_what_a_pause_stops_names_the_pause(home: Path, scope: str) -> None:
    peg(home, "pause", scope)

    assert f"waits, paused: `peg resume {scope}`" in state(home)


def test_what_a_lost_shop_stops_names_how_to_find_it(home: Path) -> None:
    seed(home, revoked)

    assert "waits, no access: `peg connect etsy`" in state(home)
