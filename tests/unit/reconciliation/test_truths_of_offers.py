"""What the shops show, and what was sent to them, is judged too: nothing is left there unseen."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.breaking import KEY, Shop, open_shop_to_break

from peg.catalog import offers
from peg.catalog.tables import mirror
from peg.db.transaction import begin
from peg.domain.identity import OfferId
from peg.ledger import questions
from peg.marketplaces.port import Write
from peg.propagation import board, pauses
from peg.propagation.attempts import begin_attempt
from peg.propagation.evidence import Proof
from peg.propagation.tables import targets
from peg.reconciliation.invariants import BOUND, Truth


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop_to_break(tmp_path) as shop:
        yield shop


async def shows_too_much(shop: Shop, pieces: int = 9) -> OfferId:
    """Shopify shows more chains than it should, and nobody thinks that there is work."""
    offer = await shop.offer()
    await shop.breaks(
        update(mirror).where(mirror.c.offer == offer).values(quantity=pieces),
        update(targets).values(shown_version=targets.c.version),
    )
    return offer


async def test_an_offer_above_its_target_that_nobody_lowers(shop: Shop) -> None:
    await shows_too_much(shop)

    at_first = await shop.untrue()
    shop.later(BOUND)

    assert at_first == set()  # it may be on its way
    assert await shop.untrue() == {Truth.SHOWN}
    assert await shop.told() == ["shown"]


async def is_asked_about(shop: Shop, offer: OfferId) -> None:
    async with begin(shop.here.database) as session:
        await questions.ask(
            session,
            kind="extra_pieces",
            subject=str(offer),
            sentence="?",
            evidence={},
            options=(),
            default="no",
            now=shop.here.clock.now(),
        )


async def is_paused(shop: Shop, _: OfferId) -> None:
    async with begin(shop.here.database) as session:
        await pauses.pause(session, "shopify", who="mira", why="a fair", now=shop.here.clock.now())


async def is_driven_and_tried(shop: Shop, offer: OfferId) -> None:
    async with begin(shop.here.database) as session:
        now = shop.here.clock.now()
        await board.make_dirty(session, offer, now=now)
        wait_s = BOUND.total_seconds()
        await board.try_later(session, offer, outcome="refused", now=now, wait_s=wait_s)


async def is_off_sale(shop: Shop, offer: OfferId) -> None:
    async with begin(shop.here.database) as session:
        await offers.park(session, offer)


@pytest.mark.parametrize("why", [is_asked_about, is_paused, is_driven_and_tried, is_off_sale])
async def test_one_that_somebody_is_at_is_none(shop: Shop, why: Any) -> None:
    offer = await shows_too_much(shop)
    await why(shop, offer)
    await shop.untrue()
    shop.later(BOUND)

    assert await shop.untrue() == set()


async def test_one_whose_worker_has_died_is(shop: Shop) -> None:
    offer = await shows_too_much(shop)
    await is_driven_and_tried(shop, offer)
    shop.later(3 * BOUND)
    await shop.untrue()
    shop.later(BOUND)

    assert await shop.untrue() == {Truth.SHOWN}


async def test_a_write_that_is_under_way_for_ever(shop: Shop) -> None:
    pending = update(mirror).where(mirror.c.offer == await shop.offer()).values(pending=0)
    await shop.breaks(pending)

    at_first = await shop.untrue()
    shop.later(BOUND)

    assert at_first == set()
    assert await shop.untrue() == {Truth.ANSWERS}


async def test_another_write_every_time_is_not_the_same_one(shop: Shop) -> None:
    mine = update(mirror).where(mirror.c.offer == await shop.offer())
    await shop.breaks(mine.values(pending=0))
    await shop.untrue()
    shop.later(BOUND)

    await shop.breaks(mine.values(pending=1, version=mirror.c.version + 1))

    assert await shop.untrue() == set()


async def sends(shop: Shop, quantity: int, proof: Proof | None) -> OfferId:
    """Shopify is sent this figure for the chains, of which it shows three."""
    offer = await shop.offer()
    write = Write(ref=shop.chain, place="7001", basis=3, quantity=quantity)
    async with begin(shop.here.database) as session:
        await begin_attempt(
            session,
            KEY,
            shop.chain.shop,
            [write],
            proof={offer: proof} if proof else None,
            now=shop.here.clock.now(),
        )
    return offer


async def proof_of(shop: Shop, *, read_s: float = 0, orders_s: float = 0) -> Proof:
    """A proof that was begun a second ago; its parts are so much younger than that."""
    begun_at = shop.here.clock.now() - timedelta(seconds=1)
    return Proof(
        begun_at=begun_at,
        readings={await shop.offer(): begun_at + timedelta(seconds=read_s)},
        orders={shop.chain.shop: begun_at + timedelta(seconds=orders_s)},
    )


async def test_a_raise_that_was_sent_without_its_proof(shop: Shop) -> None:
    await sends(shop, 4, None)

    assert await shop.untrue() == {Truth.PROOFS}
    assert await shop.told() == ["proofs"]


async def test_with_it_or_downwards_it_is_as_it_should_be(shop: Shop) -> None:
    await sends(shop, 4, await proof_of(shop))

    assert await shop.untrue() == set()


async def test_lowering_needs_none(shop: Shop) -> None:
    await sends(shop, 2, None)

    assert await shop.untrue() == set()


@pytest.mark.parametrize(
    ("read_s", "orders_s", "age"),
    [(-1, 0, 0), (0, -1, 0), (0, 0, 300)],
    ids=["read before", "orders from before", "too old"],
)
async def test_a_proof_that_is_none_is_found_out(
    shop: Shop, read_s: float, orders_s: float, age: float
) -> None:
    proof = await proof_of(shop, read_s=read_s, orders_s=orders_s)
    shop.later(timedelta(seconds=age))
    await sends(shop, 4, proof)

    assert await shop.untrue() == {Truth.PROOFS}
