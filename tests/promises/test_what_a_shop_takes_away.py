"""A deleted listing and a closed shop: noted, told, and written to no more."""

import asyncio
from pathlib import Path

import pytest
from tests.support.rehearsal import NO_CHANCE, Rehearsal, rehearse

from marketsim.market import UnitId
from peg.bus import outbox
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import reading
from peg.domain.identity import Channel, ShopId
from peg.domain.messages import Alert
from peg.marketplaces.port import AccessRevoked, MissingScope, ShopFrozen
from peg.shops import directory
from peg.shops.directory import Status

pytestmark = pytest.mark.virtual_time

OPENED_S = 1.1
"""Orders tell whole seconds: what is sold within the second of the import may lie before it."""


async def twin(rehearsal: Rehearsal) -> tuple[UnitId, UnitId, Offer]:
    """A single piece on both shops: its units, and the offer on Etsy."""
    shopify, etsy = rehearsal.shopify.market, rehearsal.etsy.market
    on_etsy = {parts: unit for unit, parts in etsy.units().items()}
    async with reading(rehearsal.ground.database) as session:
        known = await offers.everything(session)
    by_listing = {one.ref.listing: one for one in known if one.ref.channel is Channel.ETSY}
    for unit, parts in shopify.units().items():
        other = on_etsy.get(parts)
        offer = by_listing.get(other.split("/")[0]) if other else None
        if other and offer and offer.components and shopify.buyable(unit) == 1:
            return unit, other, offer
    raise AssertionError("the catalogue has no single piece on both shops")


async def test_a_deleted_listing_is_noted_when_its_piece_sells_elsewhere(tmp_path: Path) -> None:
    async with rehearse(tmp_path, rates=NO_CHANCE | {"etsy.webhook_lost": 1.0}) as rehearsal:
        unit, other, offer = await twin(rehearsal)
        await rehearsal.ground.clock.sleep(OPENED_S)
        rehearsal.etsy.market.delete(other)
        rehearsal.shopify.market.buy(unit)

        gone = False
        for _ in range(100):
            async with reading(rehearsal.ground.database) as session:
                gone = (await offers.by_ids(session, [offer.id]))[offer.id].gone
            if gone:
                break
            await asyncio.sleep(0.1)

        assert gone


async def test_a_closed_shop_is_told_of_and_taken_up_again_by_itself(tmp_path: Path) -> None:
    async with rehearse(tmp_path, rates=NO_CHANCE) as rehearsal:
        engine = rehearsal.engine
        shop = next(key for key in engine.shops if key.startswith("shopify:"))

        rehearsal.world.faults.set_rates({"shopify.http_402": 1.0})
        with pytest.raises(ShopFrozen):
            await engine.poll(shop)
        assert await status(rehearsal, shop) is Status.FROZEN

        rehearsal.world.faults.set_rates({"shopify.http_402": 0.0})
        await engine.poll(shop)
        assert await status(rehearsal, shop) is Status.CONNECTED


async def test_a_shop_that_was_closed_and_lacks_a_scope_now_is_told_of_as_that(
    tmp_path: Path,
) -> None:
    async with rehearse(tmp_path, rates=NO_CHANCE) as rehearsal:
        engine = rehearsal.engine
        shop = next(key for key in engine.shops if key.startswith("shopify:"))
        rehearsal.world.faults.set_rates({"shopify.http_402": 1.0})
        with pytest.raises(ShopFrozen):
            await engine.poll(shop)

        rehearsal.world.faults.set_rates({"shopify.http_402": 0.0, "shopify.http_403": 1.0})
        with pytest.raises(MissingScope):
            await engine.poll(shop)

        assert await status(rehearsal, shop) is Status.CONNECTED


async def test_a_shop_that_took_its_access_back_is_told_of_once(tmp_path: Path) -> None:
    async with rehearse(tmp_path, rates=NO_CHANCE) as rehearsal:
        shop = next(key for key in rehearsal.engine.shops if key.startswith("etsy:"))

        rehearsal.etsy.market.revoke()
        polls = [rehearsal.engine.poll(shop) for _ in range(3)]
        ends = await asyncio.gather(*polls, return_exceptions=True)

        assert {type(end) for end in ends} == {AccessRevoked}
        assert await status(rehearsal, shop) is Status.REVOKED
        assert await alarms(rehearsal) == [("shop_revoked", shop)]


async def alarms(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    async with reading(rehearsal.ground.database) as session:
        return [(told.name, told.subject) for _, told in await outbox.recent(session, Alert)]


async def status(rehearsal: Rehearsal, shop: ShopId) -> Status:
    async with reading(rehearsal.ground.database) as session:
        return (await directory.by_id(session, shop)).status
