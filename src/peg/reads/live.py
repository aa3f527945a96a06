"""What a person watches: stock on both sides, sales as they come, how fast they are followed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.catalog import items, offers
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferId, ShopId, Sku
from peg.domain.messages import Alert
from peg.ledger import cases, order_rows, queries, questions
from peg.propagation import board
from peg.propagation.board import Standing
from peg.reads.offers import OfferRow, rows_of
from peg.reads.shops import ShopRow, shops

SALES = 20
ALERTS = 5


class LivePiece(BaseModel):
    """One item that sold lately: what is left, and what each marketplace shows of it."""

    sku: Sku
    name: str
    available: int
    shown: dict[Channel, int]
    in_step: bool


class Sale(BaseModel):
    """One sale, and how long until the other shops were seen to follow.

    Attributes:
        followed: `done`, `waiting`, or `alone` when no other shop sells these pieces.
        seconds: from the sale (the marketplace's time) to the last other offer's checked state.
    """

    shop: ShopId
    name: str
    created_at: datetime
    pieces: list[Sku]
    followed: str
    seconds: float | None


class Notice(BaseModel):
    """An alert."""

    at: datetime
    name: str
    sentence: str


class Live(BaseModel):
    """One moment."""

    at: datetime
    shops: list[ShopRow]
    items: int
    behind: int
    open_cases: int
    open_questions: int
    pieces: list[LivePiece]
    sales: list[Sale]
    alerts: list[Notice]


async def live(session: AsyncSession, *, now: datetime) -> Live:
    """The newest sales, the pieces they took, and what waits."""
    orders = await order_rows.recent(session, limit=SALES)
    sold = await _sold(session, orders)
    skus = sorted({sku for pieces in sold.values() for sku in pieces})
    siblings = await offers.of_skus(session, skus)
    standings = await board.standings(session, [offer.id for offer in siblings])
    return Live(
        at=now,
        shops=list(await shops(session)),
        items=await queries.count_items(session),
        behind=await board.dirty_count(session),
        open_cases=len(await cases.all_cases(session)),
        open_questions=len(await questions.open_questions(session)),
        pieces=await _pieces(session, skus, await rows_of(session, siblings)),
        sales=[
            _sale(order, sold[order["shop"], order["order_id"]], siblings, standings)
            for order in orders
        ],
        alerts=[
            Notice(at=at, name=alert.name, sentence=alert.sentence)
            for at, alert in await outbox.recent(session, Alert, limit=ALERTS)
        ],
    )


async def _sold(
    session: AsyncSession, orders: Sequence[Mapping[str, Any]]
) -> Mapping[tuple[ShopId, str], Sequence[Sku]]:
    lines = [(order, line) for order in orders for line in order["lines"] if line["offer"]]
    known = await offers.by_ids(session, sorted({OfferId(line["offer"]) for _, line in lines}))
    sold: dict[tuple[ShopId, str], list[Sku]] = {
        (order["shop"], order["order_id"]): [] for order in orders
    }
    for order, line in lines:
        offer = known.get(line["offer"])
        if offer is not None:
            sold[order["shop"], order["order_id"]] += [part.sku for part in offer.components]
    return sold


async def _pieces(
    session: AsyncSession, skus: Sequence[Sku], rows: Sequence[OfferRow]
) -> list[LivePiece]:
    known = await items.by_skus(session, skus)
    pieces = []
    for sku in skus:
        mine = [row for row in rows if any(part.sku == sku for part in row.parts)]
        shown: dict[Channel, int] = {}
        for row in mine:
            channel = Channel(row.shop.partition(":")[0])
            shown[channel] = shown.get(channel, 0) + sum(row.shown.values())
        pieces.append(
            LivePiece(
                sku=sku,
                name=known[sku].name if sku in known else sku,
                available=(await queries.position(session, sku)).level.available,
                shown=shown,
                in_step=all(row.in_step for row in mine),
            )
        )
    return pieces


def _sale(
    order: Mapping[str, Any],
    pieces: Sequence[Sku],
    siblings: Sequence[Offer],
    standings: Mapping[OfferId, Standing],
) -> Sale:
    others = [
        standings[offer.id]
        for offer in siblings
        if offer.ref.shop != order["shop"]
        and not offer.gone
        and offer.id in standings
        and any(part.sku in pieces for part in offer.components)
    ]
    shown = [one.shown_at for one in others if one.shown_at and not one.dirty]
    followed = "alone" if not others else "done" if len(shown) == len(others) else "waiting"
    after = [at for at in shown if at >= order["created_at"]]
    seconds = None
    if followed == "done" and after:
        seconds = round((max(after) - order["created_at"]).total_seconds(), 3)
    return Sale(
        shop=order["shop"],
        name=order["name"],
        created_at=order["created_at"],
        pieces=list(pieces),
        followed=followed,
        seconds=seconds,
    )
