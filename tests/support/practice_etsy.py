"""A practice Etsy on a clock that stands still, with a client that holds a token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from tests.support.exchanges import Overheard

from marketsim.clock import MarketClock
from marketsim.etsy import FAULTS
from marketsim.etsy.app import PracticeEtsy, build_etsy
from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET, SHOP_ID
from marketsim.faults import Faults, without_chance
from marketsim.market import Happening, UnitId
from marketsim.pieces import Catalogue, Listing, Option, Piece, PieceId, Unit

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = {"x-api-key": f"{KEYSTRING}:{SHARED_SECRET}"}
URL = "http://etsy.test"
API = f"{URL}/v3/application"
SHOP = f"{API}/shops/{SHOP_ID}"
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(16) + b"\xff\xd9"
"""The beginning and the end of a JPEG, and no picture between."""

ETSYS_OWN = {"product_id", "offering_id", "value_ids"}
AT_TIMES = without_chance(FAULTS)


def unit(number: int, *, sku: str, stock: int, price: int = 12_300, **options: str) -> Unit:
    return Unit(
        parts=((PieceId(f"piece-{number}"), 1),),
        sku=sku,
        options=tuple(Option(name=n.replace("_", " "), value=v) for n, v in options.items()),
        price_minor=price,
        stock=(stock,),
    )


def typed(title: str, *units: Unit, category: str = "RING") -> Listing:
    return Listing(
        market="etsy",
        title=title,
        description="A ring.",
        tags=("ring",),
        category=category,
        units=units,
    )


def catalogue(*listings: Listing) -> Catalogue:
    parts = {piece for listing in listings for u in listing.units for piece, _ in u.parts}
    pieces = tuple(
        Piece(
            id=piece,
            name=piece,
            category="RING",
            stone="SAPP",
            metal="14YG",
            weight_points=100,
            one_of_a_kind=True,
            on_hand=(1,),
        )
        for piece in sorted(parts)
    )
    return Catalogue(
        seed=1, currency="USD", locations=("Atelier",), pieces=pieces, listings=listings
    )


SMALL = catalogue(
    typed("One Sapphire Ring", unit(1, sku="RING-1", stock=1)),
    typed(
        "Stocked Ring",
        unit(2, sku="RING-2-A", stock=4, Metal="Gold", Ring_size="7"),
        unit(3, sku="RING-2-B", stock=0, Metal="Silver", Ring_size="7 1/2", price=9_900),
    ),
    typed("Chain", unit(4, sku="", stock=20), category="NECK"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """Everything a test holds in its hands."""

    etsy: PracticeEtsy
    overheard: Overheard
    clock: MarketClock
    faults: Faults
    client: httpx2.AsyncClient
    heard: list[Happening]
    letters: list[httpx2.Request]

    async def get(self, path: str, **query: str | int) -> Any:
        return good(await self.client.get(path, params=query))

    async def inventory(self, listing: int) -> dict[str, Any]:
        body: dict[str, Any] = await self.get(f"{API}/listings/{listing}/inventory")
        return body

    async def put(self, listing: int, body: Any) -> httpx2.Response:
        return await self.client.put(f"{API}/listings/{listing}/inventory", json=body)

    async def patch(self, listing: int, **form: str) -> httpx2.Response:
        return await self.client.patch(f"{SHOP}/listings/{listing}", data=form)

    def set_faults(self, **rates: float) -> None:
        self.faults.set_rates({f"etsy.{name}": rate for name, rate in rates.items()})

    def unit_of(self, sku: str) -> UnitId:
        rows = (p for ls in self.etsy.market.truth()["listings"] for p in ls["products"])
        return UnitId(next(p["unit"] for p in rows if p["sku"] == sku))

    def listing_of(self, sku: str) -> int:
        return int(self.unit_of(sku).partition("/")[0])


def good(answer: httpx2.Response) -> Any:
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def writable(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """What GET gave, as PUT wants it."""
    return {
        **{name: ids for name, ids in inventory.items() if name.endswith("_on_property")},
        "products": [
            {
                "sku": product["sku"],
                "property_values": [
                    {
                        k: v
                        for k, v in value.items()
                        if k != "scale_name" and (k != "scale_id" or v is not None)
                    }
                    for value in product["property_values"]
                ],
                "offerings": list(_offerings(product)),
            }
            for product in inventory["products"]
        ],
    }


def typed_in(inventory: Any) -> Any:
    """An inventory without the numbers that Etsy gives anew at every write."""
    if isinstance(inventory, Mapping):
        return {k: typed_in(one) for k, one in inventory.items() if k not in ETSYS_OWN}
    if isinstance(inventory, list):
        return [typed_in(one) for one in inventory]
    return inventory


def _offerings(product: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for offering in product["offerings"]:
        price = offering["price"]
        yield {
            "price": price["amount"] / price["divisor"],
            "quantity": offering["quantity"],
            "is_enabled": offering["is_enabled"],
            "readiness_state_id": offering["readiness_state_id"],
        }


def open_etsy(shelf: Catalogue = SMALL, *, seed: int = 7, chance: bool = False) -> Fixture:
    """A shop with `shelf`; without `chance`, faults that strike at times never do."""
    letters: list[httpx2.Request] = []

    def take(letter: httpx2.Request) -> httpx2.Response:
        letters.append(letter)
        return httpx2.Response(200)

    clock, faults = MarketClock(NOON, speed=0), Faults(FAULTS, seed=seed)
    if not chance:
        faults.set_rates(AT_TIMES)
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(take))
    etsy = build_etsy(clock=clock, faults=faults, seed=seed, http=http, public_url=URL)
    etsy.market.settings.per_second = 1_000
    heard: list[Happening] = []
    etsy.market.open(shelf)
    etsy.market.listen(heard.append)
    overheard = Overheard(etsy.app)
    return Fixture(
        etsy=etsy,
        overheard=overheard,
        clock=clock,
        faults=faults,
        client=httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=overheard), base_url=URL, headers=KEY
        ),
        heard=heard,
        letters=letters,
    )


async def let_in(shop: Fixture, *scopes: str) -> Fixture:
    """Give the client a token for these scopes, or for all."""
    tokens = good(await shop.client.post("/_portal/tokens", json={"scopes": list(scopes)}))
    shop.client.headers["authorization"] = f"Bearer {tokens['access_token']}"
    return shop
