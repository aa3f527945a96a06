"""A shop tells of our own writes too. A further word soon after one is somebody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from tests.support.inbox_work import tried
from tests.support.pushers import due, on_etsy
from tests.support.two_shops import RING, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake import checks
from peg.intake.checks import Check
from peg.intake.following import OUR_OWN
from peg.intake.reception import ORDERS_FIRST
from peg.ledger import counter
from peg.propagation.retarget import retarget


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def withdraws_the_ring(shops: TwoShops) -> list[httpx2.Request]:
    """The ring is sold in person, and PEG takes it off Etsy; what Etsy tells of that."""
    await shops.letters(Channel.ETSY)
    async with begin(shops.database) as session:
        await counter.sell(session, RING, 1, who="mira", now=shops.clock.now())
        await retarget(session, [RING], now=shops.clock.now())
    pusher = on_etsy(shops)
    (group,) = await pusher.groups(await due(shops, shops.etsy.market.shop, RING))
    await pusher.lower(group)
    told = await shops.letters(Channel.ETSY)
    assert told
    return told


async def tells(shops: TwoShops, letters: list[httpx2.Request]) -> list[str | None]:
    """Etsy's words arrive and are worked on; what became of these."""
    before = len(await shops.outcomes())
    for letter in letters:
        await shops.deliver(letter)
    await shops.clock.sleep(ORDERS_FIRST.total_seconds())
    await tried(shops.acceptor)
    return [outcome for _, outcome in (await shops.outcomes())[before:]]


async def look_due(shops: TwoShops) -> Check | None:
    offer = await shops.offer(RING, shops.etsy.market.shop)
    async with reading(shops.database) as session:
        found = await checks.check_of(session, offer.id)
    return found if found and found.why == "its listing changed" else None


async def test_the_echo_of_our_own_write_costs_no_call(shops: TwoShops) -> None:
    echo = await withdraws_the_ring(shops)

    assert set(await tells(shops, echo)) == {"our own"}
    assert await look_due(shops) is None


async def test_a_sold_piece_put_back_on_sale_at_once_is_looked_at_when_that_can_be_told(
    shops: TwoShops,
) -> None:
    written_at = shops.clock.now()
    await tells(shops, await withdraws_the_ring(shops))
    shops.etsy.practice.clock.advance(2)

    offer = await shops.offer(RING, shops.etsy.market.shop)
    shops.etsy.practice.set_faults(ghost_unit=1)
    unit = next(one for one in shops.etsy.practice.etsy.market.units() if offer.ref.listing in one)
    shops.etsy.practice.etsy.market.reactivate(unit)
    outcomes = await tells(shops, await shops.letters(Channel.ETSY))

    assert set(outcomes) == {"looks soon"}
    check = await look_due(shops)
    assert check is not None
    assert written_at + OUR_OWN <= check.due_at <= written_at + 2 * OUR_OWN
