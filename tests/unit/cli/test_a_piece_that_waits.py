"""A piece in the hand that no item is yet: who types its SKU reads that its offers wait."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NOON, Bench, etsy_ref, shopify_ref
from tests.support.command_line import peg, seed
from tests.support.loose_offers import GEMS, STONEFIELD, loose_offers, propose, remote

from peg.catalog import findings
from peg.domain.identity import Sku

EARRINGS, LIKE_THEM = "EARR-RHDL-224-18YG-035286", Sku("EARR-RHDL-224-18YG-035287")
HERE, THERE = shopify_ref("31", "311", "3111"), etsy_ref("32")


async def earrings_that_wait(session: AsyncSession) -> None:
    """They are typed on both shops, as a pair that nobody has decided about."""
    await loose_offers(session)
    await Bench(session).stock(LIKE_THEM, 1)
    found = [remote(HERE, "Earrings", EARRINGS), remote(THERE, "Drops", EARRINGS.lower())]
    await findings.keep(session, found, now=NOON)
    await propose(session, HERE, THERE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, earrings_that_wait)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["sell", EARRINGS],
        ["hold", EARRINGS, "--why", "Ann"],
        ["count", EARRINGS, "1"],
        ["receive", EARRINGS, "1"],
        ["stock", EARRINGS],
        ["history", EARRINGS],
    ],
)
def test_its_offers_and_their_pair_are_named_and_no_other_piece(
    home: Path, words: list[str]
) -> None:
    shown = {one["shop"]: one["id"] for one in peg(home, "offers", EARRINGS, "--json").facts}
    pairs = peg(home, "match", "list", "--json").facts
    (pair,) = [one["id"] for one in pairs if one["shopify"]["title"] == "Earrings"]

    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownSku")
    said = ran.refusal["sentence"]
    assert said.startswith(f"no item has the SKU '{EARRINGS}' yet: offer ")
    assert f"offer {shown[GEMS]} on {GEMS}, offer {shown[STONEFIELD]} on {STONEFIELD} carry it" in (
        said
    )
    assert f"`peg match accept {pair}`" in said
    assert "did you mean" not in said


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        ("STUD-3", "several offers are typed 'STUD-3': mend that there, then `peg import`"),
        ("bang-4", "`peg import` takes it in, once every shop and offer there can be read"),
    ],
)
def test_what_waits_without_a_pair_is_told_with_what_ends_that(
    home: Path, typed: str, remedy: str
) -> None:
    ran = peg(home, "sell", typed)

    assert ran.code == 3
    assert remedy in ran.err
    assert "peg match compose" in ran.err or typed == "bang-4"
