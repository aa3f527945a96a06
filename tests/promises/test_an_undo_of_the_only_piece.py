"""The only piece stands on Etsy or it does not: an undo withdraws it, and never sells it twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.two_shops import RING, SHOPIFY, TwoShops, open_two_shops
from tests.support.undoing import newest, push, undoer

from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.ledger import reservations
from peg.propagation import pauses
from peg.propagation.retarget import retarget
from peg.reconciliation.undo_rules import Undoing


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def holds(shops: TwoShops) -> int:
    """The ring is kept for Ann."""
    async with begin(shops.database) as session:
        now = shops.clock.now()
        number = await reservations.hold(
            session, RING, 1, until=None, why="for Ann", who="mira", now=now
        )
        await retarget(session, [RING], now=now)
    return number


async def releases(shops: TwoShops, hold: int) -> None:
    async with begin(shops.database) as session:
        await reservations.release(session, hold, now=shops.clock.now())
        await retarget(session, [RING], now=shops.clock.now())


async def state(shops: TwoShops) -> str:
    """How the ring stands at the practice Etsy itself."""
    mine = await shops.offer(RING, shops.etsy.market.shop)
    return shops.etsy.state_of(mine.ref.listing)


async def on_shopify(shops: TwoShops) -> int:
    mine = await shops.offer(RING, SHOPIFY)
    async with reading(shops.database) as session:
        rows = (await mirror.expected_of(session, [mine.id]))[mine.id]
    return sum(row.quantity for row in rows.values())


async def test_a_ring_that_is_held_is_not_put_back_on_sale(shops: TwoShops) -> None:
    await holds(shops)
    await push(shops)
    withdrawal = await newest(shops, RING, shops.etsy.market.shop)

    (came,) = await undoer(shops).undo(str(withdrawal.id), who="mira")
    await push(shops)

    assert came.verdict.undoing is Undoing.REFUSED
    assert "1 stood there before, and the book allows 0 now" in came.verdict.sentence
    assert await state(shops) == "inactive"


async def test_a_ring_that_was_sold_on_the_other_shop_is_not_put_back_on_sale(
    shops: TwoShops,
) -> None:
    """The book knows nothing of the sale yet: the proof of the raise hears of it."""
    hold = await holds(shops)
    await push(shops)
    withdrawal = await newest(shops, RING, shops.etsy.market.shop)
    async with begin(shops.database) as session:
        await pauses.pause(session, "etsy", who="mira", why="", now=shops.clock.now())
    await releases(shops, hold)
    await push(shops)
    shops.buys_on_shopify(RING)  # nobody has told of it when the undo is asked for

    (came,) = await undoer(shops).undo(str(withdrawal.id), who="mira")
    async with begin(shops.database) as session:
        await pauses.resume(session, "etsy")
    await push(shops)

    assert (came.verdict.undoing, await state(shops)) == (Undoing.AS_THE_BOOK, "inactive")


async def test_a_withdrawal_is_undone_when_the_book_allows_the_ring_again(shops: TwoShops) -> None:
    hold = await holds(shops)
    await push(shops)
    withdrawal = await newest(shops, RING, shops.etsy.market.shop)
    await releases(shops, hold)

    (came,) = await undoer(shops).undo(str(withdrawal.id), who="mira")
    await push(shops)

    assert came.verdict.undoing is Undoing.AS_THE_BOOK
    assert await state(shops) == "active"


async def test_undoing_that_it_was_put_back_on_sale_withdraws_it_there_alone(
    shops: TwoShops,
) -> None:
    hold = await holds(shops)
    await push(shops)
    await releases(shops, hold)
    await push(shops)
    back_on_sale = await newest(shops, RING, shops.etsy.market.shop)

    (came,) = await undoer(shops).undo(str(back_on_sale.id), who="mira")
    await push(shops)
    undone = (await state(shops), await on_shopify(shops))
    await undoer(shops).take_back(str(back_on_sale.id))
    await push(shops)

    assert (back_on_sale.before, back_on_sale.quantity) == (0, 1)
    assert came.verdict.undoing is Undoing.PUT_BACK
    assert undone == ("inactive", 1)
    assert (await state(shops), await on_shopify(shops)) == ("active", 1)
