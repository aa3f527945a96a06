"""What PEG says to the marketplaces is what they publish; what it hears, too."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.etsy_oas import etsy_contract
from tests.support.practice_etsy import URL, Fixture, let_in, open_etsy
from tests.support.shopify_schema import admin_contract, answered_operations
from tests.unit.marketplaces.shopify.practice import URL as STORE
from tests.unit.marketplaces.shopify.practice import OneToken, PracticeShopify, many_pieces
from tests.unit.marketplaces.shopify.practice import open_practice_shopify as open_shopify

from marketsim.etsy.credentials import KEYSTRING, SCOPES, SHARED_SECRET, SHOP_ID
from marketsim.market import UnitId
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import Reading, RemoteOffer
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.marketplace import EtsyMarketplace
from peg.marketplaces.etsy.owner import Newcomer
from peg.marketplaces.etsy.quota import Quota
from peg.marketplaces.http import Door
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import Marketplace, RemoteGone, Shown, Write
from peg.marketplaces.shopify.documents import documents
from peg.marketplaces.shopify.owner import owner_of
from peg.marketplaces.writers import PaidBack

SPEAKS_TO_ETSY = sorted(Path("src/peg/marketplaces/etsy").glob("*.py"))
UNNAMED = {"getMe", "getShop", "tokenScopes"}
"""Asked once, when a shop is connected, by their addresses alone."""

READ_ON = {"AllRefunds", "RefundsById"} | {it for it in documents() if it.startswith("More")}
"""Asked only where an answer was cut off."""

KEY = "00000000-0000-4000-8000-000000000007"
ETSY = ShopId(f"etsy:{SHOP_ID}")


@pytest.fixture
async def shopify() -> AsyncIterator[PracticeShopify]:
    """Whatever passes here is judged at the end."""
    practice = await open_shopify()
    yield practice
    assert practice.overheard.exchanges
    assert practice.overheard.faults(admin_contract) == []


@pytest.fixture
async def etsy() -> AsyncIterator[Fixture]:
    """Whatever passes here is judged at the end, the requests too."""
    practice = await let_in(open_etsy())
    yield practice
    assert practice.overheard.exchanges
    assert practice.overheard.faults(etsy_contract()) == []


APP = App(keystring=KEYSTRING, shared_secret=SHARED_SECRET)


def heard_by(practice: Fixture | PracticeShopify) -> httpx2.AsyncClient:
    """Whatever is said through it is overheard."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=practice.overheard))


def token_of(practice: Fixture) -> str:
    return practice.client.headers["authorization"].removeprefix("Bearer ")


def client_of(practice: Fixture, clock: StandingClock) -> EtsyClient:
    return EtsyClient(
        shop=ETSY,
        api=URL,
        app=APP,
        door=Door(heard_by(practice), clock, Random(1), shop=ETSY, calls=CallLog()),
        tokens=OneToken(token_of(practice)),
        quota=Quota(clock),
        clock=clock,
    )


async def found(shop: Marketplace) -> dict[str, RemoteOffer]:
    return {offer.sku: offer async for page in shop.listings() for offer in page.offers}


async def test_peg_keeps_a_shopify_shop_by_the_book(shopify: PracticeShopify) -> None:
    shop, market = shopify.shop, shopify.shopify.market
    chain = (await found(shop))["CHAIN"]
    place, part = next(iter(chain.reading.parts.items()))
    write = Write(ref=chain.ref, place=place, basis=part.available, quantity=part.available - 1)

    (sent,) = await shop.compare_and_set([write], key=KEY)
    market.open_place("Fair")
    (fair,) = [one.id for one in await shop.locations() if one.name == "Fair"]
    stocked = [await shop.stock_at(chain.ref, at, key=f"{KEY}-{at}") for at in (fair, place)]
    order = market.buy(shopify.units[0])
    market.cancel(order, restock=True)
    page = await shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=5))
    again = await shop.order(page.orders[0].order)
    await shop.read([chain.ref])
    await shop.ensure_webhooks("https://peg.example/webhooks/shopify")
    await shop.remove_webhooks()
    refused = await shop.cancel_order(again.order, note="sold twice")
    taken_out = await takes_one_out(shopify, shopify.units[1])
    paid_back = await shop.paid_back(again.order)
    await owner_of(heard_by(shopify), STORE, token=shopify.token)
    with pytest.raises(RemoteGone):
        await shop.order("1")

    assert sent.shown is Shown.SENT
    assert [one.shown for one in stocked] == [Shown.SENT, Shown.REFUSED]
    assert again.order == page.orders[0].order
    assert paid_back.minor == 0  # it was not paid yet when it was cancelled
    assert taken_out == PaidBack(amount=Money(4_999, "USD"))
    assert (refused.shown, refused.sentence) == (Shown.REFUSED, "Cannot cancel this order")
    assert answered_operations(shopify.overheard.exchanges).keys() == documents().keys() - READ_ON


