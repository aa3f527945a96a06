"""PEG's Shopify adapter on a small practice shop, over ASGI."""

from dataclasses import dataclass
from random import Random

import httpx2
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.exchanges import Overheard

from marketsim.clock import MarketClock
from marketsim.faults import Faults, without_chance
from marketsim.market import UnitId
from marketsim.pieces import Catalogue, Listing, Option, Piece, PieceId, Unit
from marketsim.server import dated
from marketsim.shopify import FAULTS
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP_DOMAIN
from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import Door
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace

URL = "http://shopify.test"
SHOP = ShopId(f"shopify:{SHOP_DOMAIN}")


class OneToken:
    """A token got once."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        return self._token

    async def refused(self, token: str) -> None:
        raise AssertionError(f"the practice shop refused {token[:6]}…")


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeShopify:
    """The practice shop and PEG's door to it."""

    shopify: Shopify
    clock: MarketClock
    overheard: Overheard
    faults: Faults
    shop: ShopifyMarketplace
    calls: CallLog
    token: str

    @property
    def units(self) -> list[UnitId]:
        return sorted(self.shopify.market.units())


def catalogue() -> Catalogue:
    ring, chain = PieceId("ring"), PieceId("chain")
    return Catalogue(
        seed=1,
        currency="USD",
        locations=("Atelier", "Gallery"),
        pieces=(_piece(ring, (1, 0)), _piece(chain, (5, 3))),
        listings=(
            _listing("Ruby ring", _unit(ring, "RUBY-6", (1, 0), 12_500)),
            _listing("Gold chain", _unit(chain, "CHAIN", (5, 3), 4_999)),
        ),
    )


async def open_practice_shopify(shelf: Catalogue | None = None) -> PracticeShopify:
    faults = Faults(FAULTS, seed=1)
    faults.set_rates(without_chance(FAULTS))
    market_clock = MarketClock(MONDAY_NOON, speed=0)
    shopify = build_shopify(
        clock=market_clock,
        faults=faults,
        seed=1,
        http=httpx2.AsyncClient(),
        public_url=URL,
    )
    shopify.market.open(shelf or catalogue())
    overheard = Overheard(dated(shopify.app, market_clock))
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=overheard))
    clock, calls = StandingClock(), CallLog()
    grant = await oauth.client_credentials(
        http, URL, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, now=clock.now()
    )
    door = Door(http, clock, Random(1), shop=SHOP, calls=calls)
    client = ShopifyClient(URL, door, OneToken(grant.access_token), clock)
    shop = ShopifyMarketplace(SHOP, client, clock, currency="USD")
    return PracticeShopify(
        shopify=shopify,
        clock=market_clock,
        overheard=overheard,
        faults=faults,
        shop=shop,
        calls=calls,
        token=grant.access_token,
    )


def many_pieces(count: int, *stock: int) -> Catalogue:
    """So many listings of one piece each, with so many of it at each of as many places."""
    names = [PieceId(f"piece-{number}") for number in range(count)]
    return Catalogue(
        seed=1,
        currency="USD",
        locations=tuple(f"Place {number}" for number in range(len(stock))),
        pieces=tuple(_piece(name, stock) for name in names),
        listings=tuple(_listing(name, _unit(name, name.upper(), stock, 4_999)) for name in names),
    )


def _piece(name: PieceId, on_hand: tuple[int, ...]) -> Piece:
    return Piece(
        id=name,
        name=name,
        category="RING",
        stone="RUBY",
        metal="14YG",
        weight_points=150,
        one_of_a_kind=sum(on_hand) == 1,
        on_hand=on_hand,
    )


def _listing(title: str, *units: Unit) -> Listing:
    return Listing(
        market="shopify", title=title, description=title, tags=(), category="RING", units=units
    )


def _unit(piece: PieceId, sku: str, stock: tuple[int, ...], price: int) -> Unit:
    return Unit(
        parts=((piece, 1),),
        sku=sku,
        options=(Option(name="Ring size", value="7"),),
        price_minor=price,
        stock=stock,
    )
