"""One Etsy shop behind the port."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import cycle

import structlog

from peg.domain.clock import Clock
from peg.domain.counted import counted
from peg.domain.errors import PegError
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.offer import Reading, RemoteOffer
from peg.domain.order import OrderSnapshot
from peg.domain.place import RemotePlace
from peg.marketplaces.etsy import rounds
from peg.marketplaces.etsy.answers import Json, text, thing, things, whole
from peg.marketplaces.etsy.batches import ask_all
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.inventory import InventoryWriter
from peg.marketplaces.etsy.receipts import order_of, orders_of
from peg.marketplaces.etsy.translate import gone, offers, readings, tells_all
from peg.marketplaces.limiter import Lane, lane_of_listings
from peg.marketplaces.port import OffersPage, OrdersPage, RemoteGone, UnreadableOffer
from peg.marketplaces.seen import Seen

log = structlog.get_logger()

STATES = ("active", "inactive", "sold_out", "draft", "expired")
GLANCED_AT = ("active", "sold_out", "active", "inactive")
NEWEST = 25
"""Listings in one glance: more than a person edits between two of them."""

LISTINGS_PAGE = 100
PASSES_MAX = 3


class EtsyMarketplace(InventoryWriter):
    """Reads one Etsy shop; its writes are the inventory writer's.

    Etsy has no subscription of webhooks by API: they are entered in its developer portal.
    """

    channel = Channel.ETSY

    def __init__(self, *, shop: ShopId, client: EtsyClient, clock: Clock) -> None:
        super().__init__(shop=shop, client=client, clock=clock)
        self.shop = shop
        self._glanced_at = cycle(GLANCED_AT)

    @property
    def slowed(self) -> float:
        """How many times longer routine reading should wait now, for the day's calls to last."""
        return self._client.slowed

    async def listings(self, *, first: bool = False) -> AsyncIterator[OffersPage]:
        """Every sellable unit of the shop, page by page.

        A listing that moves from one state to another while we read is given once, as first seen.
        """
        known: set[str] = set()
        lane = lane_of_listings(first=first)
        for state in STATES:
            async for page in self._pages(state, known, lane):
                yield page

    async def newest(self) -> Sequence[RemoteOffer]:
        """What stands in the listings of one state that were changed last: one call.

        A person who sets the only piece to none takes it from the active listings to those that
        are off sale: the states take turns, the active ones every other time.
        """
        answer = await self._client.newest(next(self._glanced_at), limit=NEWEST)
        rows = {str(whole(row, "listing_id")): row for row in things(answer.body, "results")}
        return (await self._offers(rows, answer.seen, Lane.BULK)).offers

    async def read(
        self, refs: Sequence[OfferRef], *, urgent: bool = False
    ) -> Mapping[OfferRef, Reading]:
        """Fresh readings of whole listings; one costs one call, a hundred cost one or two."""
        lane = Lane.LOWER_STOCK if urgent else Lane.CHECKS
        listings = sorted({ref.listing for ref in refs})
        if len(listings) == 1:
            found = await self._read_one(listings[0], lane)
        else:
            found = await self._read(listings, lane)
        seen = self._client.now_seen()
        return {**found, **{ref: gone(ref, seen) for ref in refs if ref not in found}}

    async def room_for_orders(self, *, sales_only: bool = False) -> None:
        """Wait for the turn of the receipts' first page."""
        await self._client.room(_lane_of_orders(sales_only=sales_only))

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        """One page of receipts: one call."""
        at = rounds.begun(rounds.parse(cursor, now), now, sales_only=sales_only)
        lane = _lane_of_orders(sales_only=sales_only)
        answer = await self._client.receipts(rounds.query(at), lane=lane)
        page = things(answer.body, "results")
        following = rounds.after(at, page, now, marketplace_at=answer.seen.marketplace_at)
        orders, unreadable = orders_of(self.shop, page, answer.seen.begun_at)
        return OrdersPage(
            orders=orders,
            cursor=following.text(),
            more=bool(following.walks),
            unreadable=unreadable,
        )

    async def order(self, order: str) -> OrderSnapshot:
        """One receipt.

        Raises:
            RemoteGone: it cannot be read any more.
        """
        answer = await self._client.receipt(order)
        return order_of(self.shop, answer.body, answer.seen.begun_at)

    async def locations(self) -> Sequence[RemotePlace]:
        """Etsy knows no places."""
        return ()

    async def ensure_webhooks(self, callback_url: str) -> Sequence[str]:
        """Nothing to do: Etsy's webhooks are entered by hand in its developer portal."""
        del callback_url
        return ()

    async def remove_webhooks(self) -> int:
        """Nothing can be done: a person removes them in Etsy's developer portal."""
        return 0

    async def _pages(self, state: str, known: set[str], lane: Lane) -> AsyncIterator[OffersPage]:
        """The listings of one state; read again from the start if some slipped away between pages.

        Etsy counts pages by offset: when a listing leaves the state, its followers move forward and
        one of them is never shown. What is missing even then is told: it is there, and unread.
        """
        here: set[str] = set()
        count = 0
        for _ in range(PASSES_MAX):
            offset, count = 0, 1
            while offset < count:
                answer = await self._client.listings(
                    state, offset=offset, limit=LISTINGS_PAGE, lane=lane
                )
                count = whole(answer.body, "count")
                offset += LISTINGS_PAGE
                rows = {
                    str(whole(row, "listing_id")): row for row in things(answer.body, "results")
                }
                here |= rows.keys()
                fresh = {one: row for one, row in rows.items() if one not in known}
                known |= fresh.keys()
                if fresh:
                    yield await self._offers(fresh, answer.seen, lane)
            if len(here) >= count:
                return
        yield OffersPage(offers=(), unreadable=[_on_no_page(state, count, count - len(here))])

    async def _offers(self, rows: Mapping[str, Json], seen: Seen, lane: Lane) -> OffersPage:
        """The offers of some listings; an odd one must not end the reading of the others."""
        blank = [listing for listing, row in rows.items() if not tells_all(row)]
        better = await ask_all(blank, partial(self._ask_inventories, lane=lane))
        if blank:
            seen = seen.until(self._client.now_seen().begun_at)
        found: list[RemoteOffer] = []
        odd: list[UnreadableOffer] = []
        for listing, row in rows.items():
            try:
                inventory = thing(better.get(listing, row), "inventory")
                found += offers(self.shop, row, inventory, seen)
            except PegError as error:
                log.warning("listing.unreadable", listing=listing, why=str(error))
                title = str(row.get("title") or "")
                odd.append(
                    UnreadableOffer(
                        listing=listing, variant="", title=title, sku="", why=str(error)
                    )
                )
        return OffersPage(offers=found, unreadable=odd)

    async def _read(self, listings: Sequence[str], lane: Lane) -> dict[OfferRef, Reading]:
        seen = self._client.now_seen()
        rows = await ask_all(listings, partial(self._ask_inventories, lane=lane))
        stateless = [one for one in listings if one in rows and "state" not in rows[one]]
        states = await ask_all(stateless, partial(self._ask_listings, lane=lane))
        found: dict[OfferRef, Reading] = {}
        for listing in listings:
            row = rows.get(listing)
            told = row if row is None or "state" in row else states.get(listing)
            if row is None or told is None:
                # Left out of an answer is not yet gone.
                found |= await self._read_one(listing, lane)
            else:
                inventory, state = thing(row, "inventory"), text(told, "state")
                found |= readings(self.shop, listing, inventory, state, seen)
        return found

    async def _read_one(self, listing: str, lane: Lane) -> Mapping[OfferRef, Reading]:
        try:
            return (await self._looks.look(listing, lane)).readings
        except RemoteGone:
            return {}

    async def _ask_inventories(self, listings: Sequence[str], *, lane: Lane) -> Json:
        return (await self._client.inventories(listings, lane=lane)).body

    async def _ask_listings(self, listings: Sequence[str], *, lane: Lane) -> Json:
        return (await self._client.states(listings, lane=lane)).body


def _lane_of_orders(*, sales_only: bool) -> Lane:
    """Sales alone are asked for by who is about to take pieces off sale."""
    return Lane.LOWER_STOCK if sales_only else Lane.CHECKS


def _on_no_page(state: str, count: int, missing: int) -> UnreadableOffer:
    why = (
        f"Etsy counts {counted(count, 'listing that is', 'listings that are')} {state}, and"
        f" {counted(missing, 'of them was', 'of them were')} on no page,"
        " however often they were read: read the shop again"
    )
    log.warning("listings.on_no_page", state=state, count=count, missing=missing)
    return UnreadableOffer(listing="", variant="", title="", sku="", why=why)
