"""Listings that are looked at together cost one call, and none of them shares another's trouble."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.market_time import turns
from tests.support.practice_etsy import catalogue, typed, unit

from peg.domain.offer import ANYWHERE
from peg.marketplaces.etsy.listing_state import View
from peg.marketplaces.etsy.looks import CHECKED_TOGETHER_S, TOGETHER_MAX, Looks
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MarketplaceUnavailable, RemoteGone

RINGS = catalogue(*(typed(f"Ring {n}", unit(n, sku=f"R-{n}", stock=n)) for n in range(1, 13)))


@pytest.fixture
def shop() -> EtsyShop:
    return open_etsy_shop(RINGS)


@pytest.fixture
def looks(shop: EtsyShop) -> Looks:
    return looks_at(shop)


def looks_at(shop: EtsyShop) -> Looks:
    return Looks(shop=shop.market.shop, client=shop.client, clock=shop.clock)


def listing(shop: EtsyShop, number: int) -> str:
    return shop.ref(f"R-{number}").listing


async def look_at(
    shop: EtsyShop, looks: Looks, numbers: Sequence[int], lane: Lane = Lane.LOWER_STOCK
) -> list[View | BaseException]:
    wanted = (looks.look(listing(shop, number), lane) for number in numbers)
    return await asyncio.gather(*wanted, return_exceptions=True)


def figures(views: Sequence[View | BaseException]) -> list[int]:
    """What each listing's one offer shows."""
    found = []
    for view in views:
        assert isinstance(view, View), view
        found += [reading.parts[ANYWHERE].available for reading in view.readings.values()]
    return found


async def test_who_looks_alone_reads_one_listing(shop: EtsyShop, looks: Looks) -> None:
    assert figures(await look_at(shop, looks, [3])) == [3]
    assert shop.count() == {"getListingInventory": 1}


async def test_those_who_look_at_the_same_moment_share_a_call(shop: EtsyShop, looks: Looks) -> None:
    assert figures(await look_at(shop, looks, [1, 2, 3, 2])) == [1, 2, 3, 2]
    assert shop.count() == {"getListingsInventoryByListingIds": 1}


async def test_both_ways_tell_the_same(shop: EtsyShop, looks: Looks) -> None:
    alone = await look_at(shop, looks, [1])
    together = (await look_at(shop, looks, [1, 2]))[:1]

    for one, other in zip(alone, together, strict=True):
        assert isinstance(one, View)
        assert isinstance(other, View)
        assert (one.state, one.figures, one.shelf) == (other.state, other.figures, other.shelf)
        assert {**other.inventory, "listing": None} == {**one.inventory, "listing": None}


async def test_more_than_fit_one_call_are_all_read(shop: EtsyShop, looks: Looks) -> None:
    everything = list(range(1, TOGETHER_MAX + 3))

    assert figures(await look_at(shop, looks, everything)) == everything
    assert shop.count() == {"getListingsInventoryByListingIds": 2}


async def test_a_deleted_listing_is_told_of_and_hides_no_other(
    shop: EtsyShop, looks: Looks
) -> None:
    gone = listing(shop, 2)
    shop.practice.etsy.market.delete(shop.practice.unit_of("R-2"))

    first, deleted, third = await asyncio.gather(
        *(looks.look(one, Lane.CHECKS) for one in (listing(shop, 1), gone, listing(shop, 3))),
        return_exceptions=True,
    )

    assert figures([first, third]) == [1, 3]
    assert isinstance(deleted, RemoteGone)
    assert shop.count() == {"getListingsInventoryByListingIds": 1, "getListingInventory": 3}


async def test_a_listing_without_a_sku_is_read_by_itself() -> None:
    """Some SKUs come back blank among others; written back like that, they would be gone."""
    shop = open_etsy_shop(
        catalogue(
            *(
                typed(f"Ring {n}", unit(n, sku=sku, stock=n))
                for n, sku in enumerate(("R-1", "", "R-3"), start=1)
            )
        )
    )
    wanted = [shop.ref(sku).listing for sku in ("R-1", "", "R-3")]
    looks = looks_at(shop)

    views = await asyncio.gather(*(looks.look(one, Lane.LOWER_STOCK) for one in wanted))

    assert figures(views) == [1, 2, 3]
    assert shop.count() == {"getListingsInventoryByListingIds": 1, "getListingInventory": 1}


async def test_an_etsy_that_fails_is_told_to_everybody(shop: EtsyShop, looks: Looks) -> None:
    shop.practice.set_faults(server_error=1.0)

    told = await look_at(shop, looks, [1, 2])

    assert [type(one) for one in told] == [MarketplaceUnavailable] * 2


async def test_who_goes_away_takes_no_look_with_it(shop: EtsyShop, looks: Looks) -> None:
    gone = asyncio.create_task(looks.look(listing(shop, 1), Lane.CHECKS))
    stays = asyncio.create_task(looks.look(listing(shop, 2), Lane.CHECKS))
    await asyncio.sleep(0)

    gone.cancel()

    assert figures([await stays]) == [2]


async def test_a_check_waits_for_what_is_written_beside_it(shop: EtsyShop, looks: Looks) -> None:
    async def write_and_check(number: int, *, lasts_s: float) -> View:
        with looks.writing():
            await shop.clock.sleep(lasts_s)
        return await looks.look(listing(shop, number), Lane.CHECKS)

    views = await asyncio.gather(*(write_and_check(n, lasts_s=0.01 * n) for n in (1, 2, 3)))

    assert figures(views) == [1, 2, 3]
    assert shop.count() == {"getListingsInventoryByListingIds": 1}


async def test_a_check_does_not_wait_for_ever(shop: EtsyShop, looks: Looks) -> None:
    begun = shop.clock.monotonic()

    with looks.writing():
        await looks.look(listing(shop, 1), Lane.CHECKS)

    assert shop.clock.monotonic() - begun < 2 * CHECKED_TOGETHER_S


async def test_what_is_read_before_a_lowering_waits_for_no_write(
    shop: EtsyShop, looks: Looks
) -> None:
    begun = shop.clock.monotonic()

    with looks.writing():
        await looks.look(listing(shop, 1), Lane.LOWER_STOCK)

    assert shop.clock.monotonic() == begun


async def test_who_asks_while_a_look_waits_for_its_turn_shares_it(
    shop: EtsyShop, looks: Looks
) -> None:
    async with shop.crowded():
        first = asyncio.create_task(looks.look(listing(shop, 1), Lane.CHECKS))
        await turns()
        later = asyncio.create_task(looks.look(listing(shop, 2), Lane.CHECKS))
        await turns()

    assert figures([await first, await later]) == [1, 2]
    assert shop.count() == {"getListingsInventoryByListingIds": 1}
