"""The same reads as the command line, as JSON."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import reading
from peg.domain.claim import Policy
from peg.domain.errors import UnknownSku
from peg.domain.identity import ShopId, parse_sku
from peg.reads import (
    alerts,
    case_file,
    dead,
    doubts,
    exposure,
    imports,
    limits,
    live,
    low_stock,
    offers,
    orders,
    pairs,
    pauses,
    places,
    shops,
    stock,
    unmatched,
    unresolved,
    writes,
)
from peg.web.parameters import (
    AfterNumber,
    AfterOrder,
    AfterSku,
    At,
    Days,
    Limit,
    NumberInPath,
    ShopWanted,
    SkuInPath,
    SkuWanted,
    moment_of,
)
from peg.web.problems import documented
from peg.wiring import examination
from peg.wiring.exposure import DAYS, period_of, terms_of
from peg.wiring.ground import Ground


def ground_of(request: Request) -> Ground:
    """The plumbing that the application was made with."""
    ground: Ground = request.app.state.ground
    return ground


async def one_moment(ground: Annotated[Ground, Depends(ground_of)]) -> AsyncIterator[AsyncSession]:
    """One consistent moment of the database for one request; a SKU of no item is told in full."""
    async with reading(ground.database) as session:
        try:
            yield session
        except UnknownSku as error:
            raise await unmatched.in_full(session, error) from None


Here = Annotated[Ground, Depends(ground_of)]
Now = Annotated[AsyncSession, Depends(one_moment)]

routes = APIRouter(prefix="/api")


class FindingRow(BaseModel):
    """One thing looked at: `well`, `look` (somebody should) or `bad` (PEG cannot work so)."""

    state: str
    what: str
    sentence: str


@routes.get("/stock", tags=["stock"])
async def get_stock(
    session: Now, after: AfterSku = None, limit: Limit = 500
) -> list[stock.StockRow]:
    """One page of all items, in the order of their SKUs."""
    last = "" if after is None else parse_sku(after)
    return list(await stock.stock(session, after=last, limit=limit))


# The deeper path first: a SKU may hold a slash.
@routes.get("/stock/{sku:path}/history", tags=["stock"], responses=documented(404))
async def get_history(
    sku: SkuInPath,
    session: Now,
    ground: Here,
    at: At = None,
    after: AfterNumber = None,
    limit: Limit = 100,
) -> stock.History:
    """Why an item's stock was what it was `at` a moment: a page of entries, the newest first."""
    when = ground.clock.now() if at is None else moment_of(at)
    return await stock.history(session, parse_sku(sku), at=when, after=after, limit=limit)


@routes.get("/stock/{sku:path}", tags=["stock"], responses=documented(404))
async def get_piece(sku: SkuInPath, session: Now) -> stock.Piece:
    """One item, place by place, with its holds."""
    return await stock.piece(session, parse_sku(sku))


@routes.get("/low-stock", tags=["stock"])
async def get_low_stock(session: Now) -> list[low_stock.LowRow]:
    """Items at or below their threshold, the emptiest first."""
    return list(await low_stock.low_stock(session))


@routes.get("/holds", tags=["stock"])
async def get_holds(session: Now) -> list[stock.Hold]:
    """Pieces kept for somebody."""
    return await stock.holds(session)


@routes.get("/orders", tags=["orders"], responses=documented(404))
async def get_orders(
    session: Now, after: AfterOrder = None, limit: Limit = 100
) -> list[orders.Order]:
    """One page of the orders of all shops, the newest first; new ones do not shift the pages."""
    return list(await orders.recent(session, after=after, limit=limit))


@routes.get("/orders/unresolved", tags=["orders"])
async def get_unresolved(session: Now) -> list[unresolved.UnresolvedLine]:
    """Lines that nobody could assign to an item: kept, and held as all they may be."""
    return list(await unresolved.unresolved(session))


@routes.get("/orders/unread", tags=["orders"])
async def get_unread(session: Now) -> list[orders.UnreadOrder]:
    """Orders that cannot be read: kept as told, and tried again by themselves."""
    return list(await orders.unread(session))


@routes.get("/offers", tags=["offers"], responses=documented(404))
async def get_offers(
    session: Now,
    shop: ShopWanted = None,
    sku: SkuWanted = None,
    after: AfterNumber = None,
    limit: Limit = 500,
) -> list[offers.OfferRow]:
    """One page of what each shop shows, and should."""
    found = await offers.all_offers(
        session,
        shop=None if shop is None else ShopId(shop),
        sku=None if sku is None else parse_sku(sku),
        after=after or 0,
        limit=limit,
    )
    return list(found)


