"""A name that is none is refused everywhere, with those that are like it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import ETSY, NOON, RING, Bench
from tests.support.command_line import peg, seed

from peg.domain.identity import Channel, Sku
from peg.ledger import reservations
from peg.shops import directory
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.sealing import new_key, parse_keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    async def fill(session: AsyncSession) -> None:
        await Bench(session).stock(RING, 1)
        await reservations.hold(
            session, RING, 1, until=NOON + timedelta(days=9_999), why="Ann", who="anna", now=NOON
        )
        shop = Shop(
            id=ETSY,
            channel=Channel.ETSY,
            name="Gems",
            currency="USD",
            status=Status.REVOKED,
            status_sentence="the token was taken back",
            scopes=frozenset(),
            client_id="app",
            connected_at=NOON,
        )
        await directory.store(session, parse_keys(new_key()), shop, AppCredentials("app", "s"))

    seed(tmp_path, fill)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["stock", "RING-2"],
        ["history", "RING-2"],
        ["offers", "RING-2"],
        ["push", "RING-2"],
        ["sell", "RING-2"],
        ["receive", "RING-2", "1"],
        ["count", "RING-2", "1"],
        ["hold", "RING-2", "--why", "Ann"],
        ["limit", "RING-2", "--cap", "1"],
        ["low-stock", "RING-2", "--at", "1"],
    ],
)
def test_a_piece_that_is_none_is_refused_with_one_that_is_like_it(
    home: Path, words: list[str]
) -> None:
    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownSku")
    assert "did you mean RING-1?" in ran.refusal["sentence"]
    assert ran.out == ""


@pytest.mark.parametrize("typed", ["RING RSQZ 104 14WG 034856", "ringrsqz10414wg034856"])
def test_a_piece_typed_without_its_dashes_is_the_one_suggested(tmp_path: Path, typed: str) -> None:
    async def fill(session: AsyncSession) -> None:
        for sku in ("RING-RSQZ-104-14WG-034856", "RING-RSQZ-104-14WG-034857"):
            await Bench(session).stock(Sku(sku), 1)

    seed(tmp_path, fill)

    ran = peg(tmp_path, "stock", typed)

    assert ran.code == 3
    assert "(did you mean RING-RSQZ-104-14WG-034856?)" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["offers", "--shop", "etsy:1002"],
        ["offers", "RING-1", "--shop", "etsy:1002"],
        ["reconcile", "etsy:1002"],
        ["pause", "etsy:1002"],
        ["connect", "webhook-secret", "etsy:1002", "whsec_abc"],
    ],
)
def test_a_shop_that_is_not_connected_is_refused_by_name(home: Path, words: list[str]) -> None:
    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "UnknownShop")
    assert "peg shops" in ran.refusal["sentence"]
    assert peg(home, "pause", "--json").facts == []


def test_a_shop_like_the_one_that_was_typed_is_named(home: Path) -> None:
    assert f"did you mean {ETSY}?" in peg(home, "reconcile", "etsy:1002").err


def test_a_shop_whose_access_was_revoked_cannot_be_compared(home: Path) -> None:
    ran = peg(home, "reconcile", "etsy:1001", "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "NotConnected")
    assert "peg connect etsy" in ran.refusal["sentence"]


def test_a_shop_and_a_channel_may_be_typed_with_capital_letters(home: Path) -> None:
    assert peg(home, "offers", "--shop", " Etsy:1001").code == 0
    assert peg(home, "pause", "Etsy").code == peg(home, "pause", "ETSY:1001").code == 0
    assert [one["scope"] for one in peg(home, "pause", "--json").facts] == ["etsy", "etsy:1001"]
    assert peg(home, "resume", "ETSY").code == 0


def test_the_only_shop_on_a_marketplace_goes_by_the_marketplaces_name(home: Path) -> None:
    assert peg(home, "offers", "--shop", "etsy").code == 0
    assert peg(home, "reconcile", "etsy", "--json").refusal["error"] == "NotConnected"
    assert peg(home, "reconcile", "shopify", "--json").refusal["error"] == "UnknownShop"


@pytest.mark.parametrize("words", [["orders", "--limit"], ["history", "RING-1", "--limit"]])
@pytest.mark.parametrize("limit", ["-1", "0", "1.5", "many"])
def test_a_list_of_fewer_than_one_line_is_refused(home: Path, words: list[str], limit: str) -> None:
    ran = peg(home, *words, limit, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadQuantity")


@pytest.mark.parametrize("words", [["release", "0.6"], ["sell", "RING-1", "--hold", "1.4"]])
def test_a_number_is_not_rounded_to_another_ones(home: Path, words: list[str]) -> None:
    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadQuantity")
    assert len(peg(home, "holds", "--json").facts) == 1
