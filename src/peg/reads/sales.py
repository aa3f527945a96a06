"""The newest sales, and how fast the other shops followed each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferId, ShopId, Sku
from peg.ledger import order_rows
from peg.propagation import attempts, board
from peg.propagation.board import Standing

Row = Mapping[str, Any]


class Followed(StrEnum):
    """Whether the other shops show what a sale has left."""

    DONE = "done"
    WAITING = "waiting"
    ALONE = "alone"  # no other shop sells these pieces


class Sale(BaseModel):
    """One sale, and how long until the other shops were seen to follow.

    Attributes:
        order: the marketplace's id of it; `name` is what people call it.
        pieces: how many of each item it took.
        seconds: from the sale to the last other offer's checked state. Marketplaces note a sale
            by the full second, so it is up to a second less in truth.
    """

    shop: ShopId
    channel: Channel
    order: str
    name: str
    created_at: datetime
    cancelled: bool
    pieces: dict[Sku, int]
    followed: Followed
    seconds: float | None


class Pace(BaseModel):
    """How fast the other shops followed some sales; null before the first."""

    sales: int
    half_within_s: float | None
    all_within_s: float | None


async def newest(session: AsyncSession, *, limit: int) -> list[Sale]:
    """The newest sales, the latest first."""
    orders = await order_rows.recent(session, limit=limit)
    sold = [(order, await _pieces(session, order)) for order in orders]
    skus = sorted({sku for _, pieces in sold for sku in pieces})
    siblings = [offer for offer in await offers.of_skus(session, skus) if not offer.gone]
    ids = [offer.id for offer in siblings]
    since = min((order["created_at"] for order in orders), default=None)
    shown = _Shown(
        await board.standings(session, ids),
        await attempts.written_since(session, ids, since) if since is not None else {},
    )
    return [_sale(order, pieces, siblings, shown) for order, pieces in sold]


def pace(sales: Sequence[Sale]) -> Pace:
    """How fast the other shops followed these sales."""
    waits = [sale.seconds for sale in sales if sale.seconds is not None]
    return Pace(
        sales=len(waits),
        half_within_s=round(median(waits), 3) if waits else None,
        all_within_s=max(waits, default=None),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """When offers were seen to show what they should."""

    standings: Mapping[OfferId, Standing]
    written: Mapping[OfferId, Sequence[datetime]]

    def after(self, offer: OfferId, sold_at: datetime) -> datetime | None:
        """The first write after the sale; where the offer needed none, its last look."""
        for at in self.written.get(offer, ()):
            if at >= sold_at:
                return at
        standing = self.standings[offer]
        return None if standing.dirty else standing.shown_at


async def _pieces(session: AsyncSession, order: Row) -> dict[Sku, int]:
    sold_from = sorted({OfferId(line["offer"]) for line in order["lines"] if line["offer"]})
    known = await offers.by_ids(session, sold_from)
    pieces: dict[Sku, int] = {}
    for line in order["lines"]:
        units = sum(line[state] for state in ("committed", "shipped", "restocked", "written_off"))
        for part in known[line["offer"]].components if line["offer"] in known else ():
            pieces[part.sku] = pieces.get(part.sku, 0) + part.quantity * units
    return pieces


def _sale(order: Row, pieces: dict[Sku, int], siblings: Sequence[Offer], shown: _Shown) -> Sale:
    others = [
        offer.id
        for offer in siblings
        if offer.ref.shop != order["shop"]
        and offer.id in shown.standings
        and any(part.sku in pieces for part in offer.components)
    ]
    sold_at = order["created_at"]
    followed = [at for offer in others if (at := shown.after(offer, sold_at)) is not None]
    late = [at for at in followed if at >= sold_at]
    if not others:
        state = Followed.ALONE
    else:
        state = Followed.DONE if len(followed) == len(others) else Followed.WAITING
    seconds = None
    if state is Followed.DONE and late:
        seconds = round((max(late) - sold_at).total_seconds(), 3)
    return Sale(
        shop=order["shop"],
        channel=Channel(order["shop"].partition(":")[0]),
        order=order["order_id"],
        name=order["name"],
        created_at=sold_at,
        cancelled=order["cancelled_at"] is not None,
        pieces=pieces,
        followed=state,
        seconds=seconds,
    )