async def takes_one_out(shopify: PracticeShopify, unit: UnitId) -> PaidBack | None:
    """Of two that were bought and paid."""
    shop, market = shopify.shop, shopify.shopify.market
    bought = market.buy(unit, 2)
    market.pay(bought)
    order = bought.rpartition("/")[2]
    (line,) = (await shop.order(order)).lines
    payments = await shop.payments_for(order, {line.line: 1})
    await shop.take_out(order, {line.line: 1}, payments, note="sold twice", key=KEY)
    return await shop.paid_back_with(order, "sold twice")


async def test_peg_reads_the_rest_of_what_was_cut_off_by_the_book() -> None:
    practice = await open_shopify(many_pieces(70, *[2] * 25))
    shop, market = practice.shop, practice.shopify.market
    returned = market.buy_together({practice.units[0]: 12, practice.units[1]: 49})
    for _ in range(11):
        market.refund(returned, quantity=1, restock="cancel")
    market.cancel(market.buy_together(dict.fromkeys(practice.units, 1)), restock=True)

    page = await shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=5))
    await found(shop)

    assert [order.complete for order in page.orders] == [True, True]
    assert answered_operations(practice.overheard.exchanges).keys() >= READ_ON
    assert practice.overheard.faults(admin_contract) == []


async def test_peg_keeps_an_etsy_shop_by_the_book(etsy: Fixture) -> None:
    clock, market = StandingClock(), etsy.etsy.market
    client = client_of(etsy, clock)
    shop = EtsyMarketplace(shop=ETSY, client=client, clock=clock)
    offers = await found(shop)
    ring, stocked = offers["RING-1"].ref, offers["RING-2-A"].ref
    kept: list[dict[str, Any]] = []

    async def keep(before: dict[str, Any]) -> None:
        kept.append(before)

    async def one_less(now: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        return {ref: max(sum(reading.shown().values()) - 1, 0) for ref, reading in now.items()}

    async def one(now: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        return dict.fromkeys(now, 1)

    rewritten = await shop.rewrite(stocked.listing, one_less, keep)
    withdrawn = await shop.withdraw(ring.listing)
    restored = await shop.restore(ring.listing, one, keep)
    market.pay(market.buy(etsy.unit_of("RING-1")))
    etsy.clock.advance(600)
    page = await shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=10))
    await shop.order(page.orders[0].order)
    await shop.read([ring, stocked])
    await shop.newest()
    await client.states(
        [ring.listing], lane=Lane.CHECKS
    )  # asked only where a row of inventories lacks its state
    newcomer = Newcomer(heard_by(etsy), URL, app=APP, token=token_of(etsy))
    told = await newcomer.told_scopes()
    assert not await newcomer.refused_scopes((await newcomer.owner()).shop)

    assert told == frozenset(SCOPES)
    for results in (rewritten, withdrawn, restored):
        assert Shown.SENT in {result.shown for result in results}
    assert len(kept) == 2
    assert operations_heard(etsy) == operations_named() | UNNAMED


def operations_heard(practice: Fixture) -> set[str]:
    contract = etsy_contract()
    asked = (contract.operation(it.method, it.path) for it in practice.overheard.exchanges)
    return {operation.name for operation in asked if operation is not None}


def operations_named() -> set[str]:
    """What PEG's own words to Etsy name, of all that Etsy has."""
    text = "".join(path.read_text() for path in SPEAKS_TO_ETSY)
    return {name for name in etsy_contract().operation_names() if f'"{name}"' in text}
