"""A book in which every list has something to tell, as after a lively week."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import (
    ETSY,
    NECKLACE,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    shopify_ref,
)
from tests.support.shops import APP, key_ring, shop

from peg.alerts.register import tell
from peg.catalog import items, offers, proposals, rules
from peg.catalog.rules import Rule
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.domain.offer import ANYWHERE
from peg.domain.proposal import Proposal
from peg.intake import aside, inbox, unread
from peg.intake.aside import ATTEMPTS_MAX
from peg.intake.waiting_room import due
from peg.ledger import questions, reservations
from peg.marketplaces.port import Unreadable
from peg.onboarding import imports
from peg.onboarding.imports import Imported, SkippedShop
from peg.onboarding.left_out import LeftOut, Why
from peg.propagation import board, pauses
from peg.propagation.attempts import begin_attempt, record_write
from peg.propagation.retarget import retarget
from peg.reconciliation import report
from peg.reconciliation.compare import Action, CauseClass, Difference
from peg.shops import directory


async def fill(session: AsyncSession) -> None:
    """Two shops, two pieces, and whatever may become of them."""
    bench = Bench(session)
    await _connect(session)
    await _import(session)
    await _sell(bench)
    await _doubt(bench)
    await _steer(session)
    await retarget(session, [RING, NECKLACE], now=NOON)
    await _write(session)


async def _connect(session: AsyncSession) -> None:
    for shop_id in (SHOPIFY, ETSY):
        await directory.store(session, key_ring(), shop(shop_id), APP)


async def _sell(bench: Bench) -> None:
    """A ring is sold here and there, once too often; a line nobody knows; one piece on hold."""
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 1, at=atelier)
    await bench.stock(NECKLACE, 3)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await bench.offer(etsy_ref(), RING)
    await bench.take_in(OrderTold(order="1").told(1, line(etsy_ref(), committed=1)))
    sold = OrderTold(order="2", shop=SHOPIFY).told(2, line(shopify_ref(), committed=1, at="71"))
    await bench.take_in(sold)
    await bench.take_in(OrderTold(order="3").told(3, line(None, committed=1, sku="WHO-KNOWS")))
    until = NOON.replace(year=2999)  # no machine that runs the tests may take it for over
    await reservations.hold(
        bench.session, NECKLACE, 1, until=until, why="the fair", who="anna", now=NOON
    )


async def _write(session: AsyncSession) -> None:
    """The ring is taken off Etsy."""
    (ring,) = (await offers.by_refs(session, [etsy_ref()])).values()
    standing = (await board.standings(session, [ring.id]))[ring.id]
    await begin_attempt(session, "a-1", ETSY, [], now=NOON)
    await record_write(
        session,
        offer=ring.id,
        place=ANYWHERE,
        attempt="a-1",
        before=1,
        quantity=0,
        standing=standing,
        now=NOON,
    )


async def _doubt(bench: Bench) -> None:
    session = bench.session
    await bench.offer(shopify_ref("12", "121", "1211"), sku="OPAL-A")
    await bench.offer(etsy_ref("23"), sku="OPAL-B")
    pair = Proposal(
        shopify=shopify_ref("12", "121", "1211"),
        etsy=etsy_ref("23"),
        confidence=83,
        reasons=("the titles are alike",),
    )
    await proposals.propose(session, [pair], now=NOON)
    await questions.ask(
        session,
        kind="increase",
        subject="1",
        sentence="Etsy shows one more: is there another?",
        evidence={"shows": 2},
        options=("yes", "no"),
        default="no",
        now=NOON,
    )
    odd = Unreadable.of("9001", "quantity is missing", {"receipt_id": 9001})
    await unread.keep(session, ETSY, odd, now=NOON)
    run = await report.begin_run(session, ETSY, now=NOON)
    evidence = {"listing": "2002", "sku": "OPAL-B"}
    found = Difference(cause=CauseClass.NOT_IMPORTED, action=Action.REPORT, evidence=evidence)
    await report.record_difference(session, run, offer=None, title="Opal ring", found=found)
    await report.end_run(session, run, offers=2, outcome="done", now=NOON)
    await put_aside(session, ETSY)
    await tell(session, Alert(name="oversold", subject=RING, sentence="sold twice"), now=NOON)


async def put_aside(session: AsyncSession, shop: ShopId) -> None:
    """A delivery that failed too often."""
    await inbox.record_once(
        session, shop=shop, topic="order.paid", delivery="1", headers={}, body=b"{}", now=NOON
    )
    (kept,) = await inbox.waiting(session, shop, due(None, NOON), limit=1)
    worn = replace(kept, attempts=ATTEMPTS_MAX - 1)
    await aside.failed(session, worn, ValueError("odd"), now=NOON)


async def _import(session: AsyncSession) -> None:
    odd = LeftOut(shop=ETSY, listing="23", variant="", title="Opal ring", sku="?", why=Why.NO_SKU)
    told = Imported(
        read={SHOPIFY: 2, ETSY: 2},
        skipped=[SkippedShop(shop=ShopId("etsy:1002"), why="the token was taken back")],
        items=1,
        matched=None,
        left_out=[odd],
        asked=[RING],
    )
    await imports.keep(session, told, begun_at=NOON, ended_at=NOON)


async def _steer(session: AsyncSession) -> None:
    await items.set_low_stock(session, NECKLACE, 5)
    await rules.set_rule(session, rules.ALL, Channel.ETSY, Rule(buffer=1, cap=None))
    await pauses.pause(session, "etsy", who="anna", why="stocktaking", now=NOON)
