"""Etsy replaces whole listings: what the jeweller wrote there survives every change of stock."""

from collections.abc import Mapping
from typing import Any

from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.etsy_writes import Before, deciding
from tests.support.practice_etsy import good, typed_in

from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.marketplaces.port import Shown

GOLD = "Metal=Gold|Ring size=7"


async def raw(shop: EtsyShop, listing: str) -> Any:
    token = {"authorization": f"Bearer {await shop.tokens.token()}"}
    path = f"/v3/application/listings/{listing}/inventory"
    return typed_in(good(await shop.practice.client.get(path, headers=token)))


async def test_a_rewrite_changes_nothing_but_our_quantities() -> None:
    shop = open_etsy_shop()
    gold = shop.ref("RING-2-A", GOLD)
    before = await raw(shop, gold.listing)

    await shop.market.rewrite(gold.listing, deciding({gold: 1}), Before(shop).keep)

    after = await raw(shop, gold.listing)
    assert before["products"][0]["offerings"][0].pop("quantity") == 4
    assert after["products"][0]["offerings"][0].pop("quantity") == 1
    assert after == before


async def test_the_same_offer_is_known_after_etsy_has_numbered_everything_anew() -> None:
    shop = open_etsy_shop()
    gold = shop.ref("RING-2-A", GOLD)

    for figure in (3, 2, 1):
        await shop.market.rewrite(gold.listing, deciding({gold: figure}), Before(shop).keep)

    reading = (await shop.market.read([gold]))[gold]
    assert (reading.shelf, reading.shown()) == (Shelf.LISTED, {ANYWHERE: 1})


async def test_a_listing_sold_while_we_decided_is_noticed_by_the_check() -> None:
    shop = open_etsy_shop()
    chain = shop.ref("")
    unit = shop.practice.unit_of("")

    async def decide(readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        assert readings[chain].shown() == {ANYWHERE: 20}
        shop.practice.etsy.market.buy(unit, 20)  # somebody buys all of it just now
        return {chain: 19}

    results = await shop.market.rewrite(chain.listing, decide, Before(shop).keep)

    assert [result.shown for result in results] == [Shown.STALE]
    assert results[0].verified is not None
    assert results[0].verified.shelf is Shelf.SOLD_OUT
    assert shop.practice.etsy.market.offered() != []
    assert unit not in {offered.unit for offered in shop.practice.etsy.market.offered()}
