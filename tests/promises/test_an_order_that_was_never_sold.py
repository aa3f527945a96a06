"""A shop told of an order that it never had: its piece comes back by a person's word, and by proof.

What was told counts from the first second, and stays so. Only who knows that it was a test can say
so; and only where the shop, asked at that moment, shows no such order is a piece given back.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.support.inbox_work import tried
from tests.support.signed_by_shopify import saying, sold_ring, told_by
from tests.support.two_shops import PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.db.transaction import reading
from peg.domain.identity import Channel
from peg.domain.order import OrderSnapshot
from peg.intake.never_sold import GivenBack, OrdersNeverSold, ShowsOrders
from peg.intake.never_sold_rules import NotProved, OrderSent, OrderShown
from peg.ledger import queries
from peg.marketplaces.etsy.webhooks import EtsyHints
from peg.marketplaces.hints import HintReader
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable, RemoteGone
from peg.marketplaces.shopify.webhooks import ShopifyHints
from peg.reads import alerts, orders
from peg.reads.dead import dead
from peg.shops.directory import Status

OF_NOBODY = 777777
"""The number of an order that Shopify does not show."""

A_WHILE_S = 360
WHY = "a test from the admin, deleted since"


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


@dataclass(frozen=True, slots=True)
class Hides:
    """Shopify, which does not show an order for a moment, and what happens in that moment."""

    meanwhile: Callable[[], object]

    async def order(self, order: str) -> OrderSnapshot:
        self.meanwhile()
        raise RemoteGone(f"Shopify does not show order {order} (any more)")


async def told_of(shops: TwoShops, **instead: object) -> httpx2.Request:
    """Shopify sends a signed word of a ring that was sold in an order that it does not have."""
    letter = await sold_ring(shops)
    shops.shopify.shopify.market.cancel(
        OrderId(told_by(letter)["admin_graphql_api_id"]), restock=True
    )
    lie = saying(letter, told_by(letter) | {"id": OF_NOBODY, "name": "#TEST"} | instead)
    await shops.deliver(lie)
    await shops.polls.poll(SHOPIFY)
    await pass_time(shops)
    return lie


async def pass_time(shops: TwoShops, *, s: int = A_WHILE_S) -> None:
    for _ in range(s // 10):
        await tried(shops.acceptor)
        shops.etsy.practice.clock.advance(10)


async def says(
    shops: TwoShops, order: str = "#TEST", *, asking: ShowsOrders | None = None
) -> GivenBack:
    """The jeweller says that an order was never sold."""
    doors = shops.doors if asking is None else {SHOPIFY: asking}
    hints: dict[Channel, HintReader] = {
        Channel.SHOPIFY: ShopifyHints(),
        Channel.ETSY: EtsyHints("https://etsy.test"),
    }
    desk = OrdersNeverSold(
        shops.database,
        shops.clock,
        doors,
        polls=shops.polls,
        readers=hints,
        patience=PATIENCE,
    )
    return await desk.give_back(order, who="ann", why=WHY)


async def available(shops: TwoShops) -> int:
    return (await shops.level(RING)).available


async def test_its_piece_comes_back_and_the_book_says_who_said_so_and_why(shops: TwoShops) -> None:
    await told_of(shops)
    before = await available(shops)

    done = await says(shops)

    assert (before, await available(shops), done.pieces) == (0, 1, {RING: 1})
    async with reading(shops.database) as session:
        (newest,) = await queries.history(session, RING, limit=1)
        (order,) = [one for one in await orders.recent(session) if one.name == "#TEST"]
    assert (newest["reference"], newest["committed"]) == (str(OF_NOBODY), -1)
    assert f"never sold, says ann: {WHY}" in newest["note"]
    assert order.never_sold is not None
    assert (order.never_sold.who, order.never_sold.why) == ("ann", WHY)


async def test_said_twice_it_gives_back_once(shops: TwoShops) -> None:
    await told_of(shops)
    await says(shops)

    again = await says(shops, str(OF_NOBODY))

    assert (again.already, again.pieces, await available(shops)) == (True, {}, 1)


async def test_what_was_put_aside_about_it_needs_nobody_any_more(shops: TwoShops) -> None:
    await told_of(shops, currency=None)
    async with reading(shops.database) as session:
        waiting = len(await dead(session))

    done = await says(shops, str(OF_NOBODY))

    async with reading(shops.database) as session:
        left = await dead(session), await alerts.standing(session, now=shops.clock.now())
    assert (waiting, done.ticked_off, left) == (1, 1, ([], []))
    assert await available(shops) == 1


async def test_an_order_that_its_shop_shows_is_cancelled_there_and_not_here(
    shops: TwoShops,
) -> None:
    order = shops.buys_on_shopify(RING)
    await shops.polls.poll(SHOPIFY)
    await pass_time(shops)

    with pytest.raises(OrderShown, match="cancelled on its shop"):
        await says(shops, order.rpartition("/")[2])

    assert await available(shops) == 0


async def test_where_the_shop_cannot_be_read_nothing_comes_back(shops: TwoShops) -> None:
    await told_of(shops)
    shops.shopify.set_faults(connection_dropped=1.0)

    with pytest.raises(MarketplaceUnavailable):
        await says(shops)

    shops.shopify.set_faults(connection_dropped=0.0)
    await shops.lose(SHOPIFY, Status.DISCONNECTED)
    with pytest.raises(AccessRevoked):
        await says(shops)
    assert await available(shops) == 0


async def test_an_order_of_a_moment_ago_may_be_shown_yet(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    await shops.deliver(saying(letter, told_by(letter) | {"id": OF_NOBODY, "name": "#TEST"}))
    await tried(shops.acceptor)

    with pytest.raises(NotProved, match="may show it yet"):
        await says(shops)

    assert await available(shops) < 1


async def test_an_old_order_may_be_hidden(shops: TwoShops) -> None:
    await told_of(shops, created_at="2026-09-01T12:00:00Z")
    before = await shops.level(RING)

    with pytest.raises(NotProved, match="may hide orders"):
        await says(shops)

    assert await shops.level(RING) == before


async def test_one_of_which_something_was_sent_was_an_order(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    sent = {"id": 1, "status": "success", "line_items": told_by(letter)["line_items"]}
    told = told_by(letter) | {"id": OF_NOBODY, "name": "#TEST", "fulfillments": [sent]}
    told["line_items"] = [one | {"fulfillable_quantity": 0} for one in told["line_items"]]
    await shops.deliver(saying(letter, told))
    await pass_time(shops)

    with pytest.raises(OrderSent):
        await says(shops)


async def test_shown_after_all_the_order_counts_again(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    await shops.deliver(letter)
    await pass_time(shops)
    number = str(told_by(letter)["id"])
    await says(shops, number, asking=Hides(lambda: None))
    between = await available(shops)

    await shops.polls.poll(SHOPIFY)

    assert (between, await available(shops)) == (1, 0)
    async with reading(shops.database) as session:
        assert [one.never_sold for one in await orders.recent(session)] == [None]


async def test_told_again_without_being_shown_it_stays_away(shops: TwoShops) -> None:
    lie = await told_of(shops)
    await says(shops)

    await shops.deliver(saying(lie, told_by(lie), topic="orders/updated"))
    await pass_time(shops)

    assert await available(shops) == 1
    async with reading(shops.database) as session:
        assert await dead(session) == []


async def test_news_of_it_counts_as_any_other_order(shops: TwoShops) -> None:
    lie = await told_of(shops)
    await says(shops)

    later = told_by(lie) | {"updated_at": shops.clock.now().isoformat()}
    await shops.deliver(saying(lie, later, topic="orders/updated"))
    await pass_time(shops, s=20)

    assert await available(shops) == 0


async def test_a_piece_that_the_shop_had_shown_meanwhile_comes_back_once(shops: TwoShops) -> None:
    """The shop never took the ring off: PEG sees one too many there, and asks."""
    await told_of(shops)
    seen = await shops.looks_at(RING, SHOPIFY)
    await pass_time(shops, s=60)
    seen |= await shops.looks_at(RING, SHOPIFY)

    await says(shops)

    await pass_time(shops)
    await shops.looks_at(RING, SHOPIFY)
    async with reading(shops.database) as session:
        asked = await alerts.standing(session, now=shops.clock.now())
    assert (await available(shops), asked) == (1, []), seen
