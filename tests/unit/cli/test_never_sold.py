"""`peg orders never-sold`: a jeweller says that an order was none, and hears what came of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import SHOPIFY, OrderTold, line, shopify_ref
from tests.support.command_line import peg, seed
from tests.support.given import Environment, two_practice_shops
from tests.support.of_nobody import NAME, OF_NOBODY, order_of_nobody

from peg.catalog import offers
from peg.domain.identity import Channel
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.ledger import queries

WHY = ("--why", "a test from the admin")
A_WHILE = timedelta(minutes=10)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Both practice shops, imported into the data folder that PEG_HOME names."""
    home = tmp_path_factory.mktemp("home")
    with two_practice_shops(home) as shops:
        peg(home, "import", **shops)
        yield {**shops, "PEG_HOME": str(home)}


async def tell_of_one(session: AsyncSession) -> None:
    """Shopify told a while ago of a last piece sold, in an order that it does not have."""
    now = datetime.now(UTC)
    available = await queries.available(session)
    sold_from = next(
        one
        for one in await offers.everything(session)
        if one.ref.channel is Channel.SHOPIFY
        and len(one.components) == 1
        and available.get(one.components[0].sku) == 1
    )
    told = order_of_nobody(sold_from, placed_at=now)
    await take_in(session, told, patience=Patience(), now=now - A_WHILE)


def bought_on_shopify(environment: Environment) -> str:
    """Somebody buys something; the order's number."""
    url = f"{environment['PEG_SHOPIFY_URL']}/_control"
    units = httpx2.get(f"{url}/units", params={"market": "shopify"}).json()["units"]
    unit = next(one["unit"] for one in units if one["buyable"])
    told = httpx2.post(f"{url}/orders", json={"market": "shopify", "unit": unit}).json()
    return str(told["order"]).rpartition("/")[2]


def test_she_is_told_what_can_be_sold_again_and_nothing_more_is_done_the_second_time(
    environment: Environment,
) -> None:
    home = Path(environment["PEG_HOME"])
    seed(home, tell_of_one)
    words = ("orders", "never-sold", NAME, *WHY)

    did = peg(home, *words, **environment)
    again = peg(home, *words, "--json", **environment)

    assert (did.code, did.err) == (0, "")
    assert f"{NAME} counts no more" in did.out
    assert "1 available, 1 on hand" in did.out
    assert (again.code, again.facts["already"], again.facts["pieces"]) == (0, True, {})
    assert again.facts["never_sold"]["why"] == "a test from the admin"
    (listed,) = [one for one in peg(home, "orders", "--json").facts if one["order"] == OF_NOBODY]
    assert listed["never_sold"]["why"] == "a test from the admin"
    assert "never sold" in peg(home, "orders").out
    (sku,) = listed["lines"][0]["pieces"]
    assert "never sold, says" in peg(home, "history", sku).out


def test_an_order_that_the_shop_shows_is_left_to_the_shop(environment: Environment) -> None:
    home = Path(environment["PEG_HOME"])
    number = bought_on_shopify(environment)
    peg(home, "reconcile", **environment)

    refused = peg(home, "orders", "never-sold", number, *WHY, "--json", **environment)

    assert (refused.code, refused.refusal["error"]) == (4, "OrderShown")
    assert "cancelled on its shop" in refused.refusal["sentence"]


async def two_of_one_name(session: AsyncSession) -> None:
    from_one = OrderTold(order="5005", shop=SHOPIFY, created=1)
    for told in (from_one, OrderTold(order="5005", created=1)):
        snapshot = told.told(1, line(shopify_ref(), 1))
        await take_in(session, snapshot, patience=Patience(), now=snapshot.fetched_at)


def test_who_names_no_order_or_two_is_told_how_to_name_one(tmp_path: Path) -> None:
    seed(tmp_path, two_of_one_name)

    nobody = peg(tmp_path, "orders", "never-sold", "4711", *WHY, "--json")
    two = peg(tmp_path, "orders", "never-sold", "5005", *WHY, "--json")

    assert (nobody.code, nobody.refusal["error"]) == (3, "UnknownOrder")
    assert (two.code, two.refusal["error"]) == (2, "SeveralOrders")
    assert f"{SHOPIFY}/5005" in two.refusal["sentence"]


def test_a_reason_is_asked_for(tmp_path: Path) -> None:
    blank = peg(tmp_path, "orders", "never-sold", "5005", "--why", " ", "--json")

    assert (blank.code, blank.refusal["error"]) == (2, "NoReason")
