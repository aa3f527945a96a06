"""Variants of one shop with their figures: all of them page by page, or some of them fresh."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from peg.domain.clock import Clock
from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.offer import Reading, RemoteOffer, Shelf
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import OffersPage, TooDear, UnexpectedAnswer, UnreadableOffer
from peg.marketplaces.seen import Seen
from peg.marketplaces.shopify.client import Answer, ShopifyClient
from peg.marketplaces.shopify.goods import reading_of, remote_offer
from peg.marketplaces.shopify.nested import Nested
from peg.marketplaces.shopify.reading import field, gid, next_cursor, things

log = structlog.get_logger()

VARIANTS_PER_PAGE = 50
VARIANTS_PER_READ = 50


class OfferPages:
    """Reads one shop's variants."""

    def __init__(self, shop: ShopId, client: ShopifyClient, clock: Clock, *, currency: str) -> None:
        self._shop = shop
        self._client = client
        self._clock = clock
        self._currency = currency
        self._nested = Nested(client)
        self._per_read = VARIANTS_PER_READ

    async def all(self, *, lane: Lane) -> AsyncIterator[OffersPage]:
        """Every variant of the shop. One that cannot be read is named, and hides no other."""
        after: str | None = None
        while True:
            begun_at = self._clock.now()
            answer = await self._client.execute_sized(
                "VariantsPage", {"after": after}, first=VARIANTS_PER_PAGE, lane=lane
            )
            seen = self._seen(begun_at, answer)
            page = field(answer.data, "productVariants")
            found: list[RemoteOffer] = []
            unreadable: list[UnreadableOffer] = []
            for variant in things(page, "nodes"):
                try:
                    found.append(await self._offer(variant, seen, lane))
                except UnexpectedAnswer as error:
                    unreadable.append(_unreadable(variant, error))
            yield OffersPage(offers=found, unreadable=unreadable)
            after = next_cursor(page)
            if after is None:
                return

    async def fresh(self, refs: Sequence[OfferRef], *, lane: Lane) -> Mapping[OfferRef, Reading]:
        """What some variants show now."""
        found: dict[OfferRef, Reading] = {}
        left = list(refs)
        while left:
            part, left = left[: self._per_read], left[self._per_read :]
            try:
                found.update(await self._read(part, lane))
            except TooDear:
                if self._per_read == 1:
                    raise
                self._per_read //= 2
                left = [*part, *left]
        return found

    def _seen(self, begun_at: datetime, answer: Answer) -> Seen:
        took = self._clock.now() - begun_at
        return Seen(begun_at=begun_at, marketplace_at=answer.marketplace_at, took=took)

    async def _offer(self, variant: Any, seen: Seen, lane: Lane) -> RemoteOffer:
        whole = await self._nested.variant(variant, lane=lane)
        if whole is not variant:
            seen = seen.until(self._clock.now())
        return remote_offer(whole, self._shop, seen, currency=self._currency)

    async def _read(self, refs: Sequence[OfferRef], lane: Lane) -> Mapping[OfferRef, Reading]:
        begun_at = self._clock.now()
        ids = [gid("ProductVariant", ref.variant) for ref in refs]
        answer = await self._client.execute("VariantsById", {"ids": ids}, lane=lane)
        seen = self._seen(begun_at, answer)
        found = {}
        for ref, node in zip(refs, field(answer.data, "nodes"), strict=True):
            if node is None:
                found[ref] = seen.reading(ref, {}, Shelf.GONE)
                continue
            whole = await self._nested.variant(node, lane=lane)
            found[ref] = reading_of(whole, ref, seen)
        return found


def _unreadable(variant: Mapping[str, Any], error: PegError) -> UnreadableOffer:
    product = variant.get("product")
    about = product if isinstance(product, Mapping) else {}
    odd = UnreadableOffer(
        listing=_digits(about.get("id")),
        variant=_digits(variant.get("id")),
        title=str(about.get("title") or ""),
        sku=str(variant.get("sku") or ""),
        why=str(error),
    )
    log.warning("variant.unreadable", listing=odd.listing, variant=odd.variant, why=odd.why)
    return odd


def _digits(told: object) -> str:
    return str(told or "").rpartition("/")[2]
