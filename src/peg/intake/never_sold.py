"""An order that its shop told of and never had: a person says so, and its pieces come back.

What a shop tells of counts, and stays so where the shop does not show it: it may be hidden, or too
old to be read. Only a person knows that it was a test, or was deleted before anybody was to get a
piece. That is not enough: a piece comes back where the shop was asked and shows no such order,
neither by its number nor among those that have changed. Shown later, the order counts again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.errors import PegError
from peg.domain.identity import Channel, ShopId, Sku
from peg.domain.order import NeverSold, OrderSnapshot
from peg.intake import aside, unread
from peg.intake.inbox import READ_AGAIN, Delivery
from peg.intake.never_sold_rules import NotProved, OrderShown, refuse_sent, refuse_unsure
from peg.intake.orders import take_in
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.ledger import order_headers
from peg.ledger.kept import kept_order
from peg.ledger.orders import Applied, Outcome
from peg.marketplaces.hints import HintReader
from peg.marketplaces.port import RemoteGone

log = structlog.get_logger()


class ShowsOrders(Protocol):
    """A shop, as far as it is asked here."""

    async def order(self, order: str) -> OrderSnapshot:
        """One order, whole.

        Raises:
            RemoteGone: the shop does not show it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What came of a person's word.

    Attributes:
        order: as it is kept now.
        pieces: what can be sold again, by item.
        already: it had been said before, and nothing was changed.
        ticked_off: deliveries that told of it and had been put aside.
    """

    order: OrderSnapshot
    pieces: Mapping[Sku, int]
    already: bool = False
    ticked_off: int = 0


class OrdersNeverSold:
    """Gives back the pieces of orders that a person names and that their shops do not show."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, ShowsOrders],
        *,
        polls: Polls,
        readers: Mapping[Channel, HintReader],
        patience: Patience,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._polls = polls
        self._readers = readers
        self._patience = patience

    async def give_back(self, called: str, *, who: str, why: str) -> GivenBack:
        """Ask the order's shop, and take its pieces back if it shows no such order.

        Said again it changes nothing.

        Raises:
            UnknownOrder: no order is called so.
            SeveralOrders: more than one is.
            OrderSent: something of it left the shelf.
            OrderShown: the shop has it.
            NotProved: it may be there without being shown.
            MarketplaceError: the shop cannot be read.
        """
        async with reading(self._database) as session:
            shop, number = await order_headers.called(session, called)
            order = await kept_order(session, ShopId(shop), number)
            heard_at = await order_headers.heard_at(session, order)
        if order.never_sold is not None:
            return GivenBack(order=order, pieces={}, already=True)
        refuse_sent(order)
        asked_at = await self._refuse_shown(order)
        refuse_unsure(order, heard_at=heard_at or asked_at, now=asked_at)
        said = NeverSold(who=who, why=why, at=self._clock.now())
        async with begin(self._database) as session:
            return await self._take_back(session, order, said, asked_at=asked_at)

    async def _refuse_shown(self, order: OrderSnapshot) -> datetime:
        """Ask the shop: first for all orders that have changed, then for this one. When it was."""
        shop = self._shops[order.shop]
        await self._polls.poll(order.shop)
        asked_at = self._clock.now()
        try:
            await shop.order(order.order)
        except RemoteGone:
            return asked_at
        raise OrderShown(order)

    async def _take_back(
        self, session: AsyncSession, order: OrderSnapshot, said: NeverSold, *, asked_at: datetime
    ) -> GivenBack:
        """As if the order had been told anew, with nothing sold, at the moment of the asking."""
        kept = await kept_order(session, order.shop, order.order)
        refuse_sent(kept)
        lines = [line.given_back for line in kept.lines]
        told = replace(kept, fetched_at=asked_at, lines=lines, never_sold=said)
        applied = await take_in(session, told, patience=self._patience, now=said.at)
        if applied.outcome is Outcome.OLDER:
            raise NotProved(order, f"{order.shop} has told of it again meanwhile: see `peg orders`")
        await unread.have_been_read(session, order.shop, [order.order], now=said.at)
        ticked_off = await self._tick_off(session, order, said)
        log.info("order.never_sold", shop=order.shop, order=order.order, ticked_off=ticked_off)
        return GivenBack(order=told, pieces=_freed(applied), ticked_off=ticked_off)

    async def _tick_off(self, session: AsyncSession, order: OrderSnapshot, said: NeverSold) -> int:
        """Deliveries that told of it need nobody any more; how many were put aside."""
        mine = [
            one.id
            for one in await aside.dead_about_orders(session, order.shop)
            if self._order_in(one) == order.order
        ]
        for one in mine:
            await aside.discard(session, one, who=said.who, why=said.why, now=said.at)
        return len(mine)

    def _order_in(self, delivery: Delivery) -> str | None:
        """The order that a delivery tells of; None where it cannot be made out."""
        if delivery.topic == READ_AGAIN:
            return delivery.body.decode()
        try:
            return delivery.hint(self._readers).order
        except PegError:
            return None


def _freed(applied: Applied) -> Mapping[Sku, int]:
    freed: dict[Sku, int] = {}
    for line in applied.lines:
        for sku, pieces in line.freed.items():
            freed[sku] = freed.get(sku, 0) + pieces
    return freed
