"""Etsy's operations as PEG uses them, each with its lane, and whether it may be repeated."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import httpx2

from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.marketplaces.etsy.answers import Json, body_of
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.quota import Quota
from peg.marketplaces.grant import Tokens
from peg.marketplaces.http import Door, Request, marketplace_time
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import AccessRevoked, MaybeApplied, UnexpectedAnswer
from peg.marketplaces.seen import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Etsy said, and when it was asked."""

    body: Json
    seen: Seen


class EtsyClient:
    """The calls on one Etsy shop. Errors are the port's; nothing is decided here."""

    def __init__(
        self,
        *,
        shop: ShopId,
        api: str,
        app: App,
        door: Door,
        tokens: Tokens,
        quota: Quota,
        clock: Clock,
    ) -> None:
        """Call `api` (without a trailing slash) through `door`, with the token of `tokens`."""
        self._shop_path = f"/shops/{shop.partition(':')[2]}"
        self._api = f"{api}/v3/application"
        self._app = app
        self._door = door
        self._tokens = tokens
        self._quota = quota
        self._clock = clock

    @property
    def slowed(self) -> float:
        """How many times longer routine reading should wait now, so that the day lasts."""
        return self._quota.slowed

    async def room(self, lane: Lane) -> None:
        """Wait until a call of this lane could go: what it asks for may grow until then."""
        await self._quota.room(lane)

    async def room_to_raise(self) -> None:
        """Wait until there are calls for a raise.

        Raises:
            BudgetSpent: there are none left for it today.
        """
        self._quota.admit(Lane.RAISE_STOCK)
        await self._quota.room(Lane.RAISE_STOCK)

    async def inventory(self, listing: str, *, lane: Lane) -> Answer:
        """One listing's inventory and, with it, its state."""
        return await self._read(
            "getListingInventory",
            f"/listings/{listing}/inventory",
            {"includes": "Listing"},
            lane,
        )

    async def inventories(self, listings: Sequence[str], *, lane: Lane) -> Answer:
        """Up to 100 listings with their inventories; one dead id answers 404 for all."""
        return await self._read(
            "getListingsInventoryByListingIds",
            "/listings/batch/inventory",
            {"listing_ids": ",".join(listings)},
            lane,
        )

    async def states(self, listings: Sequence[str], *, lane: Lane) -> Answer:
        """Up to 100 listings without their inventories."""
        return await self._read(
            "getListingsByListingIds",
            "/listings/batch",
            {"listing_ids": ",".join(listings)},
            lane,
        )

    async def listings(self, state: str, *, offset: int, limit: int, lane: Lane) -> Answer:
        """A page of the shop's listings in one state, the oldest first."""
        query = {
            "state": state,
            "limit": str(limit),
            "offset": str(offset),
            "includes": "Inventory",
            "sort_on": "created",
            "sort_order": "asc",
        }
        path = f"{self._shop_path}/listings"
        return await self._read("getListingsByShop", path, query, lane)

    async def newest(self, state: str, *, limit: int) -> Answer:
        """The listings of one state that were changed last, the newest first."""
        query = {
            "state": state,
            "limit": str(limit),
            "includes": "Inventory",
            "sort_on": "updated",
            "sort_order": "desc",
        }
        path = f"{self._shop_path}/listings"
        return await self._read("getListingsByShop", path, query, Lane.BULK)

    async def receipts(self, query: Mapping[str, str], *, lane: Lane) -> Answer:
        """A page of the shop's receipts."""
        path = f"{self._shop_path}/receipts"
        return await self._read("getShopReceipts", path, query, lane)

    async def receipt(self, order: str) -> Answer:
        """One receipt."""
        path = f"{self._shop_path}/receipts/{order}"
        return await self._read("getShopReceipt", path, None, Lane.TOLD_ORDER)

    async def withdraw(self, listing: str) -> Answer:
        """Take a listing off sale; doing it twice does no more than doing it once."""
        return await self._set_state(listing, "inactive", Lane.LOWER_STOCK, repeatable=True)

    async def activate(self, listing: str) -> Answer:
        """Put a listing on sale; never repeated, since it may cost a renewal."""
        return await self._set_state(listing, "active", Lane.IN_TURN, repeatable=False)

    async def replace_inventory(
        self, listing: str, body: bytes, *, variations: int, send_before: datetime | None
    ) -> Answer:
        """Replace a listing's whole inventory; never repeated, since a sale may lie between.

        It goes before all else, for raises too: what is sold until it is sent, it would cover.

        Raises:
            TooLate: it could not be sent before `send_before`, and was not.
        """
        request = Request(
            operation="updateListingInventory",
            method="PUT",
            url=f"{self._api}/listings/{listing}/inventory",
            repeatable=False,
            lane=Lane.LOWER_STOCK,
            send_before=send_before,
            headers={"content-type": "application/json"},
            params={"max_variations_supported": "3"} if variations > 2 else None,
            content=body,
        )
        return await self._send(request)

    def now_seen(self) -> Seen:
        """The present moment, as the beginning of a reading."""
        return Seen(begun_at=self._clock.now(), marketplace_at=None)

    async def _read(
        self, operation: str, path: str, query: Mapping[str, str] | None, lane: Lane
    ) -> Answer:
        request = Request(
            operation=operation,
            method="GET",
            url=self._api + path,
            repeatable=True,
            lane=lane,
            params=query,
        )
        return await self._send(request)

    async def _set_state(self, listing: str, state: str, lane: Lane, *, repeatable: bool) -> Answer:
        request = Request(
            operation="updateListing",
            method="PATCH",
            url=f"{self._api}{self._shop_path}/listings/{listing}",
            repeatable=repeatable,
            lane=lane,
            form={"state": state},
        )
        return await self._send(request)

    async def _send(self, request: Request) -> Answer:
        token = await self._tokens.token()
        answer, seen = await self._once(request, token)
        if answer.status_code == 401:
            # A refused token has changed nothing, so even a write may be sent again with another.
            await self._tokens.refused(token)
            answer, seen = await self._once(request, await self._tokens.token())
        if answer.status_code == 401:
            raise AccessRevoked("Etsy refuses even a fresh token: connect the shop again")
        took = self._clock.now() - seen.begun_at
        seen = replace(seen, marketplace_at=marketplace_time(answer.headers), took=took)
        return Answer(body=_body(request, answer), seen=seen)

    async def _once(self, request: Request, token: str) -> tuple[httpx2.Response, Seen]:
        seen = self.now_seen()

        @asynccontextmanager
        async def turn() -> AsyncIterator[None]:
            nonlocal seen
            async with self._quota.turn(request.lane):
                seen = self.now_seen()
                yield

        headers = {**request.headers, **self._app.headers(), "authorization": f"Bearer {token}"}
        answer = await self._door.send(replace(request, headers=headers), turn=turn)
        self._quota.learn(answer.headers)
        return answer, seen


def _body(request: Request, answer: httpx2.Response) -> Json:
    """What was answered; a write of which a page says nothing but "200" may have been applied."""
    try:
        return body_of(answer)
    except UnexpectedAnswer as error:
        if request.method == "GET":
            raise
        raise MaybeApplied(f"{request.operation}: {error}: it may have been applied") from error
