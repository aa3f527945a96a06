"""A jeweller's bench: the book and the catalogue of two shops, with orders told by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.clocks import MONDAY_NOON
from tests.support.laid_tables import lay_tables

from peg.bus.tables import outbox
from peg.catalog import findings, items, locations, mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.items import Item
from peg.catalog.offers import Offer
from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin
from peg.domain.baseline import Baseline
from peg.domain.identity import MAIN, LocationId, OfferRef, ShopId, Sku
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Parts, Reading, RemoteOffer, Shelf
from peg.domain.order import LineSnapshot, OrderSnapshot, Share
from peg.domain.stock import Cause, StockLevel
from peg.intake.judgement import TakenIn
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.polling import begin_from
from peg.intake.readings import Basis, basis_of, take_in_readings
from peg.ledger import book, queries
from peg.ledger.book import Posting
from peg.ledger.line_meaning import Component
from peg.ledger.orders import Applied

NOON = MONDAY_NOON
SHOPIFY = ShopId("shopify:gems.myshopify.com")
ETSY = ShopId("etsy:1001")
RING = Sku("RING-1")
NECKLACE = Sku("NECK-2")
PATIENCE = Patience()
PRICE = Money(18_000, "USD")
ONLY_ONE: Mapping[str, str] = MappingProxyType({})
"""The options of an offer that is the only one of its listing."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One transaction's view of the business; `now` is passed as minutes after Monday noon."""

    session: AsyncSession

    async def stock(self, sku: Sku, pieces: int, *, at: LocationId = MAIN) -> None:
        """Open an item if it is new, and put pieces of it on the shelf."""
        item = Item(sku=sku, name=sku.title(), one_of_a_kind=pieces == 1)
        await items.open_all(self.session, [item], now=NOON - timedelta(days=30))
        await self.post(sku, on_hand=pieces, at=at)

    async def post(
        self, sku: Sku, *, at: LocationId = MAIN, on_hand: int = 0, reserved: int = 0
    ) -> None:
        """Post to the book."""
        posting = Posting(
            sku=sku,
            location=at,
            on_hand=on_hand,
            reserved=reserved,
            cause=Cause.RECEIVED,
            source="test",
            reference="bench",
            happened_at=NOON,
        )
        await book.post(self.session, [posting], now=NOON)

    async def offer(
        self,
        ref: OfferRef,
        *parts: Sku,
        shows: int | Mapping[str, int] = 1,
        sku: str = "",
        title: str = "",
        price: Money = PRICE,
        options: Mapping[str, str] = ONLY_ONE,
        tracked: bool = True,
        read_minute: float | None = -60,
    ) -> Offer:
        """Offer items on a shop; `read_minute` is when its first figures were read."""
        shown = {ANYWHERE: shows} if isinstance(shows, int) else shows
        reading = replace(reading_of(ref, shown), tracked=tracked)
        remote = RemoteOffer(
            ref=ref,
            reading=reading,
            title=title or f"Piece {ref.listing} {ref.variant}",
            sku=sku or (parts[0] if len(parts) == 1 else ""),
            options=options,
            price=price,
        )
        ids = await findings.keep(self.session, [remote], now=NOON)
        needs = {sku: parts.count(sku) for sku in parts}
        components = [Component(sku=sku, quantity=need) for sku, need in needs.items()]
        await offers.map_to(self.session, {ids[ref]: components})
        await mirror.begin_with(self.session, {ids[ref]: reading})
        if read_minute is not None:
            at = minute(read_minute)
            baseline = Baseline(begun_at=at, after=at, until=at)
            await offers.set_baselines(self.session, {ids[ref]: baseline})
        return (await offers.by_refs(self.session, [ref]))[ref]

    async def place(self, remote: str, name: str) -> LocationId:
        """Link one of Shopify's locations."""
        return await locations.link(self.session, SHOPIFY, remote, name=name)

    async def take_in(self, order: OrderSnapshot, *, at: float = 0) -> Applied:
        """Take an order in as the inbox and the polls do."""
        return await take_in(self.session, order, patience=PATIENCE, now=minute(at))

    async def read(
        self,
        ref: OfferRef,
        shows: int | Mapping[str, int],
        *,
        at: float = 0,
        shelf: Shelf = Shelf.LISTED,
        reserved: int | None = None,
        ahead: float | None = None,
    ) -> str:
        """Look at an offer; what its figure was taken for."""
        taken = await self.look(ref, shows, at=at, shelf=shelf, reserved=reserved, ahead=ahead)
        return ", ".join(one.meaning.value for one in taken.judgements.values())

    async def look(
        self,
        ref: OfferRef,
        shows: int | Mapping[str, int],
        *,
        at: float = 0,
        shelf: Shelf = Shelf.LISTED,
        reserved: int | None = None,
        basis: Basis | None = None,
        ahead: float | None = None,
        took: float = 0,
    ) -> TakenIn:
        """Look at an offer; a `basis` from before says that the look began then.

        The shop's clock is so many minutes `ahead` of ours; without, it does not say. It stamps an
        answer at once, which may be so many minutes on its way to us.
        """
        offer = (await offers.by_refs(self.session, [ref]))[ref]
        shown = {ANYWHERE: shows} if isinstance(shows, int) else shows
        seen = reading_of(ref, shown, shelf=shelf, reserved=reserved, begun_at=minute(at))
        (taken,) = await take_in_readings(
            self.session,
            [seen if ahead is None else _stamped(seen, at=at, ahead=ahead, took=took)],
            await self.basis(offer) if basis is None else basis,
            patience=PATIENCE,
            now=minute(at),
        )
        return taken

    async def basis(self, offer: Offer) -> Basis:
        """What a look that begins now will be judged by."""
        return await basis_of(self.session, [offer.id])

    async def orders_read(self, shop: ShopId, *, at: float) -> None:
        """A round of the shop's orders that began then has come to its end."""
        await begin_from(self.session, shop, "", now=minute(at))

    async def level(self, sku: Sku = RING) -> StockLevel:
        """The item over all places."""
        return (await queries.position(self.session, sku)).level

    async def available(self, sku: Sku = RING) -> int:
        """What may still be promised."""
        return (await self.level(sku)).available

    async def expects(self, ref: OfferRef, place: str = ANYWHERE) -> Expectation:
        """What the mirror expects an offer to show."""
        offer = (await offers.by_refs(self.session, [ref]))[ref]
        return (await mirror.expected_of(self.session, [offer.id]))[offer.id][place]

    async def news(self, topic: str) -> list[Any]:
        """The messages staged so far."""
        query = select(outbox.c.body).where(outbox.c.topic == topic).order_by(outbox.c.id)
        return list((await self.session.scalars(query)).all())


