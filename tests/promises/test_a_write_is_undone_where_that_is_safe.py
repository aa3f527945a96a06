"""`peg undo`: what stood on a shop before a write is put back, and never a piece that is gone."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.support.etsy_shop import EtsyShop
from tests.support.practice_etsy import good, writable
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops
from tests.support.undoing import newest, push, undoer

from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.ledger import counter
from peg.propagation import attempts, pauses, undone, written
from peg.propagation.retarget import retarget
from peg.reconciliation.undo import Came
from peg.reconciliation.undo_rules import Undoing


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def receives_two(shops: TwoShops) -> None:
    """Two more chains lie at the atelier, and both shops are brought to show them."""
    mine = await shops.offer(CHAIN, SHOPIFY)
    async with begin(shops.database) as session:
        (places,) = (await mirror.places_of(session, [mine])).values()
        (at,) = places.values()
        await counter.receive(session, CHAIN, 2, who="mira", location=at, now=shops.clock.now())
        await retarget(session, [CHAIN], now=shops.clock.now())
    await push(shops)


async def sells(shops: TwoShops, pieces: int) -> None:
    async with begin(shops.database) as session:
        await counter.sell(session, CHAIN, pieces, who="mira", now=shops.clock.now())
        await retarget(session, [CHAIN], now=shops.clock.now())


async def shown(shops: TwoShops, shop: ShopId) -> int:
    mine = await shops.offer(CHAIN, shop)
    async with reading(shops.database) as session:
        rows = (await mirror.expected_of(session, [mine.id]))[mine.id]
    return sum(row.quantity for row in rows.values())


async def makes_it_dearer(etsy: EtsyShop, listing: str) -> None:
    """The jeweller types another price on Etsy."""
    token = {"authorization": f"Bearer {await etsy.tokens.token()}"}
    path = f"/v3/application/listings/{listing}/inventory"
    typed = writable(good(await etsy.practice.client.get(path, headers=token)))
    typed["products"][0]["offerings"][0]["price"] = 777.0
    good(await etsy.practice.client.put(path, headers=token, json=typed))


def outcomes(came: Sequence[Came]) -> list[Undoing]:
    return [one.verdict.undoing for one in came]


@pytest.mark.parametrize("on", ["shopify", "etsy"])
async def test_a_raise_is_undone_on_its_shop_until_that_is_taken_back(
    shops: TwoShops, on: str
) -> None:
    etsy = shops.etsy.market.shop
    here, other = (SHOPIFY, etsy) if on == "shopify" else (etsy, SHOPIFY)
    await receives_two(shops)
    write = await newest(shops, CHAIN, here)

    came = await undoer(shops).undo(str(write.id), who="mira")
    await push(shops)
    put_back = (await shown(shops, here), await shown(shops, other))
    await undoer(shops).take_back(str(write.id))
    await push(shops)

    assert (write.before, write.quantity) == (5, 7)
    assert outcomes(came) == [Undoing.PUT_BACK]
    assert put_back == (5, 7)
    assert (await shown(shops, here), await shown(shops, other)) == (7, 7)


async def test_what_was_undone_still_follows_every_sale(shops: TwoShops) -> None:
    etsy = shops.etsy.market.shop
    await receives_two(shops)
    await undoer(shops).undo(str((await newest(shops, CHAIN, etsy)).id), who="mira")
    await push(shops)

    await sells(shops, 3)
    await push(shops)

    assert (await shown(shops, etsy), await shown(shops, SHOPIFY)) == (4, 4)


@pytest.mark.parametrize("on", ["shopify", "etsy"])
async def test_a_sold_piece_is_not_put_back_on_sale(shops: TwoShops, on: str) -> None:
    here = SHOPIFY if on == "shopify" else shops.etsy.market.shop
    await sells(shops, 1)
    await push(shops)
    write = await newest(shops, CHAIN, here)

    (came,) = await undoer(shops).undo(str(write.id), who="mira")
    await push(shops)

    assert (write.before, write.quantity) == (5, 4)
    assert came.verdict.undoing is Undoing.REFUSED
    assert "5 stood there before, and the book allows 4 now" in came.verdict.sentence
    assert await shown(shops, here) == 4


async def test_a_sale_since_the_write_is_heard_of_before_it_is_judged(shops: TwoShops) -> None:
    await receives_two(shops)
    write = await newest(shops, CHAIN, SHOPIFY)
    shops.buys_on_shopify(CHAIN)  # and no webhook tells of it

    (came,) = await undoer(shops).undo(str(write.id), who="mira")

    assert came.verdict.undoing is Undoing.REFUSED
    assert "it shows 6, and the write had left 7" in came.verdict.sentence
    level = await shops.level(CHAIN)
    assert (level.committed, level.suspended) == (1, 0)  # the order was read before the figure


async def test_a_figure_that_was_typed_since_the_write_is_seen_before_it_is_judged(
    shops: TwoShops,
) -> None:
    await receives_two(shops)
    write = await newest(shops, CHAIN, SHOPIFY)
    market = shops.shopify.shopify.market
    market.edit_stock(shops.shopify.units[CHAIN], delta=-1)

    (came,) = await undoer(shops).undo(str(write.id), who="mira")

    assert came.verdict.undoing is Undoing.REFUSED
    assert "it shows 6, and the write had left 7" in came.verdict.sentence


async def test_a_listing_that_somebody_edited_since_is_left_alone(shops: TwoShops) -> None:
    etsy = shops.etsy.market.shop
    await receives_two(shops)
    write = await newest(shops, CHAIN, etsy)
    listing = (await shops.offer(CHAIN, etsy)).ref.listing
    await makes_it_dearer(shops.etsy, listing)

    (came,) = await undoer(shops).undo(str(write.id), who="mira")
    await push(shops)

    assert came.verdict.undoing is Undoing.REFUSED
    assert "beside the quantities" in came.verdict.sentence
    assert "price" in came.verdict.sentence
    assert await shown(shops, etsy) == 7


async def test_the_later_write_is_named_when_an_earlier_one_is_to_be_undone(
    shops: TwoShops,
) -> None:
    await receives_two(shops)
    first = await newest(shops, CHAIN, SHOPIFY)
    await sells(shops, 1)
    await push(shops)
    later = await newest(shops, CHAIN, SHOPIFY)

    (came,) = await undoer(shops).undo(str(first.id), who="mira")

    assert came.verdict.undoing is Undoing.REFUSED
    assert f"`peg undo {later.id}`" in came.verdict.sentence


async def test_the_write_of_an_undo_can_be_undone_as_any_other(shops: TwoShops) -> None:
    await receives_two(shops)
    await undoer(shops).undo(str((await newest(shops, CHAIN, SHOPIFY)).id), who="mira")
    await push(shops)
    its_own = await newest(shops, CHAIN, SHOPIFY)

    came = await undoer(shops).undo(str(its_own.id), who="mira")
    await push(shops)

    assert (its_own.before, its_own.quantity) == (7, 5)
    assert outcomes(came) == [Undoing.AS_THE_BOOK]
    assert await shown(shops, SHOPIFY) == 7


async def test_a_dry_run_keeps_and_writes_nothing(shops: TwoShops) -> None:
    await receives_two(shops)
    write = await newest(shops, CHAIN, SHOPIFY)

    came = await undoer(shops).undo(write.attempt, who="mira", dry_run=True)
    await push(shops)

    assert outcomes(came) == [Undoing.PUT_BACK]
    assert await shown(shops, SHOPIFY) == 7
    async with reading(shops.database) as session:
        assert await undone.of_offers(session, [write.offer]) == {}


async def test_nothing_is_undone_on_a_paused_shop_before_it_is_resumed(shops: TwoShops) -> None:
    await receives_two(shops)
    write = await newest(shops, CHAIN, SHOPIFY)
    async with begin(shops.database) as session:
        await pauses.pause(session, "shopify", who="mira", why="", now=shops.clock.now())

    await undoer(shops).undo(str(write.id), who="mira")
    await push(shops)
    while_paused = (await newest(shops, CHAIN, SHOPIFY)).id
    async with begin(shops.database) as session:
        await pauses.resume(session, "shopify")
    await push(shops)

    assert while_paused == write.id
    assert await shown(shops, SHOPIFY) == 5


async def test_an_undone_write_is_kept_until_that_is_taken_back(shops: TwoShops) -> None:
    await receives_two(shops)
    write = await newest(shops, CHAIN, SHOPIFY)
    await undoer(shops).undo(str(write.id), who="mira")
    await push(shops)
    async with begin(shops.database) as session:  # all of it is old by now
        await attempts.forget_ended(session, shops.clock.now(), 500)
        await attempts.forget_writes(session, shops.clock.now(), 500)

    came = await undoer(shops).take_back(str(write.id))
    await push(shops)

    assert outcomes(came) == [Undoing.AS_THE_BOOK]
    assert await shown(shops, SHOPIFY) == 7


async def test_what_was_never_written_cannot_be_undone(shops: TwoShops) -> None:
    with pytest.raises(written.NoSuchWrite, match="`peg writes` lists them"):
        await undoer(shops).undo("99", who="mira")
