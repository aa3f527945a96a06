"""What a person watches: stock on both sides, sales as they come, how fast they are followed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items, mirror, offers
from peg.domain.identity import Channel, Sku
from peg.intake import polling
from peg.ledger import cases, queries, questions
from peg.propagation import board, pauses
from peg.reads import alerts, sales
from peg.reads.not_kept import Few, Glance, at_a_glance
from peg.reads.offers import OfferRow, rows_of
from peg.reads.sales import Pace, Sale
from peg.reads.shops import ShopRow, shops

SALES = 20
ALERTS = 5


class LiveShop(ShopRow):
    """One shop, and how it stands.

    Attributes:
        offers: how many it shows to buyers, and `pieces` in them.
        behind: offers on their way to what they should show; those that wait for an answer of
            yours are not.
        not_kept: offers that PEG does not keep in step, those of open pairs among them.
        paused: why nothing is written to it; null: it is written to.
        orders_read_at: every order from before is taken in.
    """

    offers: int
    pieces: int
    behind: int
    not_kept: int
    paused: str | None
    orders_read_at: datetime | None


class LivePiece(BaseModel):
    """One item that sold lately: what is left, and what each marketplace shows of it.

    `asked`: one of its offers stays lower until a question of PEG's is answered.
    """

    sku: Sku
    name: str
    one_of_a_kind: bool
    available: int
    shown: dict[Channel, int]
    in_step: bool
    asked: bool


class Notice(BaseModel):
    """An alert whose cause lasts."""

    at: datetime
    name: str
    sentence: str


class Live(BaseModel):
    """One moment.

    Attributes:
        available: pieces of all items that may still be sold.
        open_pairs: what may be one piece on both shops, and waits for a person.
        not_kept: offers that nothing keeps in step, those of open pairs apart.
    """

    at: datetime
    shops: list[LiveShop]
    items: int
    available: int
    behind: int
    open_cases: int
    open_questions: int
    open_pairs: Few
    not_kept: Few
    pieces: list[LivePiece]
    sales: list[Sale]
    pace: Pace
    alerts: list[Notice]
    more_alerts: int


async def live(session: AsyncSession, *, now: datetime) -> Live:
    """The newest sales, the pieces they took, and what waits."""
    asked = {question.subject for question in await questions.open_questions(session)}
    newest = await sales.newest(session, limit=SALES)
    kept, available = await queries.totals(session)
    loose = await at_a_glance(session)
    found = await _shops(session, asked, loose)
    standing = await alerts.standing(session, now=now)
    return Live(
        at=now,
        shops=found,
        items=kept,
        available=available,
        behind=sum(shop.behind for shop in found),
        open_cases=len(await cases.all_cases(session)),
        open_questions=len(asked),
        open_pairs=loose.pairs,
        not_kept=loose.offers,
        pieces=await _pieces(session, sorted({sku for s in newest for sku in s.pieces}), asked),
        sales=newest,
        pace=sales.pace(newest),
        alerts=[
            Notice(at=one.told_at, name=one.name, sentence=one.sentence)
            for one in standing[:ALERTS]
        ],
        more_alerts=len(standing[ALERTS:]),
    )


async def _shops(session: AsyncSession, asked: set[str], loose: Glance) -> list[LiveShop]:
    on_sale = await mirror.on_sale(session)
    moving = await offers.by_ids(session, await board.dirty_offers(session))
    behind = Counter(
        offer.ref.shop
        for offer in moving.values()
        if not _is_asked(str(offer.id), [part.sku for part in offer.components], asked)
    )
    found = []
    for shop in await shops(session):
        many, pieces = on_sale.get(shop.id, (0, 0))
        pause = await pauses.pause_of(session, shop.id)
        found.append(
            LiveShop(
                **shop.model_dump(),
                offers=many,
                pieces=pieces,
                behind=behind[shop.id],
                not_kept=loose.by_shop.get(shop.id, 0),
                paused=pause.why if pause is not None else None,
                orders_read_at=await polling.last_read_at(session, shop.id),
            )
        )
    return found


def _is_asked(offer: str, skus: Sequence[Sku], asked: set[str]) -> bool:
    return offer in asked or any(sku in asked for sku in skus)


async def _pieces(session: AsyncSession, skus: Sequence[Sku], asked: set[str]) -> list[LivePiece]:
    known = await items.by_skus(session, skus)
    rows = await rows_of(session, await offers.of_skus(session, skus))
    pieces = []
    for sku, item in sorted(known.items()):
        mine = [row for row in rows if any(part.sku == sku for part in row.parts)]
        late = [row for row in mine if row.in_step is False]
        pieces.append(
            LivePiece(
                sku=sku,
                name=item.name,
                one_of_a_kind=item.one_of_a_kind,
                available=(await queries.position(session, sku)).level.available,
                shown=_shown(mine),
                in_step=not late,
                asked=any(_is_asked(str(row.id), [sku], asked) for row in late),
            )
        )
    return pieces


def _shown(rows: Sequence[OfferRow]) -> dict[Channel, int]:
    shown: dict[Channel, int] = {}
    for row in rows:
        channel = Channel(row.shop.partition(":")[0])
        shown[channel] = shown.get(channel, 0) + sum(row.shown.values())
    return shown
