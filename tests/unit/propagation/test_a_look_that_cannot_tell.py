"""A look that cannot tell yet what became of a write is not repeated every moment."""

from datetime import timedelta
from pathlib import Path

from tests.support.pushers import due, on_shopify
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror, returns
from peg.db.transaction import begin, reading
from peg.propagation import board
from peg.propagation.board import Group
from peg.propagation.retarget import retarget


async def doubtful(shops: TwoShops) -> None:
    """Of four chains three should be shown: no answer came, and a fifth may come back."""
    offer = await shops.offer(CHAIN, SHOPIFY)
    now = shops.clock.now()
    async with begin(shops.database) as session:
        (place,) = (await mirror.expected_of(session, [offer.id]))[offer.id]
        await mirror.note_sending(session, offer.id, place, 4, now=shops.clock.now())
        await mirror.note_unanswered(session, offer.id, place)
        until = now + timedelta(minutes=2)
        await returns.note_may_rise(session, offer.id, place, 1, until=until)
        await retarget(session, [CHAIN], now=now)
        await board.make_dirty(session, offer.id, now=now)


async def test_it_waits_longer_each_time_and_nothing_is_written(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        await doubtful(shops)
        pusher, pauses = on_shopify(shops), []

        for _ in range(3):
            await pusher.lower(Group(offers=await due(shops, SHOPIFY, CHAIN)))
            (standing,) = await due(shops, SHOPIFY, CHAIN)
            pauses.append(standing.next_at - shops.clock.now())

        assert timedelta(0) < pauses[0] < pauses[1] < pauses[2]
        async with reading(shops.database) as session:
            due_now = await board.dirty(session, SHOPIFY, now=shops.clock.now())
        assert standing.offer not in {one.offer for one in due_now}
