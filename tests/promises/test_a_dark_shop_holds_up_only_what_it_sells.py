"""A shop that cannot be read holds up the raises of what it sells too, and nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.little_catalogue import BROOCH, CHAIN, RING, little_catalogue
from tests.support.little_shop import LittleShop, open_little_shop
from tests.support.rehearsal import QUICK
from tests.support.shops import SIGNED_BY

from peg.ledger import counter
from peg.marketplaces.calls import CallLog
from peg.marketplaces.port import AccessRevoked
from peg.propagation.proof import Prover
from peg.shops import directory
from peg.shops.directory import Status
from peg.wiring.engine import build_engine

pytestmark = pytest.mark.virtual_time


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path, catalogue=little_catalogue(with_brooch=True)) as shop:
        yield shop


async def receives_two_of_each(shop: LittleShop) -> None:
    async with shop.at_the_counter() as session:
        for sku in (CHAIN, BROOCH):
            now = shop.rehearsal.ground.clock.now()
            await counter.receive(session, sku, 2, who="mira", now=now)


async def test_what_a_dark_shop_does_not_sell_goes_up_on_the_other(shop: LittleShop) -> None:
    shop.faults(**{"etsy.server_error": 1.0})

    await receives_two_of_each(shop)

    await shop.until(lambda: shop.on("shopify", BROOCH) == 5)
    await shop.stays(CHAIN, 5, 5)
    shop.faults(**{"etsy.server_error": 0.0})
    await shop.ends_at(CHAIN, 7)


async def test_one_proof_of_many_pieces_fails_only_those_the_dark_shop_sells(
    shop: LittleShop,
) -> None:
    engine, ground = shop.rehearsal.engine, shop.rehearsal.ground
    prover = Prover(ground.database, ground.clock, engine.lookout, engine.polls, many=QUICK.many)
    chain = (await shop.offer("shopify", CHAIN)).id
    brooch = (await shop.offer("shopify", BROOCH)).id
    assert set(await prover.prove([chain, brooch])) == {chain, brooch}

    shop.faults(**{"etsy.server_error": 1.0})

    assert set(await prover.prove([chain, brooch])) == {brooch}


async def test_a_shop_that_is_not_connected_any_more_is_a_dark_one(shop: LittleShop) -> None:
    ground, etsy = shop.rehearsal.ground, shop.shop("etsy")
    left = [one for key, one in shop.rehearsal.engine.shops.items() if key != etsy]
    engine = build_engine(ground, left, CallLog(), QUICK, signatures={}, ring=SIGNED_BY)
    prover = Prover(ground.database, ground.clock, engine.lookout, engine.polls, many=QUICK.many)
    chain = (await shop.offer("shopify", CHAIN)).id
    brooch = (await shop.offer("shopify", BROOCH)).id

    assert set(await prover.prove([chain, brooch])) == {brooch}
    with pytest.raises(AccessRevoked, match="peg connect etsy"):
        await engine.lookout.look([(await shop.offer("etsy", CHAIN)).id])


async def test_nothing_waits_for_a_shop_that_a_person_took_out(shop: LittleShop) -> None:
    engine, ground = shop.rehearsal.engine, shop.rehearsal.ground
    prover = Prover(ground.database, ground.clock, engine.lookout, engine.polls, many=QUICK.many)
    chain = (await shop.offer("shopify", CHAIN)).id
    shop.faults(**{"etsy.server_error": 1.0})
    assert not await prover.prove([chain])

    async with shop.at_the_counter() as session:
        now = ground.clock.now()
        await directory.mark(session, shop.shop("etsy"), Status.DISCONNECTED, "by hand", now=now)

    assert set(await prover.prove([chain])) == {chain}


async def test_what_is_sold_leaves_the_other_shop_while_one_is_dark(shop: LittleShop) -> None:
    shop.faults(**{"etsy.server_error": 1.0})

    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await counter.sell(session, RING, 1, who="mira", now=now)

    await shop.until(lambda: shop.on("shopify", RING) == 0)
    shop.faults(**{"etsy.server_error": 0.0})
    await shop.ends_at(RING, 0)
