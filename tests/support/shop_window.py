"""A shop as PEG's port sees it, moved by hand: for tests of what stands above the marketplaces."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Parts, Reading, RemoteOffer, Shelf
from peg.domain.order import LineSnapshot, OrderSnapshot, Share
from peg.domain.place import RemotePlace
from peg.marketplaces.port import (
    MarketplaceUnavailable,
    OffersPage,
    OrdersPage,
    RemoteGone,
    Result,
    Shown,
    UnreadableOffer,
    Write,
)

PLACE = "7001"
PAGE = 2


class ShopWindow:
    """Keeps offers and orders in memory and answers the port's questions about them.

    A sale takes pieces off by itself, as a marketplace does. `before_page` and `while_paging` are
    called before each page of listings and `before_read` before each look, so that something can
    happen in the middle of a reading. What stands in `silent` (`read`, `orders`) is not answered.
    """

    def __init__(self, shop: ShopId, now: datetime) -> None:
        self.shop = shop
        self.channel = Channel(shop.partition(":")[0])
        self.slowed = 1.0
        self.now = now
        self.offers: dict[OfferRef, RemoteOffer] = {}
        self.orders: list[OrderSnapshot] = []
        self.before_page = _nothing
        self.while_paging: Callable[[], Awaitable[None]] = _nothing_yet
        self.before_read: Callable[[], Awaitable[None]] = _nothing_yet
        self.silent: set[str] = set()
        self.written: list[Write] = []
        self.reads = 0
        self.read_as_first: list[bool] = []
        self.hidden: set[OfferRef] = set()
        self.garbled: set[OfferRef] = set()
        self.places: Mapping[str, str] = {}

    def show(
        self,
        sku: str,
        pieces: int | Mapping[str, int],
        *,
        title: str = "",
        options: Mapping[str, str] | None = None,
        price_minor: int = 10_000,
        shelf: Shelf = Shelf.LISTED,
        tracked: bool = True,
        tags: Sequence[str] = (),
    ) -> OfferRef:
        """Put a piece into the window: so many, or so many at each place."""
        number = str(100 + len(self.offers))
        ref = OfferRef(
            shop=self.shop,
            listing=number,
            variant=f"{number}1" if self.channel is Channel.SHOPIFY else "",
            stock_unit=f"{number}2" if self.channel is Channel.SHOPIFY else "",
        )
        self.offers[ref] = RemoteOffer(
            ref=ref,
            reading=replace(self._reading(ref, pieces, shelf), tracked=tracked),
            title=title or f"Piece {sku}",
            sku=sku,
            options=options or {},
            price=Money(price_minor, "USD"),
            tags=tags,
        )
        return ref

    def sell(self, ref: OfferRef, pieces: int = 1, *, shipped: bool = False) -> OrderSnapshot:
        shown = self.offers[ref].reading
        place = next(iter(shown.parts))
        left = shown.parts[place].available - pieces
        self.set_by_hand(ref, left)
        share = Share(
            place=place, committed=0 if shipped else pieces, shipped=pieces if shipped else 0
        )
        order = OrderSnapshot(
            shop=self.shop,
            order=str(900 + len(self.orders)),
            name=f"#{900 + len(self.orders)}",
            created_at=self.now,
            updated_at=self.now,
            fetched_at=self.now,
            lines=[
                LineSnapshot(
                    line="1",
                    sku=self.offers[ref].sku,
                    title=self.offers[ref].title,
                    ref=ref,
                    committed=share.committed,
                    shipped=share.shipped,
                    shares=[share] if place else (),
                )
            ],
            paid=True,
        )
        self.orders.append(order)
        return order

    def set_by_hand(self, ref: OfferRef, pieces: int) -> None:
        """Its owner types another figure."""
        before = self.offers[ref].reading
        now = replace(before, parts=self._reading(ref, pieces, before.shelf).parts)
        self.offers[ref] = replace(self.offers[ref], reading=now)

    def ticks(self, ref: OfferRef, *, tracked: bool = True, oversells: bool = False) -> None:
        """Its owner says whether it is counted, and whether it is sold on when none is left."""
        shown = replace(self.offers[ref].reading, tracked=tracked, oversells=oversells)
        self.offers[ref] = replace(self.offers[ref], reading=shown)

    def name_anew(self, ref: OfferRef, sku: str) -> None:
        """Its owner types another SKU."""
        self.offers[ref] = replace(self.offers[ref], sku=sku)

    def cancel(self, order: OrderSnapshot) -> None:
        """The buyer changed their mind: the pieces may be sold again, once PEG puts them back."""
        line = order.lines[0]
        shares = [replace(one, committed=0, restocked=one.committed) for one in line.shares]
        back = replace(line, committed=0, restocked=line.committed, shares=shares)
        self.orders.append(
            replace(
                order, updated_at=self.now, fetched_at=self.now, cancelled_at=self.now, lines=[back]
            )
        )

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def hide(self, *refs: OfferRef) -> None:
        """They stand on no page, and can still be read."""
        self.hidden.update(refs)

    def delete(self, *refs: OfferRef) -> None:
        """They are gone."""
        self.hide(*refs)
        for ref in refs:
            gone = self._reading(ref, 0, Shelf.GONE)
            self.offers[ref] = replace(self.offers[ref], reading=replace(gone, parts={}))

    async def listings(self, *, first: bool = False) -> AsyncIterator[OffersPage]:
        self.read_as_first.append(first)
        refs = [ref for ref in self.offers if ref not in self.hidden]
        for start in range(0, len(refs), PAGE):
            self.before_page()
            await self.while_paging()
            self.later(1)
            page = [self.offers[ref] for ref in refs[start : start + PAGE]]
            shown = [replace(one, reading=self._now(one.reading)) for one in page]
            yield OffersPage(
                offers=[one for one in shown if one.ref not in self.garbled],
                unreadable=[_garbled(one) for one in shown if one.ref in self.garbled],
            )
            self.later(1)

    async def read(
        self, refs: Sequence[OfferRef], *, urgent: bool = False
    ) -> Mapping[OfferRef, Reading]:
        del urgent  # nobody stands in line here
        self._answers("read")
        self.reads += 1
        await self.before_read()
        return {ref: self._now(self.offers[ref].reading) for ref in refs}

    async def room_for_orders(self, *, sales_only: bool = False) -> None:
        """Nobody stands in line here."""

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        del now, sales_only  # a window has a clock of its own, and tells all at once
        self._answers("orders")
        start = int(cursor or 0)
        page = self.orders[start : start + PAGE]
        end = start + len(page)
        return OrdersPage(orders=page, cursor=str(end), more=end < len(self.orders))

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        del key
        return [self._set(write) for write in writes]

    def _set(self, write: Write) -> Result:
        reading = self.offers[write.ref].reading
        if reading.parts[write.place].available != write.basis:
            return Result(ref=write.ref, place=write.place, shown=Shown.STALE)
        parts = {**reading.parts, write.place: Parts(available=write.quantity)}
        self.offers[write.ref] = replace(
            self.offers[write.ref], reading=replace(reading, parts=parts)
        )
        self.written.append(write)
        return Result(ref=write.ref, place=write.place, shown=Shown.SENT)

    def _answers(self, asked: str) -> None:
        if asked in self.silent:
            raise MarketplaceUnavailable(f"{self.shop} does not answer")

    async def order(self, order: str) -> OrderSnapshot:
        for one in self.orders:
            if one.order == order:
                return one
        raise RemoteGone(f"no order {order}")

    async def locations(self) -> Sequence[RemotePlace]:
        return [RemotePlace(id=key, name=name) for key, name in self.places.items()]

    async def remove_webhooks(self) -> int:
        return 0

    async def ensure_webhooks(self, callback_url: str) -> Sequence[str]:
        return [callback_url]

    def _now(self, reading: Reading) -> Reading:
        return replace(reading, begun_at=self.now, marketplace_at=self.now)

    def _reading(self, ref: OfferRef, pieces: int | Mapping[str, int], shelf: Shelf) -> Reading:
        place = PLACE if self.channel is Channel.SHOPIFY else ANYWHERE
        lies = {place: pieces} if isinstance(pieces, int) else pieces
        parts = {where: Parts(available=there) for where, there in lies.items()}
        return Reading(
            ref=ref, parts=parts, shelf=shelf, begun_at=self.now, marketplace_at=self.now
        )


def _garbled(one: RemoteOffer) -> UnreadableOffer:
    return UnreadableOffer(
        listing=one.ref.listing,
        variant=one.ref.variant,
        title=one.title,
        sku=one.sku,
        why="an inventory level lacks one of its figures",
    )


def _nothing() -> None:
    return None


async def _nothing_yet() -> None:
    return None