@asynccontextmanager
async def open_book(home: Path) -> AsyncIterator[Database]:
    """An empty database with all tables."""
    database = open_database(sqlite_url(home / "peg.db"))
    await lay_tables(database)
    yield database
    await database.close()


@asynccontextmanager
async def open_bench(home: Path) -> AsyncIterator[Bench]:
    """A bench whose work is committed at the end."""
    async with open_book(home) as database, begin(database) as session:
        yield Bench(session)


def minute(minutes: float) -> datetime:
    """So many minutes after Monday noon."""
    return NOON + timedelta(minutes=minutes)


def shopify_ref(listing: str = "11", variant: str = "111", stock_unit: str = "1111") -> OfferRef:
    return OfferRef(shop=SHOPIFY, listing=listing, variant=variant, stock_unit=stock_unit)


def etsy_ref(listing: str = "22", variant: str = "") -> OfferRef:
    return OfferRef(shop=ETSY, listing=listing, variant=variant)


def reading_of(
    ref: OfferRef,
    shown: Mapping[str, int],
    *,
    shelf: Shelf = Shelf.LISTED,
    reserved: int | None = None,
    begun_at: datetime = NOON,
) -> Reading:
    parts = {place: Parts(available=pieces, reserved=reserved) for place, pieces in shown.items()}
    return Reading(ref=ref, parts=parts, shelf=shelf, begun_at=begun_at)


def _stamped(seen: Reading, *, at: float, ahead: float, took: float) -> Reading:
    begun, stamp = minute(at - took), minute(at - took + ahead)
    return replace(seen, begun_at=begun, took=minute(at) - begun, marketplace_at=stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold:
    """An order that changes: each `told` is its whole snapshot at that minute."""

    order: str = "5001"
    shop: ShopId = ETSY
    created: float = -1

    def told(
        self,
        at: float,
        *lines: LineSnapshot,
        fetched: float | None = None,
        complete: bool = True,
    ) -> OrderSnapshot:
        return OrderSnapshot(
            shop=self.shop,
            order=self.order,
            name=f"#{self.order}",
            created_at=minute(self.created),
            updated_at=minute(at),
            fetched_at=minute(at if fetched is None else fetched),
            lines=lines,
            paid=True,
            complete=complete,
        )


def line(
    ref: OfferRef | None,
    committed: int = 0,
    *,
    line: str = "1",
    sku: str = "",
    at: str | None = None,
    shipped: int = 0,
    restocked: int = 0,
    written_off: int = 0,
) -> LineSnapshot:
    """One line; `at` is the place it ships from."""
    units = Share(
        place=at,
        committed=committed,
        shipped=shipped,
        restocked=restocked,
        written_off=written_off,
    )
    whole = split(ref, units, line=line, sku=sku)
    return whole if at else replace(whole, shares=())


def split(ref: OfferRef | None, *shares: Share, line: str = "1", sku: str = "") -> LineSnapshot:
    """One line whose units count at several places."""
    return LineSnapshot(
        line=line,
        sku=sku,
        title="a piece",
        ref=ref,
        committed=sum(share.committed for share in shares),
        shipped=sum(share.shipped for share in shares),
        restocked=sum(share.restocked for share in shares),
        written_off=sum(share.written_off for share in shares),
        shares=shares,
    )
