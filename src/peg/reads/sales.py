"""Sales, and how fast the other shops followed each."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferId, ShopId, Sku
from peg.domain.order import STATES
from peg.ledger import order_rows
from peg.ledger.order_headers import OrderKey
from peg.ledger.posted import FirstPosted, first_posted
from peg.propagation import attempts, board
from peg.reads.following import Elsewhere, Followed, Shown, Sold, elsewhere, over_all, withdrawn

Row = Mapping[str, Any]

ORDERS_AT_ONCE_MAX = 300
"""SQLite limits the variables of one statement."""


class Sale(BaseModel):
    """One sale, and how long until the other shops were seen to follow (see `following`).

    Attributes:
        order: the marketplace's id of it; `name` is what people call it.
        known_at: since when the book counts it; null: it was inside the figures of an import.
        pieces: how many of each item it took, by the book.
        unmapped: how many of what nobody knows for sure to be an item, as the order calls it.
        elsewhere: by marketplace; `followed` and `seconds` are those of the last of them.
        seconds: marketplaces note a sale by the full second, so it is up to a second less in truth.
        withdrawn: by other shop, the seconds until none of it could be bought there any more.
    """

    shop: ShopId
    channel: Channel
    order: str
    name: str
    created_at: datetime
    known_at: datetime | None
    cancelled: bool
    pieces: dict[Sku, int]
    unmapped: dict[str, int]
    elsewhere: list[Elsewhere]
    followed: Followed
    seconds: float | None
    withdrawn: dict[ShopId, float]


class Pace(BaseModel):
    """How fast the other shops followed some sales; null before the first."""

    sales: int
    half_within_s: float | None
    all_within_s: float | None


async def newest(session: AsyncSession, *, limit: int) -> list[Sale]:
    """The newest sales, the latest first."""
    return await _sales(session, await order_rows.recent(session, limit=limit))


async def some(session: AsyncSession, orders: Collection[OrderKey]) -> list[Sale]:
    """The sales of some orders."""
    keys = sorted(orders)
    found: list[Sale] = []
    for start in range(0, len(keys), ORDERS_AT_ONCE_MAX):
        part = keys[start : start + ORDERS_AT_ONCE_MAX]
        found += await _sales(session, await order_rows.some(session, part))
    return found


def pace(sales: Sequence[Sale]) -> Pace:
    """How fast the other shops followed these sales."""
    waits = [sale.seconds for sale in sales if sale.seconds is not None]
    return Pace(
        sales=len(waits),
        half_within_s=round(median(waits), 3) if waits else None,
        all_within_s=max(waits, default=None),
    )


async def _sales(session: AsyncSession, orders: Sequence[Row]) -> list[Sale]:
    took = [_took(order) for order in orders]
    skus = sorted({sku for pieces, _ in took for sku in pieces})
    siblings = [offer for offer in await offers.of_skus(session, skus) if not offer.gone]
    ids = [offer.id for offer in siblings]
    since = min((order["created_at"] for order in orders), default=None)
    shown = Shown(
        await board.standings(session, ids),
        await attempts.written_since(session, ids, since) if since is not None else {},
    )
    keys = [_key(order) for order in orders]
    posted = await first_posted(session, keys, skus)
    paired = {key for one in await proposals.open_pairs(session) for key in (one.shopify, one.etsy)}
    return [
        _sale(order, one, posted.get(_key(order), {}), siblings, shown, paired)
        for order, one in zip(orders, took, strict=True)
    ]


def _key(order: Row) -> OrderKey:
    return order["shop"], order["order_id"]


def _took(order: Row) -> tuple[dict[Sku, int], dict[str, int]]:
    """What an order took of items, and of what nobody knows for sure to be one."""
    pieces: Counter[Sku] = Counter()
    unmapped: Counter[str] = Counter()
    for line in order["lines"]:
        if line["resolved"]:
            pieces.update(line["pieces"])
        else:
            unmapped[_called(line)] += sum(line[state] for state in STATES)
    return dict(pieces), dict(unmapped)


def _called(line: Row) -> str:
    """What people know it by."""
    title: str = line["title"]
    sku: str = line["sku"]
    return title.strip() or sku.strip() or f"line {line['line']}"


def _sale(
    order: Row,
    took: tuple[dict[Sku, int], dict[str, int]],
    posted: Mapping[Sku, FirstPosted],
    siblings: Sequence[Offer],
    shown: Shown,
    paired: Collection[OfferId],
) -> Sale:
    pieces, unmapped = took
    selling = [one for one in siblings if any(part.sku in pieces for part in one.components)]
    elsewhere_too = [one for one in selling if one.ref.shop != order["shop"]]
    others = [one for one in elsewhere_too if one.id in shown.standings]
    unsure = unmapped or not pieces or elsewhere_too or any(one.id in paired for one in selling)
    sold = Sold(at=order["created_at"], posted=posted)
    parts = elsewhere(sold, others, shown)
    followed, seconds = over_all(parts, sure=not unsure)
    return Sale(
        shop=order["shop"],
        channel=Channel(order["shop"].partition(":")[0]),
        order=order["order_id"],
        name=order["name"],
        created_at=order["created_at"],
        known_at=min((one.at for one in posted.values()), default=None),
        cancelled=order["cancelled_at"] is not None or order["never_sold_at"] is not None,
        pieces=pieces,
        unmapped=unmapped,
        elsewhere=parts,
        followed=followed,
        seconds=seconds,
        withdrawn=withdrawn(sold, others, shown),
    )