@routes.get("/writes", tags=["offers"], responses=documented(404))
async def get_writes(
    session: Now, sku: SkuWanted = None, after: AfterNumber = None, limit: Limit = 100
) -> list[writes.WriteRow]:
    """One page of what was written to the shops, each change by its number, the newest first."""
    of = None if sku is None else parse_sku(sku)
    return list(await writes.writes(session, sku=of, after=after, limit=limit))


@routes.get("/live", tags=["live"])
async def get_live(session: Now, ground: Here) -> live.Live:
    """The newest sales, how fast the other shop followed them, and how both shops stand."""
    return await live.live(session, now=ground.clock.now())


@routes.get("/shops", tags=["shops"])
async def get_shops(session: Now) -> list[shops.ShopRow]:
    """The connected shops."""
    return list(await shops.shops(session))


@routes.get("/drift", tags=["offers"])
async def get_drift(session: Now) -> list[doubts.Comparison]:
    """What the newest comparison of every shop found."""
    return list(await doubts.drift(session))


@routes.get("/drift/kept", tags=["offers"])
async def get_comparisons(
    session: Now, after: AfterNumber = None, limit: Limit = 100
) -> list[doubts.Comparison]:
    """One page of the kept comparisons of all shops, the newest first, each signed."""
    return list(await doubts.comparisons(session, after=after, limit=limit))


@routes.get("/cases", tags=["people"])
async def get_cases(session: Now, *, open_only: bool = True) -> list[doubts.Case]:
    """Items of which more was sold than there is."""
    return list(await doubts.cases(session, open_only=open_only))


@routes.get("/cases/{case}", tags=["people"], responses=documented(404))
async def get_case(case: NumberInPath, session: Now, ground: Here) -> case_file.CaseFile:
    """One case: its orders, what each shop showed, and who should get the piece by the policy."""
    policy = Policy(ground.settings.case_winner)
    return await case_file.case_file(session, case, policy=policy, fees=ground.settings.fees)


@routes.get("/exposure", tags=["people"], responses=documented(404))
async def get_exposure(
    session: Now, ground: Here, days: Days = DAYS, sku: SkuWanted = None, limit: Limit = 100
) -> exposure.Exposure:
    """How long what was sold stayed on sale elsewhere, and what its being sold twice may cost."""
    return await exposure.exposure(
        session,
        terms_of(ground.settings),
        period_of(ground.settings, ground.clock.now(), days=days),
        sku=None if sku is None else parse_sku(sku),
        limit=limit,
    )


@routes.get("/questions", tags=["people"])
async def get_questions(session: Now) -> list[doubts.Question]:
    """What PEG wants to know from a person."""
    return list(await doubts.questions(session))


@routes.get("/pairs", tags=["people"])
async def get_pairs(session: Now) -> list[pairs.PairRow]:
    """Offers that may be the same piece, the surest first."""
    return list(await pairs.pairs(session))


@routes.get("/imports", tags=["care"])
async def get_imports(
    session: Now, after: AfterNumber = None, limit: Limit = 10
) -> list[imports.ImportRow]:
    """One page of what `peg import` found and did, the newest first."""
    return list(await imports.imports(session, after=after, limit=limit))


@routes.get("/limits", tags=["steer"])
async def get_limits(session: Now) -> list[limits.LimitRow]:
    """How much of a piece a channel may show."""
    return list(await limits.limits(session))


@routes.get("/pauses", tags=["steer"])
async def get_pauses(session: Now) -> list[pauses.PauseRow]:
    """What nothing is written to."""
    return list(await pauses.pauses(session))


@routes.get("/places", tags=["stock"])
async def get_places(session: Now) -> list[places.PlaceRow]:
    """Where pieces lie."""
    return list(await places.places(session))


@routes.get("/doctor", tags=["care"])
async def get_doctor(ground: Here) -> list[FindingRow]:
    """What is wrong on this machine and in the book; unlike `peg doctor`, it asks no shop."""
    found = [*examination.machine(ground), *await examination.kept(ground)]
    return [FindingRow(**one.facts()) for one in found]


@routes.get("/alerts", tags=["care"])
async def get_alerts(
    session: Now, ground: Here, *, over: bool = False, limit: Limit = 50
) -> list[alerts.AlertRow]:
    """What needs somebody now, the worst first; or what did, the last one over first."""
    now = ground.clock.now()
    if over:
        return await alerts.history(session, limit=limit, now=now)
    return (await alerts.standing(session, now=now))[:limit]


@routes.get("/dead", tags=["care"])
async def get_dead(session: Now) -> list[dead.DeadRow]:
    """Deliveries and messages that were put aside: failed too often, or of no use."""
    return list(await dead.dead(session))
